"""Questions that every tap asks. The SQL of each is made once.

Django makes the SQL of a queryset anew whenever it is asked, and for a row by its key that is most of what the
question costs. The queryset is still what says which rows are meant; here its SQL is kept and asked again.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

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


class Question(Generic[M]):
    """`make` gives the queryset for some texts. It must use each as a value and decide nothing by it.

    Related objects are not fetched along, whatever the queryset says of them.
    """

    def __init__(self, make: Callable[..., QuerySet[M]]) -> None:
        self.make = make
        self._kept: dict[str, tuple[type[M], str, tuple[object, ...]]] = {}

    def all(self, *values: str) -> list[M]:
        model, sql, parameters = self._sql()
        filled = [values[one.place] if isinstance(one, _Blank) else one for one in parameters]
        return list(model._default_manager.raw(sql, filled))

    def first(self, *values: str) -> M | None:
        return next(iter(self.all(*values)), None)

    def _sql(self) -> tuple[type[M], str, tuple[object, ...]]:
        if connection.vendor not in self._kept:
            count = self.make.__code__.co_argcount
            rows = self.make(*map(_blank, range(count)))
            self._kept[connection.vendor] = (rows.model, *rows.query.sql_with_params())
        return self._kept[connection.vendor]
