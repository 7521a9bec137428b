"""The rooms that import tables; each registers its own in `AppConfig.ready()`."""

from __future__ import annotations

from typing import Any

from django.utils.module_loading import import_string

# Dotted names, in the order of registration: that of the rooms, from the bottom up.
_ROOMS: list[str] = []


def register_room(path: str) -> None:
    """Register the dotted name of a `records.services.plan.Room`; models are not ready yet."""
    if path not in _ROOMS:
        _ROOMS.append(path)


def registered_rooms() -> tuple[Any, ...]:
    """Return the rooms, those below first."""
    return tuple(import_string(path) for path in _ROOMS)


# Files that are no table of the schemas, and that a room imports its own way.
_FILE_KINDS: dict[str, str] = {}


def register_file_kind(kind: str, path: str) -> None:
    """Register the dotted name of a `records.services.filekinds.FileKind`."""
    _FILE_KINDS[kind] = path


def file_kind(kind: str) -> Any:
    """Return a registered kind of file; KeyError when no room imports it."""
    return import_string(_FILE_KINDS[kind])


def file_kinds() -> tuple[str, ...]:
    """Return every registered kind of file."""
    return tuple(sorted(_FILE_KINDS))
