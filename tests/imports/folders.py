"""Folders of import tables for the tests: a small portfolio that is right, to be spoilt."""

from __future__ import annotations

import copy
import csv
import io
from pathlib import Path
from typing import Any

from records.services.imports import ImportResult, import_folder

Tables = dict[str, list[dict[str, Any]]]

# The SIRET that documentations give as an example: its key is right.
VALID_SIRET = "73282932000074"

_RIGHT: Tables = {
    "portfolios": [
        # The child first: the order of rows does not matter.
        {"code": "DNE-SN", "name": "Services", "kind": "programme", "parent": "DNE"},
        {"code": "DNE", "name": "Portefeuille", "kind": "portfolio", "parent": ""},
    ],
    "projects": [
        {
            "code": "A-1",
            "title": "Espace des familles",
            "portfolio": "DNE-SN",
            "ministry": "EDU",
            "phase": "build",
            "is_interministerial": "false",
            "manager": "",
            "started_on": "2025-01-01",
            "aliases": "Portail des familles|ENF",
        },
        {
            "code": "A-2",
            "title": "Examens",
            "portfolio": "DNE-SN",
            "ministry": "",
            "phase": "",
            "is_interministerial": "true",
            "manager": "",
            "started_on": "",
            "aliases": "",
        },
    ],
    "baselines": [
        {
            "project": "A-1",
            "number": "0",
            "approved_on": "2024-12-01",
            "full_cost": "1000.00",
            "start_on": "2025-01-01",
            "end_on": "2025-02-28",
        }
    ],
    "planned_values": [
        {"project": "A-1", "baseline": "0", "month": "2025-01", "amount": "400"},
        {"project": "A-1", "baseline": "0", "month": "2025-02-01", "amount": "600.00"},
    ],
    "progress": [
        {
            "source_reference": "AV-1",
            "project": "A-1",
            "reported_on": "2025-01-31",
            "percent_complete": "35.5",
            "weather": "NUAGE",
            "comment": "Retard",
        }
    ],
    "estimates": [
        {
            "source_reference": "EST-1",
            "project": "A-1",
            "edition_on": "2025-02-01",
            "full_cost": "1200",
            "end_on": "2025-04-30",
            "reason": "Périmètre",
        }
    ],
    "nomenclature": [
        {"code": "0214-UO1", "name": "UO", "kind": "uo", "parent": "0214"},
        {"code": "0214", "name": "Soutien", "kind": "lolf_programme", "parent": ""},
    ],
    "movements": [
        {
            "source_reference": "MVT-1",
            "node": "0214-UO1",
            "project": "A-1",
            "kind": "initial_finance_act",
            "ae": "1500.00",
            "cp": "900.00",
            "effective_on": "2025-01-10",
            "fiscal_year": "2025",
        }
    ],
    "commitments": [
        {
            "source_reference": "EJ-1-1",
            "legal_reference": "EJ-1",
            "node": "0214-UO1",
            "project": "A-1",
            "amount": "1200.00",
            "committed_on": "2025-01-15",
            "fiscal_year": "2025",
        },
        {
            "source_reference": "EJ-1-2",
            "legal_reference": "EJ-1",
            "node": "0214-UO1",
            "project": "A-1",
            "amount": "-100.00",
            "committed_on": "2025-12-15",
            "fiscal_year": "2025",
        },
    ],
    "service_done": [
        {
            "source_reference": "SF-1",
            "commitment": "EJ-1-1",
            "amount": "300.00",
            "done_on": "2025-01-31",
            "fiscal_year": "2025",
        }
    ],
    "scheduled_payments": [
        {
            "source_reference": "ECH-1",
            "commitment": "EJ-1-1",
            "movement": "",
            "amount": "900.00",
            "forecast_on": "2025-01-15",
            "fiscal_year": "2026",
        }
    ],
    "payments": [
        {
            "source_reference": "DP-1",
            "commitment": "EJ-1-1",
            "amount": "300.00",
            "paid_on": "2026-01-08",
            # A payment of January that belongs to the former exercise: the source says so.
            "fiscal_year": "2025",
            "is_advance": "false",
        }
    ],
    "partners": [
        {
            "code": "P-1",
            "name": "Titulaire",
            "kind": "company",
            "identifier_kind": "siret",
            "identifier": VALID_SIRET,
        }
    ],
    "contracts": [
        {
            "code": "M-1",
            "title": "Réalisation",
            "kind": "contract",
            "holder": "P-1",
            "amount_excl_tax": "1000.00",
            "vat_rate": "20",
            "amount_incl_tax": "1200.00",
            "start_on": "2025-01-15",
            "end_on": "2027-01-14",
            "projects": "A-1|A-2",
            "commitments": "EJ-1-1|EJ-1-2",
        }
    ],
    "amendments": [
        {
            "source_reference": "M-1-AV1",
            "contract": "M-1",
            "number": "1",
            "signed_on": "2025-06-01",
            "amount_excl_tax": "100.00",
            "amount_incl_tax": "120.00",
        }
    ],
}


def right_tables() -> Tables:
    """Return a portfolio without a fault, of every table."""
    return copy.deepcopy(_RIGHT)


def text_of(rows: list[dict[str, Any]]) -> str:
    """Return the CSV text of rows, their columns being those of the first."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def write_tables(folder: Path, tables: Tables) -> Path:
    """Write the tables as CSV files of a folder, which is made if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text(text_of(rows), encoding="utf-8")
    return folder


def run(folder: Path, *, dry_run: bool = False, actor: Any = None) -> ImportResult:
    """Import a folder."""
    return import_folder(actor=actor, path=folder, dry_run=dry_run)


def located(result: ImportResult) -> list[tuple[str, int | None, str, str]]:
    """Return where each error is, and its code."""
    return [(fault.file, fault.line, fault.column, fault.code) for fault in result.errors]
