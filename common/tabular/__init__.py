"""Tabular files: one reader, one set of parsers, one writer for the whole product."""

from __future__ import annotations

from common.tabular.errors import TabularError
from common.tabular.reader import read_table
from common.tabular.table import Cell, Row, Sheet, Table, column_letter, is_blank

__all__ = [
    "Cell",
    "Row",
    "Sheet",
    "Table",
    "TabularError",
    "column_letter",
    "is_blank",
    "read_table",
]
