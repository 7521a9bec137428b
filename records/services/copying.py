"""Writing many rows that nothing else waits for: COPY on PostgreSQL, inserts by sets elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.expressions import RawSQL

from common.fields import ScaledDecimalField

ROWS_BY_INSERT = 2_000
# What the driver does not write as the column keeps it: amounts are cents, documents are JSON.
_PREPARED = (ScaledDecimalField, models.JSONField)


def write_rows(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Write rows given by the values of some columns (`attname`), the others being generated.

    A column that is not named takes the default of the database: name all but the key. The ids
    given are not told.
    """
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        model._base_manager.bulk_create(
            [model(**dict(zip(names, row, strict=True))) for row in rows],
            batch_size=ROWS_BY_INSERT,
        )
        return
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    statement = f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN"
    prepared = [
        (place, _preparation(field, connection))
        for place, field in enumerate(fields)
        if isinstance(field, _PREPARED)
    ]
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(statement) as target,
    ):
        for row in rows:
            told = list(row)
            for place, prepare in prepared:
                told[place] = prepare(told[place])
            target.write_row(told)


def _preparation(field: Any, connection: Any) -> Callable[[Any], Any]:
    """Return what turns a value into what the column keeps."""
    if isinstance(field, ScaledDecimalField):
        return field.get_prep_value
    return partial(field.get_db_prep_save, connection=connection)


def among(values: Iterable[Any]) -> Any:
    """Return what `__in` compares texts, or ids, with: on PostgreSQL one array, not a query of
    thousands of parameters.
    """
    some = list(values)
    if connections[DEFAULT_DB_ALIAS].vendor != "postgresql":
        return some
    if some and some[0].__class__ is int:
        return RawSQL("SELECT unnest(%s::bigint[])", [some])
    return RawSQL("SELECT unnest(%s::text[])", [some])
