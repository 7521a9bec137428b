"""T2, needs and means by project, and T8, management reports CRG 1 and CRG 2 (domain §1.9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q

from accounts.selectors import end_of_day
from budgets.enums import (
    RANKS,
    ExerciseDateKind,
    Measure,
    ProgrammingNature,
    Stage,
    VersionKind,
)
from budgets.models import CONSUMING, CrgNote, ExerciseDate, ProgrammingFile, ProgrammingVersion
from budgets.rules.exercises import default_dates
from budgets.rules.landing import months_run
from budgets.rules.programming import stage_of
from budgets.tables.following import read_grains
from budgets.tables.perimeter import Perimeter, Source
from budgets.tables.programmed import (
    Cells,
    Figures,
    Grain,
    Places,
    Sums,
    TableRow,
    Terms,
    added,
    sums_by_grain,
)
from common.fiscal import today
from projects.models import Project

LEDGERS = ("ae", "cp")
# What the CP of the exercise are for (GBCP art. 95); the rest is signed or planned.
NATURES = {
    "compulsory": frozenset({ProgrammingNature.COMPULSORY.value}),
    "unavoidable": frozenset({ProgrammingNature.UNAVOIDABLE.value}),
    "new": frozenset({ProgrammingNature.NEW.value}),
    "others": frozenset({ProgrammingNature.COMMITTED.value, ProgrammingNature.PLANNED.value}),
}
Key = tuple[str, int | None]


def executed(year: int) -> Figures:
    """Return what is committed and paid on an exercise, up to the date of the perimeter."""
    own = Q(fiscal_year=year)
    return {
        "executed_ae": ((1, Source("commitments", "amount", own & CONSUMING)),),
        "executed_cp": ((1, Source("payments", "amount", own)),),
    }


def need_figures(version: ProgrammingVersion) -> Figures:
    """Return the figures of T2: asked, granted, programmed by year, executed, CP by nature."""
    stage = stage_of(version.kind)
    found: dict[str, Terms] = {}
    for one in LEDGERS:
        found |= {
            f"requested_{one}": ((1, Cells(f"{Stage.REQUESTED}_{one}", (0,))),),
            f"granted_{one}": ((1, Cells(f"{Stage.GRANTED}_{one}", (0,))),),
        }
        for rank in RANKS:
            found[f"programmed_{one}_{rank}"] = ((1, Cells(f"{stage}_{one}", (rank,))),)
    for name, natures in NATURES.items():
        found[f"cp_{name}"] = ((1, Cells(f"{stage}_{Measure.CP}", (0,), natures)),)
    return {**found, **executed(version.fiscal_year)}


def needs(perimeter: Perimeter, version: ProgrammingVersion) -> tuple[list[TableRow], Sums]:
    """Return the rows of T2, a project each, and their total.

    The forecast at 31 December is the landing by the way chosen for each project; None when it
    cannot be computed.
    """
    sums = sums_by_grain(need_figures(version), perimeter, version)
    landed = _landings(perimeter, lambda grain: ("project", grain[0]))
    groups = _grouped(sums, lambda grain: ("project", grain[0]), landed)
    return _rows(groups, sums, landed, Places())


@dataclass(frozen=True, slots=True)
class ReportDay:
    """The management report that a version is for, and the day on which its data are frozen."""

    kind: str
    data_on: dt.date


def report_day(version: ProgrammingVersion, day: dt.date | None = None) -> ReportDay:
    """Return the report of a version: its own when it is one, else the last whose data are known.

    The day is that of the calendar of the exercise, else the one that the room ships (domain §1.5:
    30 April and 31 August). One query.
    """
    kinds = (ExerciseDateKind.CRG1.value, ExerciseDateKind.CRG2.value)
    known = {one.kind: one.data_on for one in default_dates(version.fiscal_year)}
    rows = ExerciseDate.objects.filter(
        exercise__fiscal_year=version.fiscal_year,
        exercise__data_origin=version.data_origin,
        kind__in=kinds,
        data_on__isnull=False,
    )
    known |= dict(rows.values_list("kind", "data_on"))
    wanted = version.kind
    if wanted not in kinds:
        second = known[ExerciseDateKind.CRG2]
        is_second = second is not None and second <= (day or today())
        wanted = kinds[1] if is_second else kinds[0]
    found = known[wanted]
    assert found is not None  # both days are shipped
    return ReportDay(wanted, found)


def report_perimeter(perimeter: Perimeter, version: ProgrammingVersion) -> Perimeter:
    """Return what a management report reads: facts up to the day of its data.

    Known at the date of the data of the version, when it is the report itself, says that date,
    and nobody asks otherwise.
    """
    found, known_at = report_day(version), perimeter.known_at
    if known_at is None and version.kind == found.kind and version.data_on is not None:
        known_at = end_of_day(version.data_on)
    return replace(perimeter, as_of=found.data_on, known_at=known_at)


def initial_of(version: ProgrammingVersion) -> ProgrammingVersion | None:
    """Return the initial programming that a version updates: the last one before it, or itself.

    None when the exercise has none. One query.
    """
    same = ProgrammingVersion.objects.filter(
        fiscal_year=version.fiscal_year,
        data_origin=version.data_origin,
        kind=VersionKind.INITIAL,
        number__lte=version.number,
    )
    return same.order_by("-number").first()


def report_figures(version: ProgrammingVersion) -> Figures:
    """Return the figures of T8: initial programming, the one of the version, execution."""
    stage = stage_of(version.kind)
    found: dict[str, Terms] = {}
    for one in LEDGERS:
        initial = Cells(f"{Stage.GRANTED}_{one}", (0,), former=True)
        found[f"initial_{one}"] = ((1, initial),)
        found[f"updated_{one}"] = ((1, Cells(f"{stage}_{one}", (0,))),)
    return {**found, **executed(version.fiscal_year)}


def report(perimeter: Perimeter, version: ProgrammingVersion) -> tuple[list[TableRow], Sums]:
    """Return the rows of T8 and their total: a project each, an activity for what is of none.

    The gap is what is programmed less the forecast at 31 December, by the way of landing chosen
    for each project, at the day of the data.
    """
    places, frozen = Places.read(), report_perimeter(perimeter, version)

    def key_of(grain: Grain) -> Key:
        if grain[0] is not None:
            return "project", grain[0]
        return "activity", places.activity(grain)

    sums = sums_by_grain(report_figures(version), frozen, version, initial_of(version))
    landed = _landings(frozen, key_of)
    rows, total = _rows(_grouped(sums, key_of, landed), sums, landed, places, gap="updated")
    notes = _notes(perimeter, version)
    silent = {"comment": None, "risk": None}
    return [replace(row, words={**row.words, **notes.get(row.key, silent)}) for row in rows], total


def _notes(perimeter: Perimeter, version: ProgrammingVersion) -> dict[str, dict[str, str | None]]:
    """Return what is said of each project in a version, by the key of its row; one query."""
    files = ProgrammingFile.objects.filter(programming_version=version)
    if perimeter.user is not None:
        files = files.visible_to(perimeter.user)
    rows = CrgNote.objects.filter(file__in=files).values_list("file__project_id", "comment", "risk")
    return {
        f"project-{pk}": {"comment": comment or None, "risk": risk or None}
        for pk, comment, risk in rows
    }


def _landings(perimeter: Perimeter, key_of: Callable[[Grain], Key]) -> dict[Key, Sums]:
    """Return the landing of AE and CP by row, each by the way chosen for its project."""
    months = months_run(perimeter.fiscal_year, perimeter.as_of)
    found: dict[Key, Sums] = {}
    for (project, node, activity), figures in read_grains(perimeter, months).items():
        sums = found.setdefault(key_of((project, node, None, activity)), {})
        for one in LEDGERS:
            known, cents = sums.get(f"landing_{one}", 0), figures.chosen.get(one)
            both = known is None or cents is None
            sums[f"landing_{one}"] = None if both else (known or 0) + (cents or 0)
    return found


def _grouped(
    sums: Mapping[Grain, Sums], key_of: Callable[[Grain], Key], landed: Mapping[Key, Sums]
) -> dict[Key, list[Grain]]:
    groups: dict[Key, list[Grain]] = {key: [] for key in landed}
    for grain in sums:
        groups.setdefault(key_of(grain), []).append(grain)
    return groups


def _rows(
    groups: Mapping[Key, list[Grain]],
    sums: Mapping[Grain, Sums],
    landed: Mapping[Key, Sums],
    places: Places,
    gap: str = "",
) -> tuple[list[TableRow], Sums]:
    """Return a row a group by code, and the total; one query for the projects.

    A forecast that cannot be computed for a row is none for the whole.
    """
    projects = [pk for kind, pk in groups if kind == "project" and pk is not None]
    known = {
        pk: (code, title)
        for pk, code, title in Project.objects.filter(pk__in=projects)
        .order_by()
        .values_list("pk", "code", "title")
    }
    rows = [
        _row(key, grains, sums, landed.get(key), known, places, gap)
        for key, grains in groups.items()
    ]
    rows.sort(
        key=lambda row: (row.words["code"] is None, row.words["kind"], row.words["code"] or "")
    )
    total = added(dict(row.cents) for row in rows)
    for name in (f"{figure}_{one}" for figure in ("landing", "gap") for one in LEDGERS):
        if any(name in row.cents and row.cents[name] is None for row in rows):
            total[name] = None
    return rows, total


def _row(
    key: Key,
    grains: list[Grain],
    sums: Mapping[Grain, Sums],
    landed: Sums | None,
    projects: Mapping[int, tuple[str, str]],
    places: Places,
    gap: str,
) -> TableRow:
    """Return a row; what has neither facts nor schedules lands at nothing."""
    kind, pk = key
    label: tuple[Any, Any] = (None, None)
    if pk is not None:
        label = projects[pk] if kind == "project" else places.label(pk)
    landing = landed if landed is not None else {f"landing_{one}": 0 for one in LEDGERS}
    cents = {**added(sums[one] for one in grains), **landing}
    for one in LEDGERS if gap else ():
        lands = landing[f"landing_{one}"]
        cents[f"gap_{one}"] = None if lands is None else (cents.get(f"{gap}_{one}") or 0) - lands
    words = {"kind": kind, "code": label[0], "name": label[1]}
    return TableRow(f"{kind}-{pk or 0}", words, cents, grains=frozenset(grains))
