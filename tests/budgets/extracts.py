"""Extracts of the accounting system for tests: lines of known and unknown imputation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from records.services.imports import ImportResult, import_folder
from tests.imports.folders import right_tables, run, write_tables

BASE = ("portfolios", "projects", "nomenclature")


def lay_base(folder: Path) -> None:
    """Import two projects and a UO, and nothing in the ledgers."""
    tables = right_tables()
    tables["nomenclature"] += [
        {"code": "CC-1", "name": "Centre", "kind": "cost_centre", "parent": "0214-UO1"}
    ]
    result = run(write_tables(folder / "base", {name: tables[name] for name in BASE}))
    assert result.status == "applied", result.errors


def commitment(reference: str, amount: str = "1000.00", **cells: Any) -> dict[str, Any]:
    """Return a line of commitments; its EJ is what stands before the last hyphen."""
    return {
        "source_reference": reference, "legal_reference": reference.rsplit("-", 1)[0],
        "node": "0214-UO1", "project": "A-1", "label": "", "supplier": "", "cost_centre": "",
        "amount": amount, "committed_on": "2026-03-01", "fiscal_year": "2026", **cells,
    }  # fmt: skip


def payment(reference: str, commitment: str, amount: str = "100.00", **cells: Any) -> Any:
    """Return a line of payments."""
    return {
        "source_reference": reference, "commitment": commitment, "amount": amount,
        "paid_on": "2026-04-01", "fiscal_year": "2026", **cells,
    }  # fmt: skip


def movement(reference: str, ae: str, cp: str, **cells: Any) -> dict[str, Any]:
    """Return a line of credit movements."""
    return {
        "source_reference": reference, "node": "0214-UO1", "project": "", "ae": ae, "cp": cp,
        "kind": "initial_finance_act", "effective_on": "2026-01-10", "fiscal_year": "2026", **cells,
    }  # fmt: skip


def bring(folder: Path, name: str = "extract", **tables: Any) -> ImportResult:
    """Import an extract, its lines of unknown imputation kept waiting."""
    path = write_tables(folder / name, tables)
    return import_folder(actor=None, path=path, keeps_waiting=True)
