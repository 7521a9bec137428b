"""What an import of the panorama would change: computed from facts and state, nothing written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from common.fiscal import add_months
from common.tabular.parsing import normalise_title
from projects.panorama.facts import (
    PanoramaEditionFacts,
    PanoramaFile,
    PanoramaRow,
    PanoramaWarning,
)
from projects.panorama.matching import Named, near_misses
from projects.services.panorama_state import (
    SOURCE,
    EntryFacts,
    EstimateFigures,
    Known,
    State,
    entry_facts,
    project_code,
)


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """One published row and the project that it is about."""

    known: Known
    row: PanoramaRow
    facts: EntryFacts


@dataclass(frozen=True, slots=True)
class PlannedEstimate:
    """An estimate to append; `rank` counts those told by the same edition for the project."""

    entry: PlannedEntry
    edition_on: dt.date
    figures: EstimateFigures
    rank: int


@dataclass(slots=True)
class PlannedEdition:
    """An edition whose rows are new or differ from the stored ones."""

    edition: str
    published_on: dt.date
    entries: list[PlannedEntry]


@dataclass(slots=True)
class Plan:
    """All the changes, and the warnings that they call for, by edition."""

    editions: list[PlannedEdition] = field(default_factory=list)
    estimates: list[PlannedEstimate] = field(default_factory=list)
    baselines: list[PlannedEstimate] = field(default_factory=list)
    created: list[Known] = field(default_factory=list)
    former: dict[str, EntryFacts | None] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    touched: dict[str, Known] = field(default_factory=dict)
    warnings: dict[str, list[PanoramaWarning]] = field(default_factory=dict)
    unchanged: int = 0

    @property
    def is_empty(self) -> bool:
        """Tell whether the database already says all this."""
        return not (self.editions or self.estimates or self.baselines or self.created)


def first_day(edition: str) -> dt.date:
    """Return the first day of the month of an edition."""
    return dt.date.fromisoformat(f"{edition}-01")


def _warn(plan: Plan, code: str, row: PanoramaRow, message: str) -> None:
    """Add a warning about a published row."""
    plan.warnings.setdefault(row.edition, []).append(
        PanoramaWarning(code, row.line, "", row.title, message)
    )


class _Recogniser:
    """Finds the project of a row by its title, the aliases in the database and the alias table."""

    def __init__(self, state: State) -> None:
        self.by_key: dict[str, Known] = {}
        for known in state.projects:
            if known.project is not None:
                self.by_key.setdefault(known.project.normalised_title, known)
        for known in state.projects:
            for key in known.keys:
                self.by_key.setdefault(key, known)
        self.codes = set(state.codes)
        self.created: list[Known] = []

    def find(self, row: PanoramaRow) -> Known:
        """Return the known project of a row, or one to create."""
        key = normalise_title(row.title)
        known = self.by_key.get(key) or self.by_key.get(row.project_key)
        if known is None:
            known = Known(project_code(row.project_key, self.codes))
            self.codes.add(known.code)
            self.created.append(known)
        for name, title in ((key, row.title), (row.project_key, row.project_title)):
            if self.by_key.setdefault(name, known) is known:
                known.keys.setdefault(name, title)
        return known


def make_plan(panorama: PanoramaFile, state: State) -> Plan:
    """Compare a file with the database.

    An edition that the database holds with the same figures changes nothing, whatever the layout
    of the file; one whose figures differ is replaced, and each difference is told.
    """
    plan = Plan()
    recogniser = _Recogniser(state)
    near = _Known(state)
    for facts in panorama.editions:
        entries = [_entry(plan, recogniser, row) for row in facts.rows]
        _compare(plan, state, facts, entries)
    plan.created = recogniser.created
    near.tell(plan)
    _plan_baselines(plan)
    return plan


def _entry(plan: Plan, recogniser: _Recogniser, row: PanoramaRow) -> PlannedEntry:
    """Recognise the project of a row; tell the texts that are too long to be stored whole."""
    facts, long = entry_facts(row)
    if long:
        _warn(plan, "shortened", row, _("text shortened: %(names)s") % {"names": ", ".join(long)})
    known = recogniser.find(row)
    if row.description:
        plan.descriptions[known.code] = row.description
    return PlannedEntry(known, row, facts)


def _grouped(entries: Iterable[PlannedEntry]) -> dict[str, list[PlannedEntry]]:
    """Group the rows of an edition by project."""
    groups: dict[str, list[PlannedEntry]] = {}
    for entry in entries:
        groups.setdefault(entry.known.code, []).append(entry)
    return groups


def _compare(
    plan: Plan, state: State, facts: PanoramaEditionFacts, entries: list[PlannedEntry]
) -> None:
    """Compare one edition with what is stored of it."""
    edition = facts.edition
    stored = state.editions.get(edition)
    published_on = facts.published_on or (stored.published_on if stored else first_day(edition))
    groups = _grouped(entries)
    differs = _tell_differences(plan, edition, groups, told=stored is not None)
    differs |= _tell_removed(plan, state, edition, groups)
    if stored is None or differs or stored.published_on != published_on:
        plan.editions.append(PlannedEdition(edition, published_on, entries))
        for entry in entries:
            _touch(plan, entry.known)
    else:
        plan.unchanged += len(entries)
    for group in groups.values():
        group[0].known.entries[edition] = [entry.facts for entry in group]
        _plan_estimate(plan, group[0], published_on)


def _touch(plan: Plan, known: Known) -> None:
    """Remember the last row of a project before the import, once."""
    if known.code not in plan.touched:
        plan.touched[known.code] = known
        plan.former[known.code] = known.latest()


def _tell_differences(
    plan: Plan, edition: str, groups: dict[str, list[PlannedEntry]], *, told: bool
) -> bool:
    """Compare the rows of each project; return whether any differs."""
    differs = False
    for group in groups.values():
        known = group[0].known
        before = known.entries.get(edition, [])
        if len(before) == len(group) and not any(
            former.changed_fields(entry.facts) for former, entry in zip(before, group, strict=True)
        ):
            continue
        differs = True
        _touch(plan, known)
        for rank, entry in enumerate(group):
            if not told:
                continue
            if rank >= len(before):
                _warn(plan, "entry_added", entry.row, _("this project was not in the edition"))
                continue
            names = before[rank].changed_fields(entry.facts)
            if names:
                _warn(
                    plan,
                    "entry_updated",
                    entry.row,
                    _("published again with other figures, which replace the former: %(names)s")
                    % {"names": ", ".join(names)},
                )
    return differs


def _tell_removed(
    plan: Plan, state: State, edition: str, groups: dict[str, list[PlannedEntry]]
) -> bool:
    """Tell the stored rows that the file no longer has; return whether there are any."""
    removed = False
    for known in state.projects:
        before = known.entries.get(edition, [])
        group = groups.get(known.code, [])
        for facts in before[len(group) :]:
            removed = True
            plan.warnings.setdefault(edition, []).append(
                PanoramaWarning(
                    "entry_removed",
                    None,
                    "",
                    facts.title,
                    _("this project is no longer in the edition: its row is removed"),
                )
            )
        if before and not group:
            _touch(plan, known)
            del known.entries[edition]
    return removed


def figures_of(facts: EntryFacts) -> EstimateFigures:
    """Return the cost, the end date (start + whole months) and the duration in whole months."""
    months = facts.duration_months
    end_on = None
    if months is not None and facts.started_on is not None:
        end_on = add_months(facts.started_on, months)
    return facts.full_cost, end_on, months


def _plan_estimate(plan: Plan, entry: PlannedEntry, edition_on: dt.date) -> None:
    """Append an estimate when the edition tells other figures than it told before.

    A project that withdraws its figures gets an estimate without any: the former no longer stands.
    A project published twice in an edition is estimated by its first row.
    """
    figures = figures_of(entry.facts)
    before, count = entry.known.estimates.get(entry.row.edition, (None, 0))
    if count and before == figures:
        return
    _touch(plan, entry.known)
    plan.estimates.append(PlannedEstimate(entry, edition_on, figures, count + 1))


def _plan_baselines(plan: Plan) -> None:
    """Give baseline 0 to the projects that have none: their first published figures (domain §2.1).

    It is never replaced: an older edition that arrives later is told.
    """
    given: set[str] = set()
    ordered = sorted(plan.estimates, key=lambda estimate: estimate.entry.row.edition)
    for estimate in ordered:
        known, row = estimate.entry.known, estimate.entry.row
        if not estimate.entry.facts.has_figures:
            continue
        if known.baseline_zero is None and known.code not in given:
            given.add(known.code)
            plan.baselines.append(estimate)
        elif _is_later_edition(known.baseline_zero or "", row.edition):
            _warn(
                plan,
                "baseline_kept",
                row,
                _("baseline 0 comes from a later edition (%(reference)s) and is kept")
                % {"reference": known.baseline_zero},
            )


def _is_later_edition(reference: str, edition: str) -> bool:
    """Tell whether a baseline was taken from a later edition than this one."""
    return reference.startswith(f"{SOURCE} ") and reference > f"{SOURCE} {edition}"


class _Known:
    """The projects of the database by name, to tell the new titles that look like them."""

    def __init__(self, state: State) -> None:
        self.names = [
            Named(key, title, known.project.ministry.code if known.project.ministry else "")
            for known in state.projects
            if known.project is not None
            for key, title in known.keys.items()
        ]

    def tell(self, plan: Plan) -> None:
        """Warn of each project to create whose title looks like a known one of its ministry."""
        created = {known.code for known in plan.created}
        rows = {
            Named(entry.row.project_key, entry.row.title, entry.row.ministry_code): entry.row
            for edition in reversed(plan.editions)
            for entry in reversed(edition.entries)
            if entry.known.code in created
        }
        known = set(self.names)
        for candidate, other in near_misses(rows, self.names):
            if other in known:
                _warn(
                    plan,
                    "near_miss",
                    rows[candidate],
                    _("this title looks like “%(other)s”; they are kept as two projects")
                    % {"other": other.title},
                )
