"""The order of the rows of an import changes no figure."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import transaction

from indicators.models import IndicatorRun
from indicators.selectors import run_payload
from records.services.imports import import_folder
from tests.samples import AS_OF
from web.demo.generator import generate
from web.demo.tables import Tables

LATE = AS_OF.replace(year=AS_OF.year + 1)


def digest_of(tables: Tables, folder: Path, after_commit: Any) -> str:
    """Import, compute and take everything back; return the digest."""
    folder.mkdir()
    tables.write(folder)
    with transaction.atomic():
        with after_commit():
            assert import_folder(actor=None, path=folder).status == "applied"
            call_command("compute_indicators", as_of=LATE, verbosity=0, stdout=_Silent())
        digest: str = run_payload(IndicatorRun.objects.latest("pk"))["digest"]
        transaction.set_rollback(True)
    return digest


class _Silent:
    """A stream that keeps nothing."""

    def write(self, _text: str) -> None:
        """Forget."""


def test_shuffled_rows_give_the_same_digest(db: None, tmp_path: Path, after_commit: Any) -> None:
    draw = random.Random(20261126)
    straight, shuffled = generate(3), generate(3)
    twice = {
        "source_reference": "EX-EST-TWICE",
        "project": "EX-02",
        "edition_on": "2026-06-01",
        "full_cost": "17000000.00",
        "end_on": "2028-01-31",
        "reason": "Deux le même jour",
    }
    for tables in (straight, shuffled):
        tables.add("estimates", **twice)
        tables.add("estimates", **twice | {"source_reference": "EX-EST-AGAIN", "full_cost": "1.00"})
    for name, rows in shuffled.rows.items():
        draw.shuffle(rows)
        if name == "estimates":
            # The two estimates of one day, surely the other way round.
            rows.sort(key=lambda row: str(row["source_reference"]))
    first = digest_of(straight, tmp_path / "straight", after_commit)
    assert digest_of(shuffled, tmp_path / "shuffled", after_commit) == first
