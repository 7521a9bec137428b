"""What an edition of the panorama says, row by row, and what could not be read in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TypedDict

# M€ and years are shown with four decimals: 100 € and an hour.
_SHOWN = Decimal("0.0001")


class WarningDict(TypedDict):
    """A warning as the command prints it."""

    line: int | None
    column: str
    value: str
    message: str


class SummaryDict(TypedDict):
    """The summary of an edition as the command prints it."""

    edition: str
    projects: int
    interministerial: int
    total_cost_meur: float | None
    projects_with_cost: int
    mean_duration_years: float | None
    projects_with_duration: int
    warnings: list[WarningDict]


@dataclass(frozen=True, slots=True)
class PanoramaWarning:
    """Something dropped, doubtful or not understood; `line` as the file shows it, from 1."""

    code: str
    line: int | None
    column: str
    value: str
    message: str

    def as_dict(self) -> WarningDict:
        """Return the warning for JSON."""
        return {
            "line": self.line,
            "column": self.column,
            "value": self.value,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class PanoramaRow:
    """One published project.

    `duration_years` and `cost_meur` are exact as published (years; M€, TTC), None when withheld.
    `project_key` is the normalised title after the table of aliases: equal keys, same project.
    `ministry_code` is empty for a ministry that the table of names does not know.
    """

    edition: str
    line: int
    title: str
    project_title: str
    project_key: str
    ministry_label: str
    ministry_code: str
    is_interministerial: bool
    started_on: dt.date | None
    duration_years: Decimal | None
    phase: str
    cost_meur: Decimal | None
    cost_band: str
    functional_zone: str
    funding: str
    lolf_programmes: tuple[str, ...]
    description: str
    more_url: str
    pap_url: str
    published_on: dt.date | None


@dataclass(frozen=True, slots=True)
class PanoramaEditionFacts:
    """All the rows of one edition, in the order of the file, and its warnings."""

    edition: str
    published_on: dt.date | None
    rows: tuple[PanoramaRow, ...]
    warnings: tuple[PanoramaWarning, ...]


@dataclass(frozen=True, slots=True)
class PanoramaFile:
    """What a file holds: its editions, oldest first."""

    file: str
    editions: tuple[PanoramaEditionFacts, ...]


def total_cost(rows: Iterable[PanoramaRow]) -> tuple[Decimal | None, int]:
    """Return the sum of the published costs in M€ and how many there are; None when none is.

    Indicator DR-03 (domain §2.1): a withheld cost is ignored, not counted as 0.
    """
    costs = [row.cost_meur for row in rows if row.cost_meur is not None]
    return (sum(costs, Decimal(0)) if costs else None), len(costs)


def mean_duration(rows: Iterable[PanoramaRow]) -> tuple[Decimal | None, int]:
    """Return the simple mean of the published durations in years and how many there are.

    Indicator DR-04 (domain §2.1): unweighted, withheld durations ignored; None when none is.
    """
    durations = [row.duration_years for row in rows if row.duration_years is not None]
    if not durations:
        return None, 0
    return sum(durations, Decimal(0)) / len(durations), len(durations)


def _shown(value: Decimal | None) -> float | None:
    """Round half up to four decimals, at the edge only."""
    if value is None:
        return None
    return float(value.quantize(_SHOWN, rounding=ROUND_HALF_UP))


def summarise(facts: PanoramaEditionFacts) -> SummaryDict:
    """Return the key figures of an edition (domain §2.1, DR-01 to DR-04) with its warnings.

    Costs in M€, durations in years, rounded half up to four decimals; null when no row has one.
    """
    cost, with_cost = total_cost(facts.rows)
    duration, with_duration = mean_duration(facts.rows)
    return {
        "edition": facts.edition,
        "projects": len(facts.rows),
        "interministerial": sum(row.is_interministerial for row in facts.rows),
        "total_cost_meur": _shown(cost),
        "projects_with_cost": with_cost,
        "mean_duration_years": _shown(duration),
        "projects_with_duration": with_duration,
        "warnings": [warning.as_dict() for warning in facts.warnings],
    }
