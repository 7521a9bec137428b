"""Find in the ledgers of an exercise what breaks a rule, and open or close the alerts of it.

A fact is never refused for a ceiling: it alerts (domain §1.8). The number of statements does not
depend on the number of rows.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from budgets.enums import OPENING_KINDS, CreditType, MovementKind, NomenclatureKind, RuleCode
from budgets.models import BudgetRule
from budgets.rules import credits as on_credits
from budgets.rules.commitments import check_credit_line
from budgets.rules.findings import Finding, Place
from budgets.rules.parameters import read
from budgets.selectors.availability import Cents, Reading, sums_by
from budgets.selectors.rule_facts import (
    Leg,
    Moved,
    Scope,
    Tree,
    allotted,
    costs,
    due_by_year,
    legs,
    moved,
    opinions,
    trajectories,
)
from budgets.services.detection_commitments import findings_of_commitments, since
from budgets.services.ruling import found_by, rules_in_force
from common.fiscal import today
from records.services.alerts import Synced, sync_alerts

NODE = "budget_node"
Parameters = Mapping[str, Mapping[str, Decimal]]


@transaction.atomic
def detect(*, fiscal_year: int, origin: str, day: dt.date | None = None) -> Synced:
    """Check an exercise of an origin and bring its alerts up to date.

    `day` is that of the check, today by default: rules in force and delays are read at it, never
    after the end of the exercise.
    """
    at = min(day or today(), dt.date(fiscal_year, 12, 31))
    rules = rules_in_force(at)
    is_current = fiscal_year == (day or today()).year
    findings = find(fiscal_year, origin, at, rules, is_current=is_current)
    return sync_alerts(
        sources=RuleCode.values,
        fiscal_year=fiscal_year,
        origin=origin,
        found=[found_by(one, rules[one.rule].severity, origin) for one in findings],
    )


def find(
    fiscal_year: int,
    origin: str,
    day: dt.date,
    rules: Mapping[str, BudgetRule],
    *,
    is_current: bool = True,
) -> list[Finding]:
    """Return what the facts of an exercise break, by the rules given; a rule absent is not read.

    What a commitment breaks is a state of today: it is found in the current exercise alone.
    """
    parameters: Parameters = {code: read(rule.parameters) for code, rule in rules.items()}
    delays = parameters.get(RuleCode.DELAYS, {})
    scope = Scope(
        fiscal_year,
        origin,
        day,
        requested_by=since(day, int(delays.get("request_days", 0))),
        received_by=since(day, int(delays.get("invoice_days", 0))),
        is_current=is_current,
    )
    checked = Checked(scope, Tree(), moved(scope), parameters)
    found = [
        *_ceilings(checked),
        *_tranches(checked),
        *_personnel(checked),
        *_before_opinion(checked),
        *_programmes(checked),
        *_coming_years(checked),
        *_full_costs(checked),
        *findings_of_commitments(scope, checked.tree, checked.moved, parameters),
    ]
    return [finding for finding in found if finding.rule in rules]


@dataclass(slots=True)
class Checked:
    """What the checks of one exercise share; the sums of the nodes are read once."""

    scope: Scope
    tree: Tree
    moved: list[Moved]
    parameters: Parameters
    sums: dict[Any, Cents] | None = None

    def nodes(self) -> dict[Any, Cents]:
        """Return the sums by node and T2 or HT2."""
        if self.sums is None:
            reading = Reading(self.scope.fiscal_year, origin=self.scope.origin)
            self.sums = sums_by(reading, "node_id", "credit_type")
        return self.sums

    def place(self, pk: int, facet: str = "") -> Place:
        """Return a node as a place of the exercise."""
        return Place(NODE, self.tree.nodes[pk].code, self.scope.fiscal_year, facet)

    def share(self, code: str) -> Decimal:
        """Return the share of a rule; nothing is compared with 0 when the rule is not in force."""
        return self.parameters.get(code, {}).get("share", Decimal(0))


def _ceilings(checked: Checked) -> Iterator[Finding]:
    """R-01, R-02 and R-21: by UO, T2 and HT2 apart."""
    year = checked.scope.fiscal_year
    opened = {
        (row.node, row.credit_type)
        for row in checked.moved
        if row.fiscal_year == year and row.kind in OPENING_KINDS
    }
    for (node, credit_type), held in checked.nodes().items():
        place = checked.place(node, credit_type)
        used = held.ae_committed + held.ae_reserved + max(held.ae_allocated_uncommitted, 0)
        yield from on_credits.check_ceilings(
            place,
            on_credits.Ceiling(held.ae_opened, held.ae_frozen, used),
            on_credits.Ceiling(held.cp_opened, held.cp_frozen, held.cp_paid + held.cp_reserved),
        )
        yield from check_credit_line(
            place, held.ae_committed, has_credits=(node, credit_type) in opened
        )


def _tranches(checked: Checked) -> Iterator[Finding]:
    """R-03: by functional tranche, over all exercises."""
    for pk, (given, used) in allotted(checked.scope).items():
        yield from on_credits.check_allocation(checked.place(pk), given, used)


def _personnel(checked: Checked) -> Iterator[Finding]:
    """R-06: T2 opened in AE and CP, and acts that bring T2 what other titles lose."""
    for (node, credit_type), held in checked.nodes().items():
        place = checked.place(node, credit_type)
        yield from on_credits.check_personnel(place, held.ae_opened, held.cp_opened)
    acts: dict[str, list[Leg]] = defaultdict(list)
    for leg in legs(checked.scope):
        if leg.credit_type == CreditType.T2 and _is_whole(leg):
            acts[leg.act].append(leg)
    for parts in acts.values():
        reference = max(parts, key=lambda leg: leg.ae).reference
        place = Place("credit_movement", reference, checked.scope.fiscal_year, CreditType.T2)
        gained = max(sum(leg.ae for leg in parts), sum(leg.cp for leg in parts))
        yield from on_credits.check_into_personnel(place, gained)


def _is_whole(leg: Leg) -> bool:
    """Whether the legs of the act are known; asymmetric fungibility into T2 is wrong alone too."""
    return not leg.is_alone or leg.kind == MovementKind.ASYMMETRIC_FUNGIBILITY


def _before_opinion(checked: Checked) -> Iterator[Finding]:
    """R-07: by BOP without an opinion on the day, AE and CP apart."""
    year, share = checked.scope.fiscal_year, checked.share(RuleCode.BOP_OPINION)
    given = opinions(checked.scope)
    given_ae: dict[int, int] = defaultdict(int)
    given_cp: dict[int, int] = defaultdict(int)
    used_ae: dict[int, int] = defaultdict(int)
    used_cp: dict[int, int] = defaultdict(int)
    for row in checked.moved:
        bop = checked.tree.above(row.node, NomenclatureKind.BOP)
        if bop and row.fiscal_year == year and row.kind == MovementKind.INITIAL_DISTRIBUTION:
            given_ae[bop.pk] += row.ae
            given_cp[bop.pk] += row.cp
    for (node, _type), held in checked.nodes().items():
        if bop := checked.tree.above(node, NomenclatureKind.BOP):
            used_ae[bop.pk] += held.ae_committed
            used_cp[bop.pk] += held.cp_paid
    for pk in sorted(set(given_ae) - given):
        ledgers = (("AE", given_ae[pk], used_ae[pk]), ("CP", given_cp[pk], used_cp[pk]))
        for ledger, distributed, used in ledgers:
            place = checked.place(pk, ledger)
            yield from on_credits.check_before_opinion(place, ledger, distributed, used, share)


def _programmes(checked: Checked) -> Iterator[Finding]:
    """R-11 and R-12: by LOLF programme."""
    yield from _virements(checked)
    yield from _carry_overs(checked)


def _virements(checked: Checked) -> Iterator[Finding]:
    """R-11: acts of virement against the LFI of the exercise; all titles, then T2 alone."""
    year, share = checked.scope.fiscal_year, checked.share(RuleCode.VIREMENTS)
    initial: dict[tuple[int, str, str], int] = defaultdict(int)
    by_act: dict[tuple[int, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in checked.moved:
        programme = checked.tree.above(row.node, NomenclatureKind.LOLF_PROGRAMME)
        if programme and row.fiscal_year == year and row.kind == MovementKind.INITIAL_FINANCE_ACT:
            for title in _titles(row.credit_type):
                initial[programme.pk, title, "AE"] += row.ae
                initial[programme.pk, title, "CP"] += row.cp
    for leg in legs(checked.scope):
        programme = checked.tree.above(leg.node, NomenclatureKind.LOLF_PROGRAMME)
        if programme and leg.kind == MovementKind.VIREMENT:
            for title in _titles(leg.credit_type):
                by_act[programme.pk, title, "AE"][leg.act] += leg.ae
                by_act[programme.pk, title, "CP"][leg.act] += leg.cp
    for (pk, title, ledger), acts in by_act.items():
        place = checked.place(pk, f"{ledger}{title}")
        base = initial[pk, title, ledger]
        yield from on_credits.check_virements(place, ledger, base, acts.values(), share)


def _titles(credit_type: str) -> tuple[str, ...]:
    """Return what a movement counts in: everything, and T2 alone when it is of it."""
    return ("", " T2") if credit_type == CreditType.T2 else ("",)


def _carry_overs(checked: Checked) -> Iterator[Finding]:
    """R-12: HT2 CP carried over from the exercise before.

    Earmarked funds are left out, and what a finance law lets go beyond the ceiling (« majoré »).
    """
    year, share = checked.scope.fiscal_year, checked.share(RuleCode.CARRY_OVER)
    initial: dict[int, int] = defaultdict(int)
    carried: dict[int, int] = defaultdict(int)
    for row in checked.moved:
        programme = checked.tree.above(row.node, NomenclatureKind.LOLF_PROGRAMME)
        if programme is None or row.credit_type == CreditType.T2 or row.is_earmarked:
            continue
        if row.fiscal_year == year - 1 and row.kind == MovementKind.INITIAL_FINANCE_ACT:
            initial[programme.pk] += row.cp
        is_carried = row.fiscal_year == year and row.kind == MovementKind.CARRY_OVER
        if is_carried and not row.ceiling_law:
            carried[programme.pk] += row.cp
    for pk, cents in carried.items():
        yield from on_credits.check_carry_over(checked.place(pk), initial[pk], cents, share)


def _coming_years(checked: Checked) -> Iterator[Finding]:
    """R-10 on recorded trajectories, R-22 on what is planned on frozen CP of the exercise."""
    due, planned = due_by_year(checked.scope)
    year = checked.scope.fiscal_year
    below = checked.tree.inside()
    for node, coming, limit in trajectories(checked.scope):
        place = checked.place(node, str(coming))
        inside = below[node]
        yield from on_credits.check_trajectory(
            place,
            sum(cents for (pk, when), cents in due.items() if when == coming and pk in inside),
            sum(cents for (pk, when), cents in planned.items() if when == coming and pk in inside),
            limit,
        )
    for (node, credit_type), held in checked.nodes().items():
        if credit_type == CreditType.HT2 and held.cp_frozen > 0:
            expected = due.get((node, year), 0) + planned.get((node, year), 0)
            yield from on_credits.check_under_release(
                checked.place(node, credit_type), held.cp_opened, held.cp_frozen, expected
            )


def _full_costs(checked: Checked) -> Iterator[Finding]:
    """R-19: the last baseline of each project against its planned lines."""
    limits = checked.parameters.get(RuleCode.FULL_COST)
    if limits is None:
        return
    for code, cost, lines in costs(checked.scope):
        place = Place("project", code, checked.scope.fiscal_year)
        yield from on_credits.check_full_cost(
            place, cost, lines, limits["tolerance"], limits["share"]
        )
