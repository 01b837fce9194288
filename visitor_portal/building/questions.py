"""Questions that every tap asks. The SQL of each is made once.

Django makes the SQL of a queryset anew whenever it is asked, and for a row by its key that is most of what the
question costs. The queryset is still what says which rows are meant; here its SQL is kept and asked again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


class _Blank(str):
    """Where a value goes; `place` says which one."""

    place: int


def _blank(place: int) -> _Blank:
    blank = _Blank(f"blank {place}")
    blank.place = place
    return blank


@dataclass(frozen=True, slots=True)
class _Kept(Generic[M]):
    """What Django made of a queryset: its SQL, and how the columns of an answer become a row."""

    model: type[M]
    sql: str
    parameters: tuple[Any, ...]
    names: list[str]  # of the model's columns, which come first
    further: list[str]  # of what the queryset adds to them
    converters: dict[int, Any]

    @classmethod
    def of(cls, rows: QuerySet[M]) -> "_Kept[M]":
        compiler: Any = rows.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        columns = [column for column, _, _ in compiler.select]
        names = [columns[place].target.attname for place in compiler.klass_info["select_fields"]]
        further = list(compiler.annotation_col_map)
        return cls(rows.model, sql, parameters, names, further, compiler.get_converters(columns))

    def row(self, columns: list[Any]) -> M:
        for place, (steps, expression) in self.converters.items():
            for convert in steps:
                columns[place] = convert(columns[place], expression, connection)
        count = len(self.names)
        row = self.model.from_db(connection.alias, self.names, columns[:count])
        for name, value in zip(self.further, columns[count:], strict=True):
            setattr(row, name, value)
        return row


class Question(Generic[M]):
    """`make` gives the queryset for some texts. It must use each as a value and decide nothing by it.

    Related objects are not fetched along, whatever the queryset says of them.
    """

    def __init__(self, make: Callable[..., QuerySet[M]]) -> None:
        self.make = make
        self._kept: dict[str, _Kept[M]] = {}

    def all(self, *values: str) -> list[M]:
        kept = self._sql()
        filled = [values[one.place] if isinstance(one, _Blank) else one for one in kept.parameters]
        with connection.cursor() as cursor:
            cursor.execute(kept.sql, filled)
            return [kept.row(list(columns)) for columns in cursor.fetchall()]

    def first(self, *values: str) -> M | None:
        return next(iter(self.all(*values)), None)

    def _sql(self) -> _Kept[M]:
        if connection.vendor not in self._kept:
            count = self.make.__code__.co_argcount
            self._kept[connection.vendor] = _Kept.of(self.make(*map(_blank, range(count))))
        return self._kept[connection.vendor]
