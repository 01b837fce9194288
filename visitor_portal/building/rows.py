"""Rows that every opening writes. The SQL around them is made once, as that of questions is.

The model's fields say how each value goes in. No signal is sent, and no default of the database is read back.
"""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model

M = TypeVar("M", bound=Model)
Sql = tuple[str, list[Any]]  # and the fields whose values go into it


class Rows(Generic[M]):
    def __init__(self, model: type[M]) -> None:
        self._meta: Any = model._meta
        self._kept: dict[tuple[str, ...], Sql] = {}

    def add(self, rows: Sequence[M]) -> None:
        """As `bulk_create` does."""
        sql, fields = self._kept.get((connection.vendor,)) or self._insert()
        with connection.cursor() as cursor:
            cursor.executemany(sql, [_values(row, fields) for row in rows])
        for row in rows:
            row._state.adding, row._state.db = False, connection.alias

    def set(self, row: M, *names: str) -> None:
        """As `save` does with `update_fields`, for a row that is there."""
        sql, fields = self._kept.get((connection.vendor, *names)) or self._update(names)
        with connection.cursor() as cursor:
            cursor.execute(sql, _values(row, fields))

    def _insert(self) -> Sql:
        fields = self._meta.concrete_fields
        columns, places = ", ".join(map(_column, fields)), ", ".join(["%s"] * len(fields))
        made = f"INSERT INTO {self._table} ({columns}) VALUES ({places})", fields  # noqa: S608 names of our own
        return self._kept.setdefault((connection.vendor,), made)

    def _update(self, names: tuple[str, ...]) -> Sql:
        key, fields = self._meta.pk, [self._meta.get_field(name) for name in names]
        columns = ", ".join(f"{_column(field)} = %s" for field in fields)
        where = f"{self._table}.{_column(key)} = %s"
        made = f"UPDATE {self._table} SET {columns} WHERE {where}", [*fields, key]  # noqa: S608 names of our own
        return self._kept.setdefault((connection.vendor, *names), made)

    @property
    def _table(self) -> str:
        return connection.ops.quote_name(self._meta.db_table)


def _column(field: Any) -> str:
    return connection.ops.quote_name(field.column)


def _values(row: Model, fields: Sequence[Any]) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
