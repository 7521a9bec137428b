"""The command: one JSON document, one exit code, sentences for people."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tests.imports.folders import right_tables, write_tables

pytestmark = pytest.mark.django_db


def call(*arguments: str) -> str:
    stdout = io.StringIO()
    call_command("import_portfolio", *arguments, stdout=stdout)
    return stdout.getvalue()


def test_json_holds_the_status_the_batch_the_counts_and_the_faults(tmp_path):
    folder = str(write_tables(tmp_path / "right", right_tables()))
    told = json.loads(call(folder, "--format", "json"))
    totals = {"errors_total", "warnings_total"}
    assert set(told) == {"status", "batch", "counts", "errors", "warnings", *totals}
    assert told["status"] == "applied"
    assert told["batch"].startswith("PORTFOLIO-")
    assert told["counts"]["payments"] == {"created": 1, "updated": 0, "unchanged": 0}
    again = json.loads(call(folder, "--format", "json"))
    assert (again["status"], again["batch"]) == ("already_imported", told["batch"])


def test_a_dry_run_has_no_batch(tmp_path):
    folder = str(write_tables(tmp_path / "right", right_tables()))
    told = json.loads(call(folder, "--format", "json", "--dry-run"))
    assert (told["status"], told["batch"]) == ("dry_run", None)


def test_a_refusal_has_exit_code_1_and_located_faults(tmp_path):
    tables = right_tables()
    tables["payments"][0]["amount"] = "12,50 €"
    folder = str(write_tables(tmp_path / "spoilt", tables))
    stdout = io.StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("import_portfolio", folder, format="json", stdout=stdout)
    assert refused.value.returncode == 1
    (fault,) = json.loads(stdout.getvalue())["errors"]
    assert set(fault) == {"file", "line", "column", "heading", "code", "value", "message"}
    assert (fault["file"], fault["line"], fault["value"]) == ("payments.csv", 2, "12,50 €")


def test_people_read_a_line_a_fault_and_a_line_a_table(tmp_path):
    folder = str(write_tables(tmp_path / "right", right_tables()))
    text = call(folder)
    assert "payments: 1 " in text
    assert "PORTFOLIO-" in text


def test_standard_output_is_json_alone_even_when_refused(tmp_path):
    arguments = ["import_portfolio", str(tmp_path / "absent"), "--dry-run", "--format=json"]
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=Path(settings.BASE_DIR),
        capture_output=True,
        text=True,
        env={
            "DJANGO_SETTINGS_MODULE": "dne_portfolio.settings.dev",
            "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}",
        },
        check=False,
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["errors"][0]["code"] == "no_folder"
    assert len(done.stderr.strip().splitlines()) == 1
