"""The data tables of the panorama (projects/data): headings, wordings, ministries, aliases.

They are data, so that a new edition with a new word costs a line of CSV and no code.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from common.tabular.parsing import clean_text, normalise_title

_FOLDER = Path(__file__).resolve().parent.parent / "data"


def _read(name: str) -> list[dict[str, str]]:
    """Return the rows of one data table."""
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@dataclass(frozen=True, slots=True)
class MinistryLabel:
    """A name under which a ministry is published, between two days (None: open)."""

    code: str
    name: str
    label: str
    valid_from: dt.date | None
    valid_to: dt.date | None

    def holds_on(self, day: dt.date) -> bool:
        """Tell whether the ministry bore this name on a day."""
        after = self.valid_from is None or self.valid_from <= day
        return after and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class CostBand:
    """A published band of cost in M€, both ends included; None: open."""

    code: str
    minimum: Decimal | None
    maximum: Decimal | None

    def holds(self, cost: Decimal) -> bool:
        """Tell whether a cost agrees with the band. A band without ends agrees with any."""
        above = self.minimum is None or cost >= self.minimum
        return above and (self.maximum is None or cost <= self.maximum)


@cache
def headings() -> Mapping[str, str]:
    """Return normalised heading → field."""
    return {normalise_title(row["heading"]): row["field"] for row in _read("panorama_columns")}


@cache
def edition_of_publication() -> Mapping[dt.date, str]:
    """Return the editions whose printed publication date falls in another month, or is known."""
    return {
        dt.date.fromisoformat(row["published_on"]): row["edition"]
        for row in _read("panorama_editions")
    }


@cache
def _phases() -> Mapping[str, str]:
    return {normalise_title(row["wording"]): row["phase"] for row in _read("panorama_phases")}


def phase_of(wording: str) -> str | None:
    """Return the code of a published phase; None when the wording is not in the table."""
    return _phases().get(normalise_title(wording))


@cache
def _withheld() -> tuple[frozenset[str], tuple[str, ...]]:
    rows = [(row["match"], normalise_title(row["wording"])) for row in _read("panorama_withheld")]
    exact = frozenset(key for match, key in rows if match == "exact")
    return exact, tuple(key for match, key in rows if match == "contains")


def is_withheld(wording: str) -> bool:
    """Tell whether a wording is a known way of publishing no figure (a lone dash is one)."""
    key = normalise_title(wording)
    exact, parts = _withheld()
    return key in exact or not key or any(part in key for part in parts)


@cache
def _bands() -> Mapping[str, CostBand]:
    return {
        _band_key(row["wording"]): CostBand(
            row["band"],
            Decimal(row["minimum_meur"]) if row["minimum_meur"] else None,
            Decimal(row["maximum_meur"]) if row["maximum_meur"] else None,
        )
        for row in _read("panorama_bands")
    }


def _band_key(wording: str) -> str:
    """Compare bands with their < and >, which titles do not have."""
    return normalise_title(wording.replace("<", " moins de ").replace(">", " plus de "))


def band_of(wording: str) -> CostBand | None:
    """Return a published band of cost; None when the wording is not in the table."""
    return _bands().get(_band_key(wording))


@cache
def _totals() -> tuple[frozenset[str], tuple[str, ...]]:
    rows = [(row["match"], normalise_title(row["wording"])) for row in _read("panorama_totals")]
    exact = frozenset(key for match, key in rows if match == "exact")
    return exact, tuple(key for match, key in rows if match == "prefix")


def is_total(wording: str) -> bool:
    """Tell whether a wording begins a line of totals or means."""
    key = normalise_title(wording)
    exact, prefixes = _totals()
    return bool(key) and (key in exact or key.startswith(prefixes))


@cache
def ministry_labels() -> tuple[MinistryLabel, ...]:
    """Return the dated table of the names of ministries."""
    return tuple(
        MinistryLabel(
            row["code"],
            row["name"],
            row["label"],
            dt.date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
            dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        )
        for row in _read("ministries")
    )


@cache
def _labels_by_key() -> Mapping[str, tuple[MinistryLabel, ...]]:
    found: dict[str, list[MinistryLabel]] = {}
    for label in ministry_labels():
        found.setdefault(normalise_title(label.label), []).append(label)
    return {key: tuple(labels) for key, labels in found.items()}


def ministry_of(wording: str, day: dt.date) -> MinistryLabel | None:
    """Return the ministry that a published name means on a day; None when it cannot be told.

    Published names lag behind decrees: a name that only one ministry ever bore is that ministry
    at any date; a name that several bore is the one that bore it on that day.
    """
    labels = _labels_by_key().get(normalise_title(wording), ())
    if len({label.code for label in labels}) == 1:
        return labels[0]
    valid = [label for label in labels if label.holds_on(day)]
    return valid[0] if len({label.code for label in valid}) == 1 else None


@cache
def _aliases() -> Mapping[str, tuple[str, str]]:
    return {
        normalise_title(row["title"]): (row["project"], normalise_title(row["project"]))
        for row in _read("project_aliases")
        if row["kind"] == "alias"
    }


@cache
def distinct_pairs() -> frozenset[frozenset[str]]:
    """Return the pairs of project keys known to be two projects in spite of their titles."""
    return frozenset(
        frozenset((normalise_title(row["title"]), normalise_title(row["project"])))
        for row in _read("project_aliases")
        if row["kind"] == "distinct"
    )


def project_of(title: str) -> tuple[str, str]:
    """Return the title and the key of the project that a published title means, by the aliases."""
    key = normalise_title(title)
    return _aliases().get(key, (clean_text(title), key))
