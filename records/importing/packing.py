"""The rows of a slice as the spool keeps them: by columns, which are written and read faster."""

from __future__ import annotations

# What this process wrote to an unnamed file, and nothing else, is read back.
import pickle  # nosec B403
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any

import orjson

from records.importing.stage import StagedRow


def pack_rows(rows: list[StagedRow]) -> bytes:
    """Return the rows of one table, whose columns are the same, as bytes."""
    every = list(map(attrgetter("values"), rows))
    names = tuple(every[0]) if every else ()
    marks = {
        place: (row.bad, row.missing) for place, row in enumerate(rows) if row.bad or row.missing
    }
    content = (
        list(map(attrgetter("line"), rows)),
        orjson.dumps(list(map(attrgetter("cells"), rows))),
        names,
        [_packed(list(map(itemgetter(name), every))) for name in names],
        marks,
    )
    return pickle.dumps(content, protocol=pickle.HIGHEST_PROTOCOL)


def unpack_rows(told: bytes) -> list[StagedRow]:
    """Return the rows as they were."""
    lines, cells, names, packed, marks = pickle.loads(told)  # noqa: S301  # nosec B301
    columns = [list(map(Decimal, told)) if is_exact else told for is_exact, told in packed]
    values = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    rows = list(map(StagedRow, lines, map(tuple, orjson.loads(cells)), values))
    for place, (bad, missing) in marks.items():
        rows[place].bad, rows[place].missing = bad, missing
    return rows


def _packed(column: list[Any]) -> tuple[bool, list[Any]]:
    """Return a column, and whether it holds the texts of decimals, which keep their zeros."""
    is_exact = all(value.__class__ is Decimal for value in column)
    return is_exact, list(map(str, column)) if is_exact else column
