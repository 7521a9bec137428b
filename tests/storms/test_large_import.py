"""The memory of an import does not follow the length of the file: 200 000 lines, on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from benchmarks.extract import LINES_BY_COMMITMENT, write_payments, write_referentials
from tests.storms.conftest import WHOLE
from tests.storms.harness import ROOT, Postgres, Redis, say

pytestmark = pytest.mark.worker
LINES = 200_000
# The bound of an import of 500 000 lines; a process of the product takes about 100 alone.
MOST_MEGABYTES = 400
# The high-water mark of this very program, not of the process that started it (Linux).
_PEAK = """
import sys
from pathlib import Path
from records.services.imports import import_folder
result = import_folder(actor=None, path=Path({path!r}))
status = Path("/proc/self/status").read_text()
peak = status.split("VmHWM:")[1].split()[0]
print(result.status, result.counts["{table}"]["created"], peak, sep=";")
"""


@pytest.fixture
def postgres(servers: tuple[Postgres, Redis]) -> Iterator[Postgres]:
    """The server, emptied of what was imported."""
    yield servers[0]
    with psycopg.connect(servers[0].url) as base:
        base.execute(
            "truncate records_importbatch, projects_project, projects_portfolionode,"
            " budgets_nomenclaturenode, jobs_job, accounts_auditevent cascade"
        )


def imported(servers: tuple[Postgres, Redis], path: Path, table: str) -> tuple[str, int, float]:
    """Import a folder in a process of its own; return what it did, the rows and megabytes."""
    values = {
        **os.environ,
        "DATABASE_URL": servers[0].url,
        # Jobs are sent and nobody takes them: the import alone is measured.
        "REDIS_URL": servers[1].url,
        "DEBUG": "0",
    }
    code = _PEAK.format(path=str(path), table=table)
    command = [sys.executable, str(ROOT / "manage.py"), "shell", "--no-imports", "-c", code]
    told = subprocess.run(command, cwd=ROOT, env=values, capture_output=True, text=True, check=True)
    status, rows, kilobytes = told.stdout.strip().splitlines()[-1].split(";")
    return status, int(rows), int(kilobytes) / 1024


@pytest.mark.skipif(not WHOLE, reason="minutes long: STORM=full (make storm)")
def test_an_import_of_200_000_lines_stays_within_its_memory(
    servers: tuple[Postgres, Redis], postgres: Postgres, tmp_path: Path
) -> None:
    known = write_referentials(tmp_path / "referentials", LINES // LINES_BY_COMMITMENT)
    assert imported(servers, known, "commitments")[0] == "applied"
    extract = write_payments(tmp_path / "extract", LINES)
    status, rows, megabytes = imported(servers, extract, "payments")
    say(f"{rows} payments, {megabytes:.0f} MB")
    assert (status, rows) == ("applied", LINES)
    assert megabytes <= MOST_MEGABYTES
