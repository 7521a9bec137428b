"""The checks of commitments over the ledgers of an exercise (rules R-04, 05, 08, 13, 16, 20)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

from budgets.enums import FREEZING_KINDS, OPENING_KINDS, CreditType, RuleCode
from budgets.rules.commitments import (
    Anticipated,
    Executed,
    Waiting,
    check_date,
    check_delays,
    check_dormant,
    check_execution,
    check_schedule,
)
from budgets.rules.credits import check_sustainability
from budgets.rules.findings import Finding, Place
from budgets.selectors.rule_facts import Dated, Life, Moved, Scope, Tree, dated_elsewhere, lives
from common.fiscal import add_months

Parameters = Mapping[str, Mapping[str, Decimal]]


def findings_of_commitments(
    scope: Scope, tree: Tree, moved: list[Moved], parameters: Parameters
) -> Iterator[Finding]:
    """Yield what the commitments known in the exercise break."""
    found = lives(scope)
    for reference, life in found.items() if scope.is_current else ():
        place = Place("commitment", reference, scope.fiscal_year)
        held = Executed(life.committed, life.done, life.paid, life.advances)
        yield from check_execution(place, held)
        yield from check_schedule(place, life.committed, life.scheduled)
        yield from _late(place, life, held, scope, parameters)
    yield from _sustainability(found, scope, tree, moved)
    yield from _dates(scope, tree, moved, parameters)


def _late(
    place: Place, life: Life, held: Executed, scope: Scope, parameters: Parameters
) -> Iterator[Finding]:
    """R-16 and R-20: what rests, and what waits, on a commitment."""
    last_on = life.last_on or life.committed_on
    if last_on is not None and RuleCode.DORMANT in parameters:
        months = int(parameters[RuleCode.DORMANT]["months"])
        limit = add_months(scope.day, -months)
        yield from check_dormant(place, held, last_on, limit)
    if RuleCode.DELAYS in parameters:
        requested = max(life.requested, life.paid - life.advances)
        waiting = Waiting(life.done_long_ago, requested, life.invoices_unpaid)
        yield from check_delays(place, waiting, parameters[RuleCode.DELAYS])


def _sustainability(
    found: Mapping[str, Life], scope: Scope, tree: Tree, moved: list[Moved]
) -> Iterator[Finding]:
    """R-08: by BOP, HT2; what the schedule expects in the exercise holds what is compulsory."""
    compulsory: dict[int, int] = defaultdict(int)
    unavoidable: dict[int, int] = defaultdict(int)
    limits: dict[int, int] = defaultdict(int)
    for life in found.values():
        if life.credit_type != CreditType.HT2:
            continue
        unit = tree.unit(life.node).pk
        owed = max(life.done_before_year - life.paid_before_year, 0)
        compulsory[unit] += owed
        unavoidable[unit] += max(life.scheduled_in_year - owed, 0)
    for row in moved:
        if row.fiscal_year == scope.fiscal_year and row.credit_type == CreditType.HT2:
            sign = (row.kind in OPENING_KINDS) - (row.kind in FREEZING_KINDS)
            limits[tree.unit(row.node).pk] += sign * row.cp
    for unit in sorted(compulsory):
        place = Place("budget_node", tree.nodes[unit].code, scope.fiscal_year, CreditType.HT2)
        yield from check_sustainability(place, limits[unit], compulsory[unit], unavoidable[unit])


def _dates(
    scope: Scope, tree: Tree, moved: list[Moved], parameters: Parameters
) -> Iterator[Finding]:
    """R-13: commitments of the exercise dated elsewhere; anticipated ones add up by title."""
    if RuleCode.ANTICIPATION not in parameters:
        return
    limits = parameters[RuleCode.ANTICIPATION]
    rows = list(dated_elsewhere(scope))
    opened, by_title = _credits(scope, tree, moved)
    totals: dict[tuple[int, str, str], int] = defaultdict(int)
    for row in rows:
        totals[_line(row, tree)] += row.amount if row.committed_on.year < scope.fiscal_year else 0
    for row in rows:
        line = _line(row, tree)
        named = by_title.get(line)
        known = Anticipated(
            title=line[2],
            credit_type=row.credit_type,
            total=totals[line],
            credits=opened[line[:2]] if named is None else named,
            service_on=row.service_from,
        )
        place = Place("commitment", row.reference, scope.fiscal_year)
        yield from check_date(place, row.committed_on, row.amount, known, limits)


def _line(row: Dated, tree: Tree) -> tuple[int, str, str]:
    return row.node, row.credit_type, tree.title(row.category)


def _credits(
    scope: Scope, tree: Tree, moved: list[Moved]
) -> tuple[dict[tuple[int, str], int], dict[tuple[int, str, str], int]]:
    """Return the AE opened on each node in the year before the exercise, T2 and HT2 apart, then by
    title where one is named: what bounds the anticipation that was signed in it.
    """
    whole: dict[tuple[int, str], int] = defaultdict(int)
    titled: dict[tuple[int, str, str], int] = defaultdict(int)
    for row in moved:
        if row.fiscal_year == scope.fiscal_year - 1 and row.kind in OPENING_KINDS:
            whole[row.node, row.credit_type] += row.ae
            if title := tree.title(row.category):
                titled[row.node, row.credit_type, title] += row.ae
    return whole, titled


def since(day: dt.date, days: int) -> dt.date:
    """Return the last day that is more than some days before a day."""
    return day - dt.timedelta(days=days + 1)
