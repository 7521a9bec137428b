"""A backup taken under load is restored into an empty database, and is the picture of one moment.

On SQLite always; on PostgreSQL where the suite runs on it, from one cluster to another.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from dne_portfolio.backups import BackupError, Manifest
from dne_portfolio.backups import sqlite as sqlite_backups
from dne_portfolio.backups.saving import forget_old
from scripts.with_services import start_postgres, stop

ROOT = Path(__file__).resolve().parent.parent.parent
Place = Callable[[str], str]
COUNTS = """
SELECT (SELECT count(*) FROM budgets_payment),
       (SELECT count(*) FROM accounts_auditevent WHERE verb = 'paid')
"""


class Site:
    """One installation: a database and a folder of files."""

    def __init__(self, url: str, media: Path) -> None:
        self.url = url
        self.environment = os.environ | {
            "DATABASE_URL": url,
            "MEDIA_ROOT": str(media),
            "DJANGO_SETTINGS_MODULE": "dne_portfolio.settings.test",
            "REDIS_URL": "",
        }
        self.media = media

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, code: int = 0) -> str:
        process = self.start(*arguments)
        out, error = process.communicate(timeout=180)
        assert process.returncode == code, out + error
        return out if code == 0 else out + error

    def manage(self, *arguments: str, code: int = 0) -> str:
        return self.run("manage.py", *arguments, code=code)

    def step(self, name: str, file: Path | str = "-") -> str:
        return self.run("-m", "tests.deploy.restore_steps", name, str(file))

    def count(self) -> list[int]:
        """Return the numbers of payments and of their events, read by the driver alone."""
        driver = sqlite3.connect if self.url.startswith("sqlite") else psycopg.connect
        with closing(driver(self.url.removeprefix("sqlite:///"))) as base:
            return list(base.execute(COUNTS).fetchone())


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Give the address of an empty database; each call is another cluster on PostgreSQL."""
    if request.param == "sqlite":
        yield lambda name: f"sqlite:///{tmp_path / name}.sqlite3"
        return
    if connection.vendor != "postgresql":
        pytest.skip("the restoration on PostgreSQL is a test of make test-postgres")
    folder, started = Path(tempfile.mkdtemp(prefix="dne-restore-")), []

    def cluster(name: str) -> str:
        home = folder / name
        home.mkdir()
        folder.chmod(0o711)
        return start_postgres(home, started)

    yield cluster
    stop(started)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def site(
    place: Place,
    tmp_path: Path,
    migrated_file: Callable[[Path], None],
    migrated_server: Callable[[str], None],
) -> Site:
    """A filled site."""
    url = place("first")
    made = Site(url, tmp_path / "media")
    if url.startswith("sqlite"):
        migrated_file(Path(url.removeprefix("sqlite:///")))
    else:
        migrated_server(url)
    made.step("fill")
    return made


def wait_for_more(site: Site, start: int) -> None:
    deadline = time.monotonic() + 60
    while site.count()[0] <= start:
        assert time.monotonic() < deadline, "the writers write nothing"
        time.sleep(0.05)


def assert_tells_no_secret(manifest: Path) -> None:
    """The files are their owner's; the manifest recognises the key without telling it."""
    kept = [path for path in manifest.parent.iterdir() if path != manifest]
    assert {path.stat().st_mode & 0o077 for path in kept} == {0}
    text = manifest.read_text(encoding="utf-8")
    assert "tests-only-key" not in text
    assert len(json.loads(text)["key_fingerprint"]) == 16


