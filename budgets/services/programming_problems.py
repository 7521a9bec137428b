"""What the controls hold against a version of the programming (ux §2.6; domain §1.8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db.models import BigIntegerField, F, Q
from django.db.models.functions import Cast

from budgets.enums import RANKS, Measure, Stage
from budgets.messages import sentence
from budgets.models import ProgrammingAmount, ProgrammingLine, ProgrammingVersion
from budgets.rules.programming import (
    Programmed,
    cp_beyond_ae,
    left_unscheduled,
    personnel_gap,
    stage_of,
    year_of,
)
from budgets.services.programming_hooks import Problem, other_problems
from common.models import ENDED_STATES
from records.enums import Severity

_RAW = BigIntegerField()
_ORDER = {severity: rank for rank, severity in enumerate(Severity.values)}
_SUPPORTED = ~Q(contract_code="") | ~Q(legal_reference="") | ~Q(act_label="")


def problems_of(version: ProgrammingVersion, user: Any) -> list[Problem]:
    """Return what stands against the lines of a version that `user` reads, the worst first.

    Own controls, then those of the registered sources; three queries and theirs, whatever the
    number of lines.
    """
    seen = ProgrammingLine.objects.filter(programming_version=version)
    lines = seen.visible_to(user).live()
    found = [*_line_problems(version, lines), *other_problems(version, lines)]
    return sorted(found, key=lambda one: (_ORDER[one.severity], one.line_id or 0, one.code))


def told(version: ProgrammingVersion, problem: Problem) -> str:
    """Return the sentence of a problem in the language in force."""
    words = dict(problem.words)
    context = {
        "code": words.pop("code", ""),
        "fiscal_year": version.fiscal_year,
        "figures": dict(problem.figures),
        "words": words,
    }
    return sentence(problem.message, context)


def _line_problems(version: ProgrammingVersion, lines: Any) -> Iterator[Problem]:
    amounts = _amounts(stage_of(version.kind), lines)
    rows = lines.order_by("pk").annotate(
        opening=Cast(F("opening_left_to_pay"), _RAW), supported=_SUPPORTED
    )
    columns = (
        "pk", "label", "nature", "credit_type", "opening", "supported", "project__state",
    )  # fmt: skip
    for pk, label, nature, credit_type, opening, supported, state in rows.values_list(*columns):
        ae, cp = amounts.get(pk, ([None] * len(RANKS), [None] * len(RANKS)))
        line = Programmed(ae, cp, opening or 0, nature, credit_type)
        head = Problem("", "", "", pk, words=(("code", label),))
        yield from _of_amounts(version, line, head)
        if not supported:
            yield replace(head, code="support", severity=Severity.ALERT, message="no_support")
        if state in ENDED_STATES:
            yield replace(head, code="project", severity=Severity.ALERT, message="project_ended")


def _of_amounts(version: ProgrammingVersion, line: Programmed, head: Problem) -> Iterator[Problem]:
    if line.says_nothing:
        yield replace(head, code="empty", severity=Severity.INFORMATION, message="nothing_said")
        return
    for code, severity, message, found in (
        ("E14", Severity.BLOCK, "cp_beyond_ae", cp_beyond_ae(line)),
        ("R-06", Severity.BLOCK, "programmed_personnel", personnel_gap(line)),
    ):
        if found:
            rank, cents = found
            yield replace(
                head,
                code=code,
                severity=severity,
                message=message,
                rank=rank,
                figures=(("amount", abs(cents)),),
                words=(*head.words, ("year", year_of(version.fiscal_year, rank))),
            )
    if left_unscheduled(line):
        yield replace(
            head,
            code="R-05",
            severity=Severity.ALERT,
            message="unscheduled",
            figures=(
                ("ae", sum(cents or 0 for cents in line.ae) + line.opening),
                ("cp", sum(cents or 0 for cents in line.cp)),
            ),
        )


def _amounts(stage: Stage, lines: Any) -> dict[int, tuple[list[int | None], list[int | None]]]:
    """Return the cents of AE and of CP of each line by rank, in a stage; one query."""
    found: dict[int, tuple[list[int | None], list[int | None]]] = {}
    rows = ProgrammingAmount.objects.filter(line__in=lines).order_by()
    measures = [Cast(F(f"{stage}_{measure}"), _RAW) for measure in Measure]
    for line_id, rank, ae, cp in rows.values_list("line_id", "rank", *measures):
        sums = found.setdefault(line_id, ([None] * len(RANKS), [None] * len(RANKS)))
        sums[0][rank], sums[1][rank] = ae, cp
    return found
