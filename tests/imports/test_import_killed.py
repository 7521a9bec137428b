"""An import of 20 000 lines killed (-9) at seeded points and resumed: as if never killed.

Three points in the suite; all twenty with `STORM=full`.
"""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import User
from budgets.models import Payment
from records.models import ImportBatch, ImportDraft
from records.services.checking import check_draft
from records.services.deposits import Upload, deposit_files
from records.services.undo import undo_batch
from tests.imports.content import content_digest
from tests.imports.folders import right_tables, run, text_of, write_tables

pytestmark = pytest.mark.postgres

LINES = 20_000
SEED = 20_261_126
POINTS = 20 if os.environ.get("STORM") == "full" else 3


@pytest.fixture
def draft(transactional_db: None, settings: Any, tmp_path: Path, controller: User) -> ImportDraft:
    """20 000 payments, deposited and checked, that only wait to be recorded."""
    if connection.vendor != "postgresql":
        pytest.skip("processes that are killed need PostgreSQL (make test-postgres)")
    settings.MEDIA_ROOT = str(tmp_path / "media")
    tables = right_tables()
    payment = tables.pop("payments")[0]
    run(write_tables(tmp_path / "before", tables))
    rows = [
        payment | {"source_reference": f"DP-{i:05d}", "amount": f"{i % 9_000 + 1}.{i % 100:02d}"}
        for i in range(LINES)
    ]
    data = text_of(rows).encode()
    draft = deposit_files(
        actor=controller, files=[Upload("payments.csv", io.BytesIO(data), len(data))]
    )
    draft = check_draft(draft_id=draft.pk)
    assert draft.report["errors_total"] == 0
    ImportDraft.objects.update(state="committing")
    return draft


def record(draft: ImportDraft, media: str, at: int = 0, **environment: str) -> Any:
    """Record the deposit in another process, killed at a statement unless `at` is 0."""
    base = connection.settings_dict
    host, port = quote(str(base["HOST"]), safe=""), base["PORT"] or "5432"
    url = f"postgresql://{base['USER']}@/{base['NAME']}?host={host}&port={port}"
    arguments = [sys.executable, "-m", "tests.imports.killed", str(draft.pk)]
    return subprocess.run(
        [*arguments, str(at)] if at else arguments,
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "DATABASE_URL": url,
            "PGPASSWORD": str(base["PASSWORD"]),
            "DJANGO_SETTINGS_MODULE": "dne_portfolio.settings.test",
            "MEDIA_ROOT": media,
        }
        | environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def statements(draft: ImportDraft, media: str) -> int:
    """Return how many statements a recording that is not killed sends."""
    done = record(draft, media)
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-1])


def test_an_import_killed_anywhere_and_resumed_is_one_never_killed(
    draft: ImportDraft, settings: Any, controller: User
) -> None:
    before = content_digest()
    count = statements(draft, settings.MEDIA_ROOT)
    whole = content_digest()
    assert whole != before
    batch = ImportBatch.objects.latest("pk")
    undo_batch(actor=controller, batch_id=batch.pk, reason="Pour recommencer")
    assert content_digest() == before
    ImportDraft.objects.update(state="committing", batch=None)

    rng = random.Random(SEED)
    points = sorted(rng.sample(range(1, count + 1), min(POINTS, count)), reverse=True)
    for point in points:
        done = record(draft, settings.MEDIA_ROOT, point)
        assert done.returncode == -9, (SEED, point, done.stderr)
        assert content_digest() == before, (SEED, point)
        assert ImportBatch.objects.latest("pk").pk == batch.pk
    assert record(draft, settings.MEDIA_ROOT).returncode == 0
    assert content_digest() == whole
    assert Payment.objects.count() == LINES


def test_the_twin_that_commits_each_statement_leaves_half_an_import(
    draft: ImportDraft, settings: Any
) -> None:
    """The twin: with the one transaction taken away, a kill in the middle leaves rows."""
    done = record(draft, settings.MEDIA_ROOT, 4, UNPROTECTED="1")
    assert done.returncode == -9, done.stderr
    assert 0 < Payment.objects.count() < LINES