def test_a_backup_taken_under_load_is_restored_whole(site, place, tmp_path):
    end = tmp_path / "end"
    writers = [site.start("-m", "tests.deploy.restore_steps", "write", str(end), n) for n in "ab"]
    try:
        wait_for_more(site, site.count()[0] + 20)
        before = site.count()
        told = site.manage("backup", str(tmp_path / "saved"))
        wait_for_more(site, site.count()[0])
    finally:
        end.touch()
        errors = [writer.communicate(timeout=60)[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], errors
    after = site.count()
    (path,) = (tmp_path / "saved").glob("*.manifest.json")
    assert str(path) in told
    assert_tells_no_secret(path)

    copy = Site(place("second"), tmp_path / "media-restored")
    assert "every digest equal" in copy.manage("restore", str(path))
    payments, events = copy.count()
    # Two tables written together hold as many rows: one moment, between the two counts.
    assert payments - 2 == events
    assert before[0] <= payments < after[0]
    assert json.loads(copy.manage("verify_ledger", "--format", "json"))["errors_total"] == 0
    assert copy.manage("migrate", "--check") == ""
    assert json.loads(copy.step("login")) == [200, 302, 200]
    assert (copy.media / "pieces" / "note.txt").read_text(encoding="utf-8") == "une pièce"
    refused = copy.manage("restore", str(path), code=1)
    assert "is not empty: nothing is overwritten" in refused


def test_a_copy_of_the_file_under_load_is_not_such_a_picture(tmp_path):
    """The twin: copying the file alone loses what stands in the write-ahead log."""
    source = tmp_path / "live.sqlite3"
    with closing(sqlite3.connect(source)) as live:
        live.execute("PRAGMA journal_mode=WAL")
        live.execute("CREATE TABLE payment (id INTEGER PRIMARY KEY)")
        live.commit()
        live.execute("INSERT INTO payment VALUES (1)")
        live.commit()
        shutil.copy(source, tmp_path / "torn.sqlite3")
        sqlite_backups.copy_database(source, tmp_path / "whole.sqlite3")
    with (
        pytest.raises(sqlite3.OperationalError, match="no such table"),
        closing(sqlite3.connect(tmp_path / "torn.sqlite3")) as torn,
    ):
        torn.execute("SELECT * FROM payment")
    assert sqlite_backups.table_digests(tmp_path / "whole.sqlite3")["payment"][0] == 1


def written(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()
    return path


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        (["CREATE TABLE t (id INTEGER)", "CREATE VIEW v AS SELECT 1"], "a view or a trigger"),
        # It has the name of one of ours and does something else.
        (
            [
                "CREATE TABLE t (id INTEGER)",
                "CREATE TRIGGER budgets_ceiling_kept AFTER INSERT ON t BEGIN DELETE FROM t; END",
            ],
            "a view or a trigger",
        ),
        (
            [
                "CREATE TABLE t (id INTEGER PRIMARY KEY)",
                "CREATE TABLE u (t INTEGER REFERENCES t(id))",
                "INSERT INTO u VALUES (7)",
            ],
            "row 1 of u leads to no row of t",
        ),
    ],
)
def test_a_file_that_breaks_a_link_or_hides_a_view_is_refused(tmp_path, statements, message):
    with pytest.raises(BackupError, match=message):
        sqlite_backups.check_database(written(tmp_path / "x.sqlite3", *statements))


def test_a_damaged_file_is_refused(tmp_path):
    path = written(tmp_path / "x.sqlite3", "CREATE TABLE t (id INTEGER)")
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * 5000)
    with pytest.raises(BackupError, match="damaged"):
        sqlite_backups.check_database(path)


def test_a_backup_changed_or_cut_short_is_refused(tmp_path):
    dump = tmp_path / "a.dump"
    dump.write_bytes(b"x")
    manifest = Manifest("sqlite", "", "a.dump", "", {"a.dump": "0" * 64}, {}, 0, "")
    with pytest.raises(BackupError, match="its digest differs"):
        manifest.check_files(tmp_path)
    dump.unlink()
    with pytest.raises(BackupError, match="is missing beside the manifest"):
        manifest.check_files(tmp_path)
    (tmp_path / "b.manifest.json").write_text('{"engine": 1}', encoding="utf-8")
    with pytest.raises(BackupError, match="is not the manifest of a backup"):
        Manifest.read(tmp_path / "b.manifest.json")


def test_the_oldest_backups_are_forgotten_whole(tmp_path):
    for name in ("1", "2", "3"):
        (tmp_path / f"{name}.dump").touch()
        manifest = Manifest("sqlite", "", f"{name}.dump", "", {f"{name}.dump": ""}, {}, 0, "")
        manifest.write(tmp_path / f"portfolio-{name}.manifest.json")
    assert forget_old(tmp_path, 2) == ["portfolio-1.manifest.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "2.dump",
        "3.dump",
        "portfolio-2.manifest.json",
        "portfolio-3.manifest.json",
    ]
