"""Whether a version can be sustained: what must be paid against CP open and to come (R-08, R-10).

GBCP art. 66, 94 and 95; domain §1.7, §1.8. What is compulsory is what its lines say; what is
unavoidable are the lines that say so and those on signed commitments, and what the schedules
expect on the commitments that no line of the version names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import BigIntegerField, F, Sum
from django.db.models.functions import Cast

from budgets.enums import (
    FREEZING_KINDS,
    OPENING_KINDS,
    RANKS,
    CreditType,
    ProgrammingNature,
    RuleCode,
)
from budgets.models import (
    NomenclatureNode,
    ProgrammingAmount,
    ProgrammingLine,
    ProgrammingVersion,
    ScheduledPayment,
)
from budgets.rules.credits import check_sustainability, check_trajectory
from budgets.rules.findings import Finding, Place
from budgets.rules.programming import rank_of, stage_of, year_of
from budgets.selectors.rule_facts import Scope, Tree, moved, trajectories
from budgets.services.programming_hooks import Problem
from budgets.services.ruling import rules_in_force
from budgets.tables.ceilings import PLACE
from common.fiscal import today
from common.trees import ancestor_ids

_RAW = BigIntegerField()
_KINDS = {
    ProgrammingNature.COMPULSORY: "compulsory",
    ProgrammingNature.UNAVOIDABLE: "unavoidable",
    ProgrammingNature.COMMITTED: "unavoidable",
}
# Node and rank → cents of CP, by what they are: compulsory, unavoidable, or only planned.
_Spent = dict[tuple[int, int], dict[str, int]]


def sustainability_problems(version: ProgrammingVersion, lines: Any) -> list[Problem]:
    """Return what a version cannot pay, on the nodes above the lines that somebody reads.

    A BOP without any credit in the exercise is compared with nothing, nor is a year without a
    trajectory. Nine queries, whatever the number of lines; two without a rule in force.
    """
    rules = rules_in_force(today())
    if not {RuleCode.SUSTAINABILITY, RuleCode.TRAJECTORY} & rules.keys():
        return []
    tree, day = Tree(), today()
    scope = Scope(version.fiscal_year, version.data_origin, day, day, day)
    spent = _spent(version, CreditType.HT2)
    found = [*_on_credits(scope, tree, spent), *_on_trajectories(scope, tree, spent)]
    kept = [(rank, one) for rank, one in found if one.rule in rules]
    seen = _nodes_above(lines) if kept else set()
    return [
        Problem(
            code=one.rule,
            severity=rules[one.rule].severity,
            message=one.message,
            rank=rank,
            figures=tuple(one.figures.items()),
            words=(("code", one.place.code), *one.words.items()),
        )
        for rank, one in kept
        if one.place.code in seen
    ]


def _nodes_above(lines: Any) -> set[str]:
    """Return the codes of the nodes that lines are charged to, and of those above; two queries."""
    places = lines.order_by().values_list(*PLACE).distinct()
    above = ancestor_ids(NomenclatureNode, {pk for row in places for pk in row if pk is not None})
    return set(NomenclatureNode.objects.filter(pk__in=above).values_list("code", flat=True))


def _spent(version: ProgrammingVersion, credit_type: str) -> _Spent:
    """Return the CP of a version by node, rank and kind; three queries."""
    found: _Spent = defaultdict(lambda: defaultdict(int))
    lines = ProgrammingLine.objects.filter(programming_version=version, credit_type=credit_type)
    rows = ProgrammingAmount.objects.filter(line__in=lines.live()).order_by()
    total = Sum(Cast(F(f"{stage_of(version.kind)}_cp"), _RAW))
    sums = rows.values_list("line__node_id", "rank", "line__nature").annotate(total=total)
    for node, rank, nature, cents in sums:
        found[node, rank][_KINDS.get(ProgrammingNature(nature), "planned")] += cents or 0
    named = set(lines.live().exclude(legal_reference="").values_list("legal_reference", flat=True))
    expected = ScheduledPayment.objects.filter(
        data_origin=version.data_origin,
        fiscal_year__gte=version.fiscal_year,
        commitment__credit_type=credit_type,
    ).order_by()
    columns = ("commitment__node_id", "commitment__legal_reference", "fiscal_year")
    total = Sum(Cast(F("amount"), _RAW))
    for node, number, year, cents in expected.values_list(*columns).annotate(total=total):
        rank = rank_of(version.fiscal_year, year)
        if number not in named and rank is not None:
            found[node, rank]["unavoidable"] += cents
    return found


def _on_credits(
    scope: Scope, tree: Tree, spent: Mapping[tuple[int, int], Mapping[str, int]]
) -> Iterator[tuple[int, Finding]]:
    """R-08, by BOP: compulsory and unavoidable CP of N within the CP opened and not frozen."""
    limits: dict[int, int] = defaultdict(int)
    for row in moved(scope):
        if row.fiscal_year == scope.fiscal_year and row.credit_type == CreditType.HT2:
            sign = (row.kind in OPENING_KINDS) - (row.kind in FREEZING_KINDS)
            limits[tree.unit(row.node).pk] += sign * row.cp
    owed: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (node, rank), sums in spent.items():
        for kind, cents in sums.items() if rank == 0 else ():
            owed[tree.unit(node).pk][kind] += cents
    for unit in sorted(owed.keys() & limits.keys()):
        place = Place("budget_node", tree.nodes[unit].code, scope.fiscal_year, CreditType.HT2)
        sums = owed[unit]
        for one in check_sustainability(
            place, limits[unit], sums["compulsory"], sums["unavoidable"]
        ):
            yield 0, one


def _on_trajectories(
    scope: Scope, tree: Tree, spent: Mapping[tuple[int, int], Mapping[str, int]]
) -> Iterator[tuple[int, Finding]]:
    """R-10, by node and coming year: what is due and what is planned within the trajectory."""
    inside = tree.inside()
    for node, year, limit in trajectories(scope):
        rank = rank_of(scope.fiscal_year, year)
        if rank is None or rank == RANKS[-1]:
            continue  # the last rank holds several years
        due = planned = 0
        for (held, when), sums in spent.items():
            if when == rank and held in inside[node]:
                due += sums.get("compulsory", 0) + sums.get("unavoidable", 0)
                planned += sums.get("planned", 0)
        place = Place(
            "budget_node", tree.nodes[node].code, scope.fiscal_year,
            str(year_of(scope.fiscal_year, rank)),
        )  # fmt: skip
        for one in check_trajectory(place, due, planned, limit):
            yield rank, one
