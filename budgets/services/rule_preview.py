"""What a rule would find today with other parameters, beside what it finds now: nothing is written.

The facts of the current exercise and of the coming one are read as the nightly check reads them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.models import BudgetRule, Commitment, CreditMovement
from budgets.rules.findings import Finding
from budgets.rules.parameters import faults_of
from budgets.services.detection import find
from budgets.services.ruling import told
from common.fiscal import today
from common.models import DataOrigin
from records.subjects import subjects_of

# How many findings are told one by one.
FIRST = 10


@dataclass(frozen=True, slots=True)
class PreviewedFinding:
    """A finding in the language in force: its object, the sentence, and whether it is new."""

    code: str
    sentence: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class RulePreview:
    """How many findings there are now and there would be, of which `opened` new and `closed` gone.

    `first` are the greatest that would be, among those on objects that the person may read.
    """

    now: int
    then: int
    opened: int
    closed: int
    severity_now: str
    severity_then: str
    first: Sequence[PreviewedFinding]


def preview_revision(
    *, actor: Any, rule_id: int, severity: str, parameters: Mapping[str, str]
) -> RulePreview:
    """Return what a revised rule would find today; the facts and the rule are only read.

    The counts are those of all facts, whatever the reach of the person, as one revises a rule for
    everybody; a sentence, with its amounts, is told of what they may read alone. About fifty
    statements an exercise and origin that has facts, whatever the rows. Raises PermissionDenied,
    ValidationError (parameters).
    """
    if not can(actor, Action.UPDATE, Resource.BUDGET_RULE):
        raise PermissionDenied
    row = BudgetRule.objects.get(pk=rule_id)
    if faults := faults_of(row.code, parameters):
        raise ValidationError(
            {"parameters": _("Unknown or out of bounds: %(keys)s.") % {"keys": ", ".join(faults)}}
        )
    revised = BudgetRule(code=row.code, severity=severity, parameters=dict(parameters))
    now, then = _found(row), _found(revised)
    known = {_key(finding) for finding in now}
    left = {_key(finding) for finding in then}
    return RulePreview(
        now=len(known),
        then=len(left),
        opened=len(left - known),
        closed=len(known - left),
        severity_now=row.severity,
        severity_then=severity,
        first=_first(actor, then, known),
    )


def _found(rule: BudgetRule) -> list[Finding]:
    """Return what a rule finds today, in the exercises of the decisions of the day."""
    day = today()
    rules = {rule.code: rule}
    return [
        finding
        for origin in _origins()
        for year in (day.year, day.year + 1)
        for finding in find(year, origin, day, rules, is_current=year == day.year)
    ]


def _origins() -> list[str]:
    """Return the data origins that have facts."""
    return [
        origin
        for origin in DataOrigin.values
        if any(
            model._default_manager.filter(data_origin=origin).exists()
            for model in (CreditMovement, Commitment)
        )
    ]


def _key(finding: Finding) -> tuple[str, str, str, int]:
    """Return what tells an alert from another of the same rule."""
    place = finding.place
    return place.kind, place.code, place.facet, place.fiscal_year


def _first(
    actor: Any, found: Sequence[Finding], known: set[tuple[str, str, str, int]]
) -> list[PreviewedFinding]:
    """Return the greatest findings that a person may read, the new ones before the others."""
    pairs = {(finding.place.kind, finding.place.code) for finding in found}
    seen = subjects_of(actor, pairs)
    shown = [one for one in found if (one.place.kind, one.place.code) in seen]
    shown.sort(key=lambda one: (_key(one) in known, -one.amount, one.place.code))
    return [
        PreviewedFinding(one.place.code, told(one), _key(one) not in known) for one in shown[:FIRST]
    ]
