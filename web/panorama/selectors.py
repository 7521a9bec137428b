"""Editions of the panorama: what their rows give, beside what was published."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import projects
from projects.models import PanoramaEdition, PanoramaEntry

_PUBLISHED = Path(projects.__file__).parent / "data" / "panorama_published.csv"
BILLION = Decimal(1_000_000_000)


@dataclass(frozen=True)
class Published:
    """The four figures printed with an edition: counts, billions of euros, years."""

    projects: int
    interministerial: int
    total_cost_bn: Decimal
    mean_years: Decimal


@dataclass(frozen=True)
class EditionFigures:
    """One edition: sums and simple means over its visible rows, and the published figures.

    `total_cost` in euros; `mean_years` in years, over the rows that print a duration.
    """

    edition: PanoramaEdition
    projects: int
    interministerial: int
    total_cost: Decimal
    with_cost: int
    mean_years: float | None
    with_duration: int
    published: Published | None

    @property
    def differs(self) -> bool:
        """Whether a figure, rounded as it was printed, is not the published one."""
        told = self.published
        if told is None:
            return False
        mean = None if self.mean_years is None else round(Decimal(str(self.mean_years)), 1)
        return (
            self.projects,
            self.interministerial,
            round(self.total_cost / BILLION, 2),
            mean,
        ) != (told.projects, told.interministerial, told.total_cost_bn, told.mean_years)


@cache
def published_figures() -> Mapping[str, Published]:
    """Return the published figures by edition (DISIC/panorama, pages of the editions)."""
    with _PUBLISHED.open(encoding="utf-8", newline="") as stream:
        return {
            row["edition"]: Published(
                int(row["projects"]),
                int(row["interministerial"]),
                Decimal(row["total_cost_bn_eur"]),
                Decimal(row["mean_duration_years"]),
            )
            for row in csv.DictReader(stream)
        }


def editions(user: Any) -> list[EditionFigures]:
    """Return the editions, the latest first, from the rows that `user` may read; two queries."""
    rows: dict[int, list[tuple[Any, ...]]] = {}
    seen = PanoramaEntry.objects.visible_to(user).order_by("source_line")
    for edition_id, *facts in seen.values_list(
        "edition_id", "is_interministerial", "full_cost", "published_duration"
    ):
        rows.setdefault(edition_id, []).append(tuple(facts))
    known = PanoramaEdition.objects.order_by("-code")
    return [_figures(edition, rows[edition.pk]) for edition in known if edition.pk in rows]


def _figures(edition: PanoramaEdition, rows: list[tuple[Any, ...]]) -> EditionFigures:
    costs = [cost for _shared, cost, _duration in rows if cost is not None]
    years = [y for y in (_years(duration) for *_rest, duration in rows) if y is not None]
    return EditionFigures(
        edition=edition,
        projects=len(rows),
        interministerial=sum(bool(shared) for shared, *_rest in rows),
        total_cost=sum(costs, Decimal(0)),
        with_cost=len(costs),
        mean_years=math.fsum(years) / len(years) if years else None,
        with_duration=len(years),
        published=published_figures().get(edition.code),
    )


def _years(text: str) -> float | None:
    """Read a printed duration; None when the edition prints none."""
    try:
        return float(Decimal(text))
    except InvalidOperation:
        return None
