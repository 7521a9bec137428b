"""What a step of a version asks: its files, its attestation, what stands against it, the DRICE."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import BigIntegerField, F, Sum
from django.db.models.functions import Cast

from budgets.enums import CreditType, Measure, MovementKind, NomenclatureKind, StepVerb
from budgets.exceptions import FilesMissing, NotAttested, ProblemsStand
from budgets.models import (
    CreditMovement,
    ProgrammingAmount,
    ProgrammingFile,
    ProgrammingVersion,
)
from budgets.rules.credits import check_programming
from budgets.rules.findings import Finding, Place
from budgets.rules.programming import stage_of
from budgets.rules.rounds import COMPARED_KINDS, Taken, files_allow, is_given
from budgets.selectors.rule_facts import Tree
from budgets.services.ceiling_checks import refuse_version_beyond
from budgets.services.programming_problems import problems_of
from budgets.services.ruling import judge
from common.fiscal import today
from records.enums import Severity

_RAW = BigIntegerField()
# The steps that bring a version forward: none does beyond a ceiling that blocks.
HELD_BY_CEILINGS = frozenset({StepVerb.SUBMIT, StepVerb.ARBITRATE, StepVerb.VALIDATE})
# How many projects a refusal names.
NAMED = 5
# A node and T2 or HT2 → cents of AE and CP.
Sums = dict[tuple[int, str], dict[str, int]]


def check_version_step(
    actor: Any,
    version: ProgrammingVersion,
    verb: StepVerb,
    steps: list[Taken],
    digest: str,
    override_reason: str,
) -> None:
    """Refuse a step of a whole version that what it holds does not allow.

    `steps` are those of the version itself, the oldest first. Called under its lock. Raises
    FilesMissing, CeilingExceeded, NotAttested, ProblemsStand, RuleBroken (R-09, unless it is
    overridden by who may with `override_reason`), PermissionDenied.
    """
    _check_files(version, verb)
    if verb in HELD_BY_CEILINGS:
        refuse_version_beyond(version)
    if verb != StepVerb.VALIDATE:
        return
    if not is_given(steps, digest, StepVerb.ATTEST):
        raise NotAttested(version=version.code)
    standing = [one for one in problems_of(version, actor) if one.severity == Severity.BLOCK]
    if standing:
        raise ProblemsStand(version=version.code, count=len(standing))
    findings = list(differences(version))
    judge(
        actor=actor,
        findings=findings,
        reason=override_reason if findings else "",
        day=today(),
        origin=version.data_origin,
    )


def _check_files(version: ProgrammingVersion, verb: StepVerb) -> None:
    rows = ProgrammingFile.objects.filter(programming_version=version).order_by("project__code")
    late = [
        code
        for code, state in rows.values_list("project__code", "state")
        if not files_allow(verb, state)
    ]
    if late:
        more = "…" if len(late) > NAMED else ""
        named = ", ".join(late[:NAMED]) + more
        raise FilesMissing(version=version.code, count=len(late), projects=named)


def differences(version: ProgrammingVersion) -> Iterator[Finding]:
    """Return where a programming differs from the distribution, by BOP, T2 or HT2, AE and CP.

    R-09: the programming that is sent to the budget controller, and its updates, are those of the
    credits distributed by the DRICE (GBCP art. 91-II, 94-2°). What requests ask for is compared
    with nothing; earmarked funds are not distributed by it. Three queries.
    """
    if version.kind not in COMPARED_KINDS:
        return
    tree = Tree()
    programmed = _by_bop(tree, _programmed(version))
    distributed = _by_bop(tree, _distributed(version))
    for pk, credit_type in sorted(programmed.keys() | distributed.keys()):
        for measure in Measure:
            ledger = measure.value.upper()
            facet = f"{credit_type} {ledger}"
            place = Place("budget_node", tree.nodes[pk].code, version.fiscal_year, facet)
            here = programmed.get((pk, credit_type), {}).get(measure, 0)
            given = distributed.get((pk, credit_type), {}).get(measure, 0)
            yield from check_programming(place, ledger, here, given)


def _programmed(version: ProgrammingVersion) -> Any:
    stage = stage_of(version.kind)
    rows = ProgrammingAmount.objects.filter(
        line__programming_version=version,
        line__taken_out_at__isnull=True,
        line__is_earmarked=False,
        rank=0,
    )
    sums = {f"total_{one}": Sum(Cast(F(f"{stage}_{one}"), _RAW)) for one in Measure}
    grouped = rows.order_by().values("line__node_id", "line__credit_type").annotate(**sums)
    return grouped.values_list("line__node_id", "line__credit_type", *sums)


def _distributed(version: ProgrammingVersion) -> Any:
    rows = CreditMovement.objects.filter(
        fiscal_year=version.fiscal_year,
        data_origin=version.data_origin,
        kind=MovementKind.INITIAL_DISTRIBUTION,
        is_earmarked=False,
    )
    sums = {f"total_{one}": Sum(Cast(F(one), _RAW)) for one in Measure.values}
    grouped = rows.order_by().values("node_id", "credit_type").annotate(**sums)
    return grouped.values_list("node_id", "credit_type", *sums)


def _by_bop(tree: Tree, rows: Any) -> Sums:
    """Return sums by BOP; what sits above every BOP gives to them and is left out."""
    found: Sums = defaultdict(lambda: dict.fromkeys(Measure.values, 0))
    for node, credit_type, ae, cp in rows:
        bop = tree.above(node, NomenclatureKind.BOP)
        if bop is not None:
            held = found[bop.pk, CreditType(credit_type).value]
            held[Measure.AE] += ae or 0
            held[Measure.CP] += cp or 0
    return dict(found)
