"""The official tables that the product prints, by code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from budgets.tables.execution import execution_layout
from budgets.tables.layout import Layout
from budgets.tables.programming import programming_layout


@dataclass(frozen=True, slots=True)
class OfficialTable:
    """A layout of the State's documents: its name, and its lines for an exercise."""

    code: str
    title: Any
    layout: Callable[[int], Layout]


TABLES = {
    table.code: table
    for table in (
        OfficialTable("rap", _("CP that follow the use of AE: execution (RAP)"), execution_layout),
        OfficialTable("pap", _("CP that follow the use of AE: bill (PAP)"), programming_layout),
    )
}
