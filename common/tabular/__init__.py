"""Tabular files: one reader, one set of parsers, one writer for the whole product."""

from __future__ import annotations

from common.tabular.columns import Column
from common.tabular.errors import TabularError
from common.tabular.notes import describe
from common.tabular.ods_writer import write_ods
from common.tabular.reader import read_table
from common.tabular.table import Cell, Row, Sheet, Table, column_letter, is_blank
from common.tabular.values import TooManyRows
from common.tabular.writer import write_csv, write_xlsx

__all__ = [
    "Cell",
    "Column",
    "Row",
    "Sheet",
    "Table",
    "TabularError",
    "TooManyRows",
    "column_letter",
    "describe",
    "is_blank",
    "read_table",
    "write_csv",
    "write_ods",
    "write_xlsx",
]
