"""A row behind a figure, and what the figure read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from projects.models import Project


@dataclass(frozen=True)
class SourceRow:
    """One row behind a figure; `kind` and `pk` lead to its own page."""

    kind: str
    pk: int
    on: dt.date
    label: str
    reference: str
    amount: Decimal | None
    source_file: str = ""
    source_line: int | None = None


@dataclass(frozen=True)
class Perimeter:
    """What the figure read: one project, a date, and what was recorded by then."""

    project: Project
    as_of: dt.date
    known_at: dt.datetime
