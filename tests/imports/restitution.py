"""A restitution of 1 284 lines in Windows-1252, with 2 errors and 1 anomaly, over known facts."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.imports.folders import right_tables, write_tables

LINES = 1_284
CREATED, UPDATED, UNCHANGED = 37, 212, 1_032
# Where the file is at fault, and where an amount is multiplied by ten.
WRONG_AMOUNT, UNKNOWN_NODE, TIMES_TEN = 14, 87, 203
HEADING = "source_reference;legal_reference;node;project;label;amount;committed_on;fiscal_year"
NAME = "INF_BUD_53_20261120.csv"


def french(amount: Decimal) -> str:
    """Write an amount as a French spreadsheet does: 184 000,00."""
    return f"{amount:,.2f}".replace(",", "\u00a0").replace(".", ",")


def _known(index: int, amount: Decimal) -> dict[str, Any]:
    return {
        "source_reference": f"EJ-{index:05d}-10",
        "legal_reference": f"10123{index:05d}",
        "node": "0214-UO1",
        "project": "A-1",
        "label": "Tierce maintenance évolutive",
        "amount": f"{amount:.2f}",
        "committed_on": "2026-03-31",
        "fiscal_year": "2026",
    }


def plan_of_lines() -> list[tuple[str, Decimal, Decimal]]:
    """Return, by line of data, what it does, and the amount before and after."""
    rng = random.Random(20)
    kinds = ["created"] * CREATED + ["updated"] * UPDATED + ["unchanged"] * UNCHANGED
    rng.shuffle(kinds)
    for line, kind in ((WRONG_AMOUNT, "wrong_amount"), (UNKNOWN_NODE, "unknown_node"),
                       (TIMES_TEN, "times_ten")):  # fmt: skip
        kinds.insert(line - 2, kind)
    lines = []
    for kind in kinds:
        before = Decimal(rng.randrange(1_000_00, 900_000_00)) / 100
        after = before
        if kind == "updated":
            after = before + Decimal(rng.randrange(1, 50_000)) / 100
        elif kind == "times_ten":
            before, after = Decimal("184000.00"), Decimal("1840000.00")
        elif kind == "wrong_amount":
            before = after = Decimal("12400.00")
        lines.append((kind, before, after))
    return lines


def write_former(folder: Path, behind: int = 0) -> Path:
    """Write the folder that the database holds before the restitution, with so many commitments
    of the exercise before, each paid once, behind those that it names.
    """
    tables = {
        name: rows
        for name, rows in right_tables().items()
        if name in ("portfolios", "projects", "nomenclature")
    }
    tables["commitments"] = [
        _known(index, before)
        for index, (kind, before, _after) in enumerate(plan_of_lines())
        if kind in ("updated", "unchanged", "times_ten")
    ]
    if behind:
        older = {"committed_on": "2025-03-31", "fiscal_year": "2025"}
        references = [f"EJ-A{index:05d}-10" for index in range(behind)]
        tables["commitments"] += [
            _known(0, Decimal("120.00")) | older | {"source_reference": name} for name in references
        ]
        tables["payments"] = [
            {
                "source_reference": f"P-{name}", "commitment": name, "amount": "60.00",
                "paid_on": "2025-06-30", "fiscal_year": "2025",
            }
            for name in references
        ]  # fmt: skip
    return write_tables(folder, tables)


def restitution() -> bytes:
    """Return the file: `;`, French amounts and days, Windows-1252."""
    text = [HEADING]
    for index, (kind, _before, after) in enumerate(plan_of_lines()):
        row = _known(index, after) | {"amount": french(after), "committed_on": "31/03/2026"}
        if kind == "wrong_amount":
            row["amount"] = row["amount"].replace("00,00", "OO,00")
        elif kind == "unknown_node":
            row["node"] = "DNE999"
        text.append(";".join(str(value) for value in row.values()))
    return "\r\n".join([*text, ""]).encode("cp1252")
