"""What the database knows of the panorama, read in a constant number of queries."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field, fields, replace
from decimal import ROUND_HALF_UP, Decimal

from common.models import DataOrigin
from common.tabular.parsing import normalise_title
from projects.models import (
    Baseline,
    Estimate,
    PanoramaEdition,
    PanoramaEntry,
    Project,
    ProjectAlias,
)
from projects.panorama.facts import PanoramaRow

ROOT_CODE = "PANORAMA"
CODE_PREFIX = "PAN-"
SOURCE = "panorama"
_CENT = Decimal("0.01")
_MILLION = 1_000_000
_SAME_DURATION = Decimal("0.000001")
# The lengths that the tables keep.
_LENGTHS = {
    "title": 200,
    "ministry_label": 200,
    "cost_band": 60,
    "functional_zone": 120,
    "funding": 300,
}


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """The figures of one published row, as they are stored: cost in euros, duration as text."""

    title: str
    ministry_label: str
    ministry_code: str
    is_interministerial: bool
    started_on: dt.date | None
    published_duration: str
    full_cost: Decimal | None
    cost_band: str
    phase: str
    functional_zone: str
    funding: str

    @property
    def duration_months(self) -> int | None:
        """Return the duration in whole months, rounded half up (domain §2.1)."""
        if not self.published_duration:
            return None
        months = Decimal(self.published_duration) * 12
        return int(months.quantize(Decimal(1), rounding=ROUND_HALF_UP))

    @property
    def has_figures(self) -> bool:
        """Tell whether a cost or a duration is published."""
        return self.full_cost is not None or bool(self.published_duration)

    def changed_fields(self, other: EntryFacts) -> list[str]:
        """Return the names of the fields that differ.

        A duration printed with more or fewer decimals (a millionth of a year, half a minute) is
        the same figure.
        """
        names = [item.name for item in fields(self)]
        changed = [name for name in names if getattr(self, name) != getattr(other, name)]
        mine, theirs = self.published_duration, other.published_duration
        if mine and theirs and abs(Decimal(mine) - Decimal(theirs)) <= _SAME_DURATION:
            changed = [name for name in changed if name != "published_duration"]
        return changed


def entry_facts(row: PanoramaRow) -> tuple[EntryFacts, list[str]]:
    """Return what is stored of a published row, and the fields that had to be shortened."""
    cost = None
    if row.cost_meur is not None:
        cost = (row.cost_meur * _MILLION).quantize(_CENT, rounding=ROUND_HALF_UP)
    facts = EntryFacts(
        title=row.title,
        ministry_label=row.ministry_label,
        ministry_code=row.ministry_code,
        is_interministerial=row.is_interministerial,
        started_on=row.started_on,
        published_duration=_plain(row.duration_years),
        full_cost=cost,
        cost_band=row.cost_band,
        phase=row.phase,
        functional_zone=row.functional_zone,
        funding=row.funding,
    )
    long = [name for name, most in _LENGTHS.items() if len(getattr(facts, name)) > most]
    short = {name: getattr(facts, name)[: _LENGTHS[name] - 1] + "…" for name in long}
    return replace(facts, **short), long


def _plain(duration: Decimal | None) -> str:
    """Write a duration without an exponent or useless zeros: 4.0 and 4 are the same figure."""
    if duration is None:
        return ""
    text = format(duration, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text)[:32]


EstimateFigures = tuple[Decimal | None, dt.date | None, int | None]


@dataclass(slots=True)
class Known:
    """A project of the panorama: in the database (`project`), or about to be created.

    `entries` are the stored rows by edition, in the order of their lines; `keys` the normalised
    titles by which it is recognised.
    """

    code: str
    project: Project | None = None
    keys: dict[str, str] = field(default_factory=dict)
    entries: dict[str, list[EntryFacts]] = field(default_factory=dict)
    estimates: dict[str, tuple[EstimateFigures, int]] = field(default_factory=dict)
    baseline_zero: str | None = None

    def latest(self) -> EntryFacts | None:
        """Return the row of the last edition; the first of the rows when there are several."""
        editions = [edition for edition, rows in self.entries.items() if rows]
        return self.entries[max(editions)][0] if editions else None


@dataclass(slots=True)
class State:
    """The panorama in the database: its projects, its editions by code, the codes in use."""

    projects: list[Known]
    editions: dict[str, PanoramaEdition]
    codes: set[str]


def load_state(*, lock: bool = False) -> State:
    """Read the published projects with their titles, rows, estimates and first baselines.

    `lock` keeps the projects from being edited until the end of the transaction.
    """
    by_id: dict[int, Known] = {}
    projects = Project.objects.filter(data_origin=DataOrigin.PUBLISHED)
    if lock:
        projects = projects.select_for_update(of=("self",))
    for project in projects.select_related("ministry", "node").order_by("pk"):
        known = Known(project.code, project)
        known.keys[project.normalised_title] = project.title
        by_id[project.pk] = known
    aliases = ProjectAlias.objects.filter(project__in=by_id).order_by("pk")
    for project_id, key, title in aliases.values_list("project_id", "normalised_title", "title"):
        by_id[project_id].keys.setdefault(key, title)
    _load_entries(by_id)
    _load_estimates(by_id)
    zero = Baseline.objects.filter(project__in=by_id, number=0)
    for project_id, reference in zero.values_list("project_id", "decision_reference"):
        by_id[project_id].baseline_zero = reference
    editions = {edition.code: edition for edition in PanoramaEdition.objects.all()}
    codes = Project.objects.filter(code__startswith=CODE_PREFIX).values_list("code", flat=True)
    return State(list(by_id.values()), editions, set(codes))


def _load_entries(by_id: dict[int, Known]) -> None:
    """Attach the stored rows to their projects."""
    rows = PanoramaEntry.objects.filter(project__in=by_id).order_by("edition_id", "source_line")
    names = [item.name for item in fields(EntryFacts) if item.name != "ministry_code"]
    for row in rows.values("project_id", "edition__code", "ministry__code", *names):
        edition: str = row.pop("edition__code")
        known = by_id[row.pop("project_id")]
        code: str = row.pop("ministry__code") or ""
        facts = EntryFacts(ministry_code=code, **row)
        known.entries.setdefault(edition, []).append(facts)
        # A project that people renamed is still recognised by its published titles.
        known.keys.setdefault(normalise_title(facts.title), facts.title)


def _load_estimates(by_id: dict[int, Known]) -> None:
    """Attach the last estimate told by each edition, with how many were."""
    rows = Estimate.objects.filter(
        project__in=by_id, source_reference__startswith=f"{SOURCE}:"
    ).order_by("pk")
    for project_id, reference, cost, end_on, months in rows.values_list(
        "project_id", "source_reference", "full_cost", "end_on", "duration_months"
    ):
        known, edition = by_id[project_id], reference.split(":")[1]
        _figures, count = known.estimates.get(edition, (None, 0))
        known.estimates[edition] = ((cost, end_on, months), count + 1)


def project_code(key: str, taken: set[str]) -> str:
    """Return the code of a new project from its key; the same whatever the order of imports."""
    plain = key.upper().replace(" ", "-")
    code = f"{CODE_PREFIX}{plain}"
    if len(code) <= 40 and code.isascii() and code not in taken:
        return code
    stem = "".join(c for c in plain if c.isascii())[:27]
    return f"{CODE_PREFIX}{stem}-{hashlib.sha256(key.encode()).hexdigest()[:8].upper()}"
