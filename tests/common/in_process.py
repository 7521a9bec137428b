"""The reader of the child, run here and without its bounds: for many examples a second."""

from __future__ import annotations

import io
from typing import Any

import orjson

from common.tabular import Table, TabularError
from common.tabular.child import located
from common.tabular.reader import Collector
from common.tabular_child.frames import Frames
from common.tabular_child.limits import Limits
from common.tabular_child.read import read_file
from common.tabular_child.refusal import Refusal


def read_here(data: bytes, file: str = "", **options: Any) -> Table:
    """Read a file as `read_table` does; TabularError."""
    told = io.BytesIO()
    try:
        frames = Frames(told)
        read_file(io.BytesIO(data), file, frames, Limits(), **options)
        frames.tell("end")
    except Refusal as refusal:
        raise refused(file, refusal.as_dict()) from None
    collector = Collector(file)
    for kind, *values in (orjson.loads(line) for line in told.getvalue().splitlines()):
        if kind == "fault":
            raise refused(file, values[0])
        collector.take(kind, tuple(values))
    return collector.table()


def refused(file: str, told: dict[str, Any]) -> TabularError:
    """Return the error that the parent would raise."""
    params = told.pop("params")
    return located(file, **told, **params)
