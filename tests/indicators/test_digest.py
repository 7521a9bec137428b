"""One digest whatever the process: hash seed, time zone, chunk size, engine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indicators.models import IndicatorRun
from indicators.selectors import run_payload
from indicators.services.runs import request_computation
from tests.samples import AS_OF, Sample

ROOT = Path(__file__).resolve().parent.parent.parent

BUILD = """
from accounts.models import User
from tests.samples import build_sample
build_sample(User.objects.create(username="manager"))
"""
COMPUTE = f"""
import json
from io import StringIO
from django.core.management import call_command
out = StringIO()
call_command("compute_indicators", as_of="{AS_OF}", format="json", stdout=out)
print(json.loads(out.getvalue())["digest"])
"""


@pytest.fixture(scope="module")
def run_on_sqlite(
    tmp_path_factory: pytest.TempPathFactory, migrated_file: Callable[[Path], None]
) -> Callable[..., str]:
    """Run code in a fresh process on an SQLite file that holds the sample."""
    path = tmp_path_factory.mktemp("digest") / "base.sqlite3"
    migrated_file(path)

    def run(code: str, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", "import django; django.setup()\n" + code],
            cwd=ROOT,
            env=os.environ
            | {
                "DATABASE_URL": f"sqlite:///{path}",
                "REDIS_URL": "",
                "DJANGO_SETTINGS_MODULE": "dne_portfolio.settings.test",
            }
            | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    run(BUILD)
    return run


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "0", "TZ": "UTC"},
        {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Noumea"},
        {"PYTHONHASHSEED": "7", "INDICATORS_CHUNK_SIZE": "1"},
    ],
    ids=["seed 0, UTC", "seed 4242, Nouméa", "one project a chunk"],
)
def test_the_digest_of_another_process_is_the_one_of_this_engine(
    sample: Sample,
    after_commit: Any,
    run_on_sqlite: Callable[..., str],
    environment: dict[str, str],
) -> None:
    """On the PostgreSQL suite this compares the two engines."""
    with after_commit():
        request_computation(AS_OF)
    here = run_payload(IndicatorRun.objects.latest("pk"))["digest"]
    assert run_on_sqlite(COMPUTE, **environment) == here
