"""A fictitious accounting extract: a portfolio, its commitments, and payments by the thousand."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

PROJECTS = 300
UNITS = 60
LINES_BY_COMMITMENT = 25
Rows = Iterable[tuple[object, ...]]


def write_referentials(folder: Path, commitments: int) -> Path:
    """Write the portfolio, the nomenclature and the commitments; return the folder."""
    folder.mkdir(parents=True)
    _write(folder, "portfolios", "code,name,kind,parent,data_origin", _portfolios())
    _write(folder, "projects", "code,title,portfolio", _projects())
    _write(folder, "nomenclature", "code,name,kind,parent,data_origin", _nomenclature())
    columns = (
        "source_reference,legal_reference,line_number,node,project,amount,committed_on,fiscal_year"
    )
    _write(folder, "commitments", columns, _commitments(commitments))
    return folder


def write_payments(folder: Path, lines: int, *, seed: int = 1) -> Path:
    """Write an extract of payments, in no order; return the folder."""
    folder.mkdir(parents=True)
    columns = "source_reference,commitment,payment_request,amount,paid_on,fiscal_year,is_advance"
    _write(folder, "payments", columns, payments(lines, seed))
    return folder


def payments(lines: int, seed: int) -> Iterator[tuple[object, ...]]:
    """Yield the payments of commitments, each of at most 1/25 of what is committed."""
    draw = random.Random(seed)  # noqa: S311  figures, not secrets
    commitments = max(1, lines // LINES_BY_COMMITMENT)
    order = list(range(lines))
    draw.shuffle(order)
    for number in order:
        cents = draw.randrange(1, 400_000)
        year = 2020 + number % 6
        day = f"{year}-{draw.randrange(1, 13):02d}-{draw.randrange(1, 29):02d}"
        commitment = f"EJ{number % commitments:07d}-1"
        yield (
            f"PAY{number:08d}", commitment, f"DP{number // 3:08d}",
            f"{cents // 100}.{cents % 100:02d}", day, year, "true" if number % 50 == 0 else "false",
        )  # fmt: skip


def _portfolios() -> Rows:
    yield "DNE", "Portefeuille", "portfolio", "", "fictitious"
    for number in range(10):
        yield f"DNE-{number}", f"Programme {number}", "programme", "DNE", "fictitious"


def _projects() -> Rows:
    for number in range(PROJECTS):
        yield f"P-{number:04d}", f"Projet {number}", f"DNE-{number % 10}"


def _nomenclature() -> Rows:
    yield "0214", "Soutien", "lolf_programme", "", "fictitious"
    for bop in range(6):
        yield f"0214-B{bop}", f"BOP {bop}", "bop", "0214", "fictitious"
    for unit in range(UNITS):
        yield f"0214-B{unit % 6}-U{unit}", f"UO {unit}", "uo", f"0214-B{unit % 6}", "fictitious"


def _commitments(count: int) -> Rows:
    for number in range(count):
        unit = number % UNITS
        yield (
            f"EJ{number:07d}-1", f"EJ{number:07d}", "1", f"0214-B{unit % 6}-U{unit}",
            f"P-{number % PROJECTS:04d}", "100000.00", "2020-01-15", 2020,
        )  # fmt: skip


def _write(folder: Path, table: str, columns: str, rows: Rows) -> None:
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns.split(","))
        writer.writerows(rows)
