"""Execution by project, programme, UO or activity: figures, landings, gaps; and by month.

Everything is read by (project, node, activity), then folded: whatever the axis, the lines add up
to the same totals, landings included. A constant number of statements.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import BigIntegerField, F, Q, Sum
from django.db.models.functions import Cast

from budgets.enums import LandingMethod, NomenclatureKind
from budgets.models import LandingChoice, NomenclatureNode, Reservation
from budgets.rules.landing import MONTHS, linear_landing, still_due
from budgets.tables.monitoring import KEYS, monitoring_layout
from budgets.tables.perimeter import Perimeter
from common.money import allocate, to_cents
from projects.models import Project

GRAIN = ("project_id", "node_id", "activity_id")
Grain = tuple[int | None, int | None, int | None]
LEDGERS = ("ae", "cp")
# What the lines are grouped by.
AXES = ("project", "programme", "uo", "activity")
DEFAULT_METHOD = LandingMethod.SCHEDULES
VALUES = (*KEYS, "ae_reserved", "cp_reserved")


@dataclass(slots=True)
class Figures:
    """The figures of one line, in cents TTC.

    `values` are those of `monitoring_layout`, and `ae_reserved`, `cp_reserved`. `landings` gives
    each method by ledger; `chosen` is the landing by the method chosen for each project. A
    landing that cannot be computed (no month has run) is None.
    """

    values: dict[str, int] = field(default_factory=lambda: dict.fromkeys(VALUES, 0))
    landings: dict[tuple[str, str], int | None] = field(default_factory=dict)
    chosen: dict[str, int | None] = field(default_factory=dict)

    def add(self, other: Figures) -> None:
        """Add another line to this one."""
        for name, cents in other.values.items():
            self.values[name] += cents
        for mine, theirs in ((self.landings, other.landings), (self.chosen, other.chosen)):
            _add_known(mine, theirs)

    def landing_gap(self, ledger: str) -> int | None:
        """Return what is open, net of what is frozen, less the landing (BX-05)."""
        landing = self.chosen.get(ledger)
        return None if landing is None else self.values[f"{ledger}_usable"] - landing


@dataclass(frozen=True, slots=True)
class FollowedLine:
    """A line: its code and name, None for what names none; and its figures."""

    code: str | None
    name: str | None
    figures: Figures


def _add_known(mine: dict[Any, int | None], theirs: Mapping[Any, int | None]) -> None:
    for name, cents in theirs.items():
        known = mine.get(name, 0)
        mine[name] = None if known is None or cents is None else known + cents


def follow(perimeter: Perimeter, by: str, months: int) -> tuple[list[FollowedLine], Figures]:
    """Return the lines by an axis of `AXES`, ordered by code, and their total.

    `months` of the exercise have run at the date of the perimeter (0 to 12).
    """
    grains = read_grains(perimeter, months)
    key_of, names = _axis(by, grains)
    lines: dict[Any, Figures] = {}
    whole = Figures()
    for grain, figures in grains.items():
        lines.setdefault(key_of(grain), Figures()).add(figures)
        whole.add(figures)
    found = []
    for key, figures in lines.items():
        code, name = names.get(key, (None, None))
        found.append(FollowedLine(code, name, figures))
    return sorted(found, key=lambda line: (line.code is None, line.code or "")), whole


def read_grains(perimeter: Perimeter, months: int) -> dict[Grain, Figures]:
    """Return the figures by project, node and activity, with their landings."""
    layout = monitoring_layout(perimeter.fiscal_year)
    grains: dict[Grain, Figures] = {}
    for key, sums in perimeter.grouped(dict(layout.sources), GRAIN).items():
        values = grains.setdefault(_grain(key), Figures()).values
        for line in layout.lines:
            values[line.key] = sum(sign * sums.get(name, 0) for sign, name in line.terms)
    for key, ae, cp in _reserved(perimeter):
        values = grains.setdefault(_grain(key), Figures()).values
        values["ae_reserved"] += ae
        values["cp_reserved"] += cp
    due = _still_due(perimeter)
    for grain in due:
        grains.setdefault(grain, Figures())
    for grain, figures in grains.items():
        _land(figures, due.get(grain, 0), months)
    _choose(perimeter, grains)
    return grains


def _grain(key: tuple[Any, ...]) -> Grain:
    project, node, activity = key
    return project, node, activity


def _land(figures: Figures, due: int, months: int) -> None:
    """Compute the two landings that the ledgers give."""
    values = figures.values
    ae, cp = values["ae_committed"], values["cp_paid"]
    figures.landings = {
        ("ae", LandingMethod.LINEAR): linear_landing(ae, months),
        ("cp", LandingMethod.LINEAR): linear_landing(cp, months),
        ("ae", LandingMethod.SCHEDULES): ae + values["ae_reserved"],
        ("cp", LandingMethod.SCHEDULES): cp + due + values["cp_reserved"],
    }


def _reserved(perimeter: Perimeter) -> list[tuple[tuple[Any, ...], int, int]]:
    """Return what decisions set aside today, by project and node."""
    rows = Reservation.objects.pending().filter(
        fiscal_year=perimeter.fiscal_year, credit_type=perimeter.credit_type
    )
    if perimeter.user is not None:
        rows = rows.visible_to(perimeter.user)
    if perimeter.origin:
        rows = rows.filter(data_origin=perimeter.origin)
    if perimeter.nodes is not None:
        rows = rows.filter(node_id__in=perimeter.nodes)
    kept = {look: value for look, value in perimeter.kept if not look.startswith("activity")}
    if any(look == "activity_id" for look, _value in perimeter.kept):
        return []  # a reservation names no activity
    sums = {f"sum_{name}": Sum(Cast(F(name), BigIntegerField())) for name in LEDGERS}
    grouped = rows.filter(**kept).order_by().values_list("project_id", "node_id").annotate(**sums)
    return [((project, node, None), int(ae), int(cp)) for project, node, ae, cp in grouped]


def _still_due(perimeter: Perimeter) -> dict[Grain, int]:
    """Return what the schedules of commitments still expect in the exercise; two statements."""
    own = Q(fiscal_year=perimeter.fiscal_year)
    total = Sum(Cast(F("amount"), BigIntegerField()))
    columns = [f"commitment__{column}" for column in GRAIN]
    expected = perimeter.rows("schedules").filter(own, commitment__isnull=False)
    paid = perimeter.rows("payments").filter(own)
    done = dict(paid.values_list("commitment_id").annotate(sum_paid=total))
    due: dict[Grain, int] = {}
    rows = expected.values_list("commitment_id", *columns).annotate(sum_expected=total)
    for commitment_id, project, node, activity, scheduled in rows:
        left = still_due(int(scheduled), int(done.get(commitment_id, 0)))
        grain = (project, node, activity)
        due[grain] = due.get(grain, 0) + left
    return due


def _choose(perimeter: Perimeter, grains: dict[Grain, Figures]) -> None:
    """Give each grain the landing of the method chosen for its project.

    The manager's say is given for a project: it is shared between its grains in proportion to
    what their schedules land at, to the cent.
    """
    choices = choices_of(perimeter)
    said: dict[int, list[Figures]] = {}
    for (project, _node, _activity), figures in grains.items():
        choice = choices.get(project) if project is not None else None
        method = choice.method if choice else DEFAULT_METHOD
        if method == LandingMethod.MANAGER and project is not None:
            said.setdefault(project, []).append(figures)
        else:
            figures.chosen = {ledger: figures.landings[ledger, method] for ledger in LEDGERS}
    for project, shared in said.items():
        for ledger in LEDGERS:
            amount = to_cents(getattr(choices[project], ledger))
            bases = [max(one.landings[ledger, LandingMethod.SCHEDULES] or 0, 0) for one in shared]
            weights = bases if any(bases) else [1] * len(shared)
            for one, cents in zip(shared, allocate(amount, weights), strict=True):
                one.chosen[ledger] = cents


def choices_of(perimeter: Perimeter) -> dict[int, LandingChoice]:
    """Return the landings chosen for an exercise, by project."""
    rows = LandingChoice.objects.filter(
        fiscal_year=perimeter.fiscal_year, credit_type=perimeter.credit_type
    )
    if perimeter.user is not None:
        rows = rows.visible_to(perimeter.user)
    return {choice.project_id: choice for choice in rows.select_related("project", "decided_by")}


def _axis(
    by: str, grains: Mapping[Grain, Figures]
) -> tuple[Callable[[Grain], Any], dict[Any, tuple[str, str]]]:
    """Return what a grain is grouped by, and the code and name of each group."""
    if by == "project":
        ids = {grain[0] for grain in grains if grain[0] is not None}
        rows = Project.objects.filter(pk__in=ids).order_by().values_list("pk", "code", "title")
        return (lambda grain: grain[0]), {pk: (code, title) for pk, code, title in rows}
    nodes = {
        pk: (parent, kind, code, name)
        for pk, parent, kind, code, name in NomenclatureNode.objects.order_by().values_list(
            "pk", "parent_id", "kind", "code", "name"
        )
    }
    names = {pk: (code, name) for pk, (_parent, _kind, code, name) in nodes.items()}
    if by == "activity":
        return (lambda grain: grain[2]), names
    if by == "uo":
        return (lambda grain: grain[1]), names
    above = {pk: _programme_of(pk, nodes) for pk in {grain[1] for grain in grains}}
    return (lambda grain: above[grain[1]]), names


def _programme_of(pk: int | None, nodes: Mapping[int, tuple[Any, ...]]) -> int | None:
    """Return the LOLF programme at or above a node; None when there is none."""
    while pk is not None:
        parent, kind = nodes[pk][:2]
        if kind == NomenclatureKind.LOLF_PROGRAMME:
            return pk
        pk = parent
    return None


@dataclass(frozen=True, slots=True)
class Month:
    """One month of an exercise, cumulative, in cents TTC.

    `cp_planned` is what the schedules of commitments expected up to then.
    """

    start: dt.date
    ae_committed: int
    service_done: int
    cp_paid: int
    cp_planned: int
    landing_ae: int | None
    landing_cp: int | None


def follow_months(perimeter: Perimeter) -> list[Month]:
    """Return the twelve months of an exercise, cumulative; five statements.

    What is dated before the exercise counts in January, what is dated after it in December: the
    exercise is the one that the source gives (complementary period).
    """
    year = perimeter.fiscal_year
    layout = monitoring_layout(year)
    wanted = {name: layout.sources[name] for name in ("consumed", "done", "paid")}
    flows = [dict.fromkeys(wanted, 0) for _month in range(MONTHS)]
    for (start,), sums in perimeter.monthly(wanted).items():
        for name, cents in sums.items():
            flows[_place(start, year)][name] += cents
    planned = _planned(perimeter)
    months, running, expected = [], dict.fromkeys(wanted, 0), 0
    for index in range(MONTHS):
        running = {name: running[name] + flows[index][name] for name in wanted}
        expected += planned[index]
        ae, cp = running["consumed"], running["paid"]
        landings = linear_landing(ae, index + 1), linear_landing(cp, index + 1)
        start = dt.date(year, index + 1, 1)
        months.append(Month(start, ae, running["done"], cp, expected, *landings))
    return months


def _planned(perimeter: Perimeter) -> list[int]:
    """Return the CP that schedules expect by month; those without a day are due in December."""
    rows = perimeter.rows("schedules").filter(
        fiscal_year=perimeter.fiscal_year, commitment__isnull=False
    )
    total = Sum(Cast(F("amount"), BigIntegerField()))
    planned = [0] * MONTHS
    for due_on, cents in rows.values_list("due_on").annotate(sum_due=total):
        place = _place(due_on, perimeter.fiscal_year) if due_on else MONTHS - 1
        planned[place] += int(cents)
    return planned


def _place(day: dt.date, year: int) -> int:
    """Return the month of the exercise that a day counts in, from 0."""
    if day.year < year:
        return 0
    return MONTHS - 1 if day.year > year else day.month - 1


def narrowed(perimeter: Perimeter, by: str, code: str | None) -> Perimeter:
    """Return the perimeter of one line of an axis; `code` None for what names none.

    Raises KeyError for a code that the axis does not have.
    """
    if by == "programme":
        rows = NomenclatureNode.objects.order_by().values_list(
            "pk", "parent_id", "kind", "code", "name"
        )
        nodes = {pk: (parent, kind, found) for pk, parent, kind, found, _name in rows}
        above = {pk: _programme_of(pk, nodes) for pk in nodes}
        codes = {pk: found for pk, (_parent, _kind, found) in nodes.items()}
        inside = {pk for pk, top in above.items() if (codes[top] if top else None) == code}
        if code is not None and not inside:
            raise KeyError(code)
        look: tuple[str, Any] = ("node_id__in", frozenset(inside))
    else:
        column = {"project": "project", "uo": "node", "activity": "activity"}[by]
        look = (f"{column}__isnull", True) if code is None else (f"{column}__code", code)
    return replace(perimeter, kept=(*perimeter.kept, look))
