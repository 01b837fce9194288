"""Questions that every tap asks. The SQL of each is made once, and so is the plan for reading its rows.

Django makes both anew whenever a queryset is asked, and for a row by its key that is most of what the question
costs. The queryset is still what says which rows are meant; here what Django made of it is kept and asked again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)
Read = Callable[[Any, Any, Any], Any]  # one of Django's converters: a value, its expression, the connection


class _Blank(str):
    """Where a value goes; `place` says which one."""

    place: int


def _blank(place: int) -> _Blank:
    blank = _Blank(f"blank {place}")
    blank.place = place
    return blank


@dataclass(frozen=True, slots=True)
class _Kept(Generic[M]):
    """What Django made of a queryset for one kind of database."""

    model: type[M]
    sql: str
    parameters: tuple[object, ...]
    names: list[str]
    further: list[str]  # what the queryset adds to its model's columns: it comes after them
    readers: list[tuple[int, list[Read], Any]]  # which column, what it goes through, its expression

    def row(self, values: Sequence[Any]) -> M:
        told = list(values)
        for column, reads, expression in self.readers:
            for read in reads:
                told[column] = read(told[column], expression, connection)
        row = self.model.from_db(connection.alias, self.names, told[: len(self.names)])
        for name, value in zip(self.further, told[len(self.names) :], strict=True):
            setattr(row, name, value)
        return row


def _kept(rows: QuerySet[M]) -> _Kept[M]:
    compiler = rows.query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    columns = [column for column, *_ in compiler.select or ()]
    readers = [(place, reads, of) for place, (reads, of) in compiler.get_converters(columns).items()]
    further = list(compiler.annotation_col_map or ())
    names = [column.target.attname for column in columns[: len(columns) - len(further)]]
    return _Kept(rows.model, sql, parameters, names, further, readers)


class Question(Generic[M]):
    """`make` gives the queryset for some texts. It must use each as a value and decide nothing by it.

    Related objects are not fetched along: the queryset asks for no more than columns of its own model, and what
    it adds to them.
    """

    def __init__(self, make: Callable[..., QuerySet[M]]) -> None:
        self.make = make
        self._made: dict[str, _Kept[M]] = {}

    def all(self, *values: str) -> list[M]:
        kept = self._made.get(connection.vendor) or self._make()
        filled: list[Any] = [values[one.place] if isinstance(one, _Blank) else one for one in kept.parameters]
        with connection.cursor() as cursor:
            cursor.execute(kept.sql, filled)
            return [kept.row(values) for values in cursor.fetchall()]

    def first(self, *values: str) -> M | None:
        return next(iter(self.all(*values)), None)

    def _make(self) -> _Kept[M]:
        count = self.make.__code__.co_argcount
        made = self._made[connection.vendor] = _kept(self.make(*map(_blank, range(count))))
        return made
