"""The child: `python -m common.tabular_child JOB`, where JOB is JSON; answers frames on stdout."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from typing import Any, BinaryIO

from common.tabular_child.frames import Frames
from common.tabular_child.limits import Limits, confine, grant_time, peak_memory
from common.tabular_child.read import read_file, stem, unpack_files
from common.tabular_child.refusal import Refusal


def _tell_file(
    name: str, stream: BinaryIO | None, frames: Frames, limits: Limits, options: dict[str, Any]
) -> None:
    """Send one file: its frames, what refuses it if anything does, and its end."""
    frames.tell("file", name)
    if stream is None:
        frames.tell("skipped")
        return
    try:
        read_file(stream, name, frames, limits, **options)
    except Refusal as refusal:
        frames.drop()
        frames.tell("refused", refusal.as_dict())
    except MemoryError:
        frames.drop()
        frames.tell("refused", Refusal("too_large", reason="memory").as_dict())
    frames.tell("end")


def _files(job: dict[str, Any], limits: Limits) -> Iterable[tuple[str, BinaryIO | None]]:
    """Yield the files of the job; those of an archive one after the other."""
    for item in job["files"]:
        with os.fdopen(item["fd"], "rb") as stream:
            if item["is_archive"]:
                yield from unpack_files(stream, limits)
            else:
                yield item["name"], stream


def main() -> None:
    """Read the files that the job names, each within its limits."""
    job = json.loads(sys.argv[1])
    limits = Limits(**job["limits"])
    confine(limits)
    grant_time(limits)
    frames = Frames(sys.stdout.buffer, checks_text=job["checks_text"])
    try:
        for name, stream in _files(job, limits):
            grant_time(limits)
            _tell_file(name, stream, frames, limits, job["options"].get(stem(name), {}))
    except Refusal as refusal:
        frames.tell("archive_refused", refusal.as_dict())
    except MemoryError:
        frames.tell("archive_refused", Refusal("too_large", reason="memory").as_dict())
    frames.tell("done", peak_memory())


if __name__ == "__main__":
    main()
