"""The layouts of accounting extracts that are shipped: added as mappings of columns, once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from records.importing.reading import Options, Reading
from records.models import ImportMapping
from records.services.mappings import add_mapping

FOLDER = Path(__file__).resolve().parent.parent / "data" / "layouts"


@dataclass(frozen=True, slots=True)
class Layout:
    """A shipped layout: the code and name of its mapping, how it reads, an invented file of it."""

    code: str
    name: str
    reading: Reading
    sample: Path


@dataclass(frozen=True, slots=True)
class Loaded:
    """The names of the mappings that were added, and how many layouts were known already."""

    added: tuple[str, ...]
    known: int


def shipped_layouts() -> list[Layout]:
    """Return the layouts of `budgets/data/layouts/`, in the order of their files."""
    return [_layout(path) for path in sorted(FOLDER.glob("*.json"))]


def _layout(path: Path) -> Layout:
    told = json.loads(path.read_text(encoding="utf-8"))
    options = Options.from_dict(told["options"])
    reading = Reading(told["table"], tuple(told["headings"]), told["columns"], options)
    return Layout(told["code"], told["name"], reading, FOLDER / "samples" / told["sample"])


def has_layouts_to_load() -> bool:
    """Whether a shipped layout was never added as a mapping."""
    codes = {layout.code for layout in shipped_layouts()}
    return ImportMapping.objects.filter(code__in=codes).count() < len(codes)


@transaction.atomic
def load_layouts(*, actor: Any) -> Loaded:
    """Add the mapping of each shipped layout; those that were added before are left as they are,
    edited or closed. Raises ValidationError.
    """
    layouts = shipped_layouts()
    added = [
        layout.name
        for layout in layouts
        if add_mapping(actor=actor, code=layout.code, name=layout.name, reading=layout.reading)
    ]
    return Loaded(tuple(added), len(layouts) - len(added))
