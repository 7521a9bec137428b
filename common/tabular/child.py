"""Running the child that opens files: bounded in time and memory, killed when it exceeds them.

The child has no Django, no settings, no environment and no file but those that it is given. It
answers lines of JSON, which are read as data and nothing else.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from common.tabular.errors import TabularError
from common.tabular.messages import REASONS
from common.tabular_child.limits import Limits

Frame = tuple[Any, ...]
_ROOT = Path(__file__).resolve().parent.parent.parent
_PIECE = 1 << 18
# What the child may answer at once, and for one file: beyond, it is not our reader any more.
_FRAME_BYTES = 64 * 1024 * 1024
_ANSWER_BYTES = 1024 * 1024 * 1024
# The parent waits a little longer than the processor time of the child.
_GRACE_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read: a path or bytes, and its name in messages."""

    name: str
    content: Path | bytes
    is_archive: bool = False
    follows_links: bool = True

    def open(self) -> int:
        """Return a descriptor on an ordinary file; TabularError `unreadable_file` otherwise.

        A pipe or a device is never waited for.
        """
        if isinstance(self.content, bytes):
            with tempfile.TemporaryFile() as stream:
                stream.write(self.content)
                stream.seek(0)
                return os.dup(stream.fileno())
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            opened = os.open(self.content, flags if self.follows_links else flags | os.O_NOFOLLOW)
        except OSError as error:
            raise located(self.name, "unreadable_file", detail=error.strerror or "") from None
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            os.close(opened)
            raise located(self.name, "unreadable_file", reason="not_regular")
        return opened


@dataclass(slots=True)
class Job:
    """What one child is to read; `options` are by the name of a file without its extension."""

    sources: Sequence[Source]
    options: dict[str, dict[str, Any]] = field(default_factory=dict)
    checks_text: bool = True
    limits: Limits = field(default_factory=Limits)


def located(
    file: str,
    code: str,
    *,
    reason: str = "",
    line: int | None = None,
    column: str = "",
    sheet: str = "",
    **params: Any,
) -> TabularError:
    """Return the error that people read."""
    message = str(REASONS[reason or code]) % params
    return TabularError(message, code=code, file=file, line=line, column=column, sheet=sheet)


def _told(file: str, sheet: str, refusal: dict[str, Any]) -> TabularError:
    """Return the error that the child told."""
    place = {key: refusal[key] for key in ("code", "reason", "line", "column")}
    return located(file, **place, sheet=refusal["sheet"] or sheet, **refusal["params"])


def read_frames(job: Job) -> Generator[Frame, None, None]:
    """Yield what the files hold, in their order; a child that dies costs one file, not the others.

    Frames: (file, name), (skipped), (table, format, encoding, separator, is_1904), (sheet, name,
    is_hidden), (rows, [[line, cells], …]), (fault, error) for a sheet, (refused, error) for a
    file, (end), and (archive_refused, error).
    """
    left = list(job.sources)
    while left:
        opened: list[tuple[Source, int]] = []
        try:
            for source in left:
                try:
                    opened.append((source, source.open()))
                except TabularError as error:
                    yield from (("file", source.name), ("refused", error), ("end",))
            left = yield from _run(job, opened) if opened else iter(())
        finally:
            for _source, descriptor in opened:
                os.close(descriptor)


def _run(job: Job, opened: list[tuple[Source, int]]) -> Any:
    """Yield the frames of one child; return the sources that it did not come to."""
    child = _Child(job, opened)
    done = 0
    try:
        for kind, *values in child.frames():
            if kind == "done":
                return []
            if kind in ("refused", "fault", "archive_refused"):
                values = [_told(child.file, child.sheet if kind == "fault" else "", values[0])]
            done += kind == "end"
            yield (kind, *values)
        error = child.death()
    except _Broken as broken:
        error = located(child.file, broken.code, **broken.params)
    finally:
        child.stop()
    if opened[0][0].is_archive:
        yield ("archive_refused", error)
        return []
    if not child.has_file:
        yield ("file", opened[done][0].name)
    yield from (("refused", error), ("end",))
    return [source for source, _descriptor in opened[done + 1 :]]


class _Broken(Exception):
    """The child is too slow or too talkative."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class _Child:
    """One process and what it says."""

    def __init__(self, job: Job, opened: list[tuple[Source, int]]) -> None:
        self.file = opened[0][0].name
        self.sheet = ""
        self.has_file = False
        self._limits = job.limits
        self._left = 0.0
        self._bytes = 0
        asked = {
            "files": [
                {"fd": descriptor, "name": source.name, "is_archive": source.is_archive}
                for source, descriptor in opened
            ],
            "options": job.options,
            "checks_text": job.checks_text,
            "limits": job.limits.as_dict(),
        }
        # -I would hide our own modules; -E and -s keep the environment and the user's site out.
        self._process = subprocess.Popen(  # noqa: S603  our own program, no shell
            [sys.executable, "-E", "-s", "-m", "common.tabular_child", json.dumps(asked)],
            cwd=_ROOT,
            env={"TMPDIR": tempfile.gettempdir(), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=[descriptor for _source, descriptor in opened],
            start_new_session=True,
        )
        self._new_budget()

    def _new_budget(self) -> None:
        """Give the next file its own time and size of answer."""
        self._left = self._limits.seconds + _GRACE_SECONDS
        self._bytes = 0

    def frames(self) -> Iterator[list[Any]]:
        """Yield the frames until the child closes its end; raises _Broken."""
        for line in self._lines():
            frame: list[Any] = orjson.loads(line)
            if frame[0] == "file":
                self.file, self.sheet, self.has_file = frame[1], "", True
                self._new_budget()
            elif frame[0] == "sheet":
                self.sheet = frame[1]
            elif frame[0] == "end":
                self.has_file = False
            yield frame

    def _lines(self) -> Iterator[bytes]:
        parts: list[bytes] = []
        held = 0
        while piece := self._piece():
            *lines, rest = piece.split(b"\n")
            for line in lines:
                yield b"".join([*parts, line])
                parts, held = [], 0
            parts.append(rest)
            held += len(rest)
            self._bytes += len(piece)
            if held > _FRAME_BYTES or self._bytes > _ANSWER_BYTES:
                raise _Broken("too_large", reason="memory")

    def _piece(self) -> bytes:
        """Wait for the child; only the time of waiting counts, not that of who reads the rows."""
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        before = time.monotonic()
        ready = select.poll()
        ready.register(descriptor, select.POLLIN | select.POLLHUP)
        answers = ready.poll(max(self._left, 0) * 1000)
        self._left -= time.monotonic() - before
        if not answers:
            raise _Broken("too_slow", size=self._limits.seconds)
        return os.read(descriptor, _PIECE)

    def death(self) -> TabularError:
        """Return what the end of a child that had not finished means."""
        status = self._process.wait()
        if status == -signal.SIGXCPU:
            return located(self.file, "too_slow", size=self._limits.seconds)
        if status in (-signal.SIGABRT, -signal.SIGKILL):
            return located(self.file, "too_large", reason="memory")
        return located(self.file, "reader_failed", detail=status)

    def stop(self) -> None:
        """End the child and everything that it may have started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
