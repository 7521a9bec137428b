"""Files that attack their reader: refused, each in a child that ends within its bounds."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from common.tabular import TabularError, child, read_table
from common.tabular.child import Job, Source, read_frames
from common.tabular_child.limits import MEGABYTE, Limits
from projects.models import Project
from tests.common.tabular_files import xlsx
from tests.files.hostile import GOOD, in_sheet
from tests.files.hostile_cases import HOSTILE, hostile
from tests.imports.folders import right_tables, run, write_tables

SECONDS = 60
OF_CELLS = {"error_cell", "formula_without_value", "bidi_character", "control_character"}
# The codes that tell that the reader itself died, and did not refuse.
DEATHS = {"reader_failed", "too_slow"}


@pytest.fixture
def peaks(monkeypatch) -> list[int]:
    """The greatest memory of each child, in bytes, as it tells at its end."""
    told: list[int] = []

    class Measured(child._Child):
        def frames(self):
            for frame in super().frames():
                if frame[0] == "done":
                    told.append(frame[1])
                yield frame

    monkeypatch.setattr(child, "_Child", Measured)
    return told


def test_there_are_sixty_of_them_and_more():
    assert len(HOSTILE) >= 60


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_within_bounds(name, peaks):
    _build, code = HOSTILE[name]
    data = hostile(name)
    before = time.monotonic()
    frames = list(read_frames(Job([Source(name, data)])))
    assert time.monotonic() - before < SECONDS
    (error,) = [frame[1] for frame in frames if frame[0] in ("refused", "fault")]
    assert (error.code, error.file) == (code, name)
    assert str(error).startswith(name)
    # One child, which told its peak: none died.
    assert len(peaks) == 1
    assert 0 < peaks[0] < 512 * MEGABYTE


def test_a_refused_file_gives_no_row_to_its_reader():
    # The heading is sound, the second line is not.
    with pytest.raises(TabularError) as refused:
        read_table(hostile("bidi.csv"), file="bidi.csv")
    assert (refused.value.line, refused.value.column) == (2, "B")


@pytest.mark.django_db
def test_an_import_of_them_all_writes_nothing_and_tells_each(tmp_path):
    folder = write_tables(tmp_path / "all", right_tables())
    for name in HOSTILE:
        if name.endswith((".xlsx", ".ods")):
            (folder / name).write_bytes(hostile(name))
    result = run(folder)
    assert result.status == "refused"
    told = {fault.file: fault.code for fault in result.errors}
    # A sheet that is no table may hold what it likes: these two are told as unknown.
    expected = {
        name: code
        for name, (_build, code) in HOSTILE.items()
        if name.endswith((".xlsx", ".ods"))
        and code
        not in ("error_cell", "formula_without_value", "bidi_character", "control_character")
    }
    assert told == expected
    assert not Project.objects.exists()


def test_what_is_no_ordinary_file_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "payments.csv")
    (tmp_path / "secret").write_text("code;name\nA;B\n")
    (tmp_path / "projects.csv").symlink_to(tmp_path / "secret")
    (tmp_path / "partners.csv").mkdir()
    names = ("payments.csv", "projects.csv", "partners.csv")
    assert stat.S_ISFIFO((tmp_path / "payments.csv").stat().st_mode)
    before = time.monotonic()
    sources = [Source(name, tmp_path / name, follows_links=False) for name in names]
    sources.append(Source("good.xlsx", xlsx(GOOD)))
    frames = list(read_frames(Job(sources)))
    refused = [(frame[1].file, frame[1].code) for frame in frames if frame[0] == "refused"]
    assert refused == [(name, "unreadable_file") for name in names]
    assert [frame[0] for frame in frames][-1] == "end"
    assert sum(frame[0] == "rows" for frame in frames) == 1
    assert time.monotonic() - before < SECONDS


def spin(tmp_path: Path) -> Job:
    """A job on a file that takes longer than what it is given."""
    path = tmp_path / "long.csv"
    path.write_bytes(b"a;b\n" * 900_000)
    return Job(
        [Source("long.csv", path), Source("good.xlsx", xlsx(GOOD))], limits=Limits(seconds=1)
    )


def test_a_child_that_takes_too_long_is_killed_and_the_next_file_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(child, "_GRACE_SECONDS", -0.9)
    frames = list(read_frames(spin(tmp_path)))
    refused = [(frame[1].file, frame[1].code) for frame in frames if frame[0] == "refused"]
    assert ("long.csv", "too_slow") in refused


def test_a_child_that_is_killed_is_a_refusal_of_one_file(tmp_path, monkeypatch):
    job = Job([Source("a.csv", b"a;b\n1;2\n"), Source("b.csv", b"a;b\n3;4\n")])
    killed = []

    class Killed(subprocess.Popen):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            if not killed:
                killed.append(self.pid)
                self.kill()

    monkeypatch.setattr(child.subprocess, "Popen", Killed)
    frames = list(read_frames(job))
    assert [(f[1].file, f[1].code) for f in frames if f[0] == "refused"] == [("a.csv", "too_large")]
    assert [f[1] for f in frames if f[0] == "rows"] == [[[1, ["a", "b"]], [2, ["3", "4"]]]]


UNBOUND = """
import io, resource, sys
sys.path.insert(0, {root!r})
import python_calamine
from tests.files.hostile import in_sheet
from tests.files.hostile_cases import value
rows = b'<row r="1">%b</row><row r="99999">%b</row>' % (value("A1"), value("GR99999"))
book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(in_sheet(rows)))
book.get_sheet_by_index(0)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def test_without_the_bounds_a_small_file_fills_the_memory():
    root = str(Path(__file__).resolve().parent.parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", UNBOUND.format(root=root)],
        capture_output=True,
        text=True,
        check=True,
        cwd=root,
    )
    assert int(done.stdout) > 400 * MEGABYTE
    assert len(in_sheet(b"")) < MEGABYTE


def test_no_code_of_a_hostile_file_is_the_death_of_a_reader():
    assert {code for _build, code in HOSTILE.values()} & DEATHS == set()
