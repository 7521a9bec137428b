"""Judge what the checks of a decision found, by the severity in force; revise a rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource, Role
from accounts.permissions import can, roles_of
from accounts.policy import EXCLUSIVE_ROLES
from accounts.services.audit import record_event
from budgets.enums import RuleCode
from budgets.exceptions import CreditsExceeded, RuleBroken, RuleEnded
from budgets.messages import sentence
from budgets.models import BudgetRule, RuleOverride
from budgets.rules.findings import Finding
from budgets.rules.parameters import faults_of
from common.exceptions import StaleEdit
from common.models import DataOrigin
from common.money import from_cents
from records.enums import Severity
from records.services.alerts import Found, raise_alerts

REASON_LENGTH = 100
CEILINGS = frozenset({RuleCode.AE_CEILING, RuleCode.CP_CEILING})


def rules_in_force(day: dt.date) -> dict[str, BudgetRule]:
    """Return the row of each rule in force on a day, by code; one query."""
    return {rule.code: rule for rule in BudgetRule.objects.in_force(day)}


def context_of(finding: Finding) -> dict[str, Any]:
    """Return what is kept of a finding to write its sentence again in any language."""
    return {
        "code": finding.place.code,
        "fiscal_year": finding.place.fiscal_year,
        "facet": finding.place.facet,
        "figures": dict(finding.figures),
        "words": dict(finding.words),
    }


def told(finding: Finding) -> str:
    """Return the sentence of a finding in the language in force."""
    return sentence(finding.message, context_of(finding))


def may_override(actor: Any, rule: BudgetRule) -> bool:
    """Whether `actor` holds today a role that may go beyond the rule; a machine never does."""
    if getattr(actor, "is_machine", False):
        return False
    return bool(roles_of(actor) & set(rule.override_roles))


@transaction.atomic
def judge(
    *,
    actor: Any,
    findings: Sequence[Finding],
    reason: str,
    day: dt.date,
    origin: str = DataOrigin.OPERATIONAL,
) -> list[Finding]:
    """Let a decision go on, or refuse it, by the severity in force on `day`.

    Called in the transaction of the decision, under its lock. A blocking rule is gone beyond only
    by who holds one of its override roles and gives a `reason`: the override is recorded with its
    figures. What only alerts is recorded as an alert. A rule without a row in force that day
    refuses: absence allows nothing. Returns the findings that the decision goes on with.

    Raises RuleBroken (no reason was given), PermissionDenied (a reason, and no right to override).
    """
    if not findings:
        return []
    rules = rules_in_force(day)
    for finding in findings:
        rule = rules.get(finding.rule) or BudgetRule(code=finding.rule, severity=Severity.BLOCK)
        if rule.severity == Severity.BLOCK:
            _override(actor, finding, rule, reason.strip(), origin)
    alerted = [one for one in findings if rules[one.rule].severity == Severity.ALERT]
    raise_alerts(found=[found_by(one, Severity.ALERT, origin) for one in alerted])
    return list(findings)


def found_by(finding: Finding, severity: str, origin: str) -> Found:
    """Return a finding as alerts know it."""
    place = finding.place
    return Found(
        source=finding.rule,
        severity=severity,
        subject_kind=place.kind,
        subject_code=place.code,
        facet=place.facet,
        fiscal_year=place.fiscal_year,
        message=finding.message,
        amount=from_cents(finding.amount),
        data_origin=origin,
        context=context_of(finding),
    )


def _override(actor: Any, finding: Finding, rule: BudgetRule, reason: str, origin: str) -> None:
    """Record the override of a blocking rule, or refuse."""
    allowed = may_override(actor, rule)
    if reason and not allowed:
        raise PermissionDenied
    if not reason:
        raise _refusal(finding, rule, may=allowed)
    place = finding.place
    made = RuleOverride(
        rule=rule, subject_kind=place.kind, subject_code=place.code,
        fiscal_year=place.fiscal_year, message=finding.message, context=context_of(finding),
        amount=from_cents(finding.amount), reason=reason, actor=actor, at=timezone.now(),
        data_origin=origin,
    )  # fmt: skip
    made.full_clean()
    made.save()
    record_event(
        actor=actor,
        verb="rule_overridden",
        object_kind=place.kind,
        object_code=place.code,
        detail={"rule": rule.code, "reason": reason, "amount": str(made.amount)},
    )


def _refusal(finding: Finding, rule: BudgetRule, *, may: bool) -> RuleBroken:
    place = finding.place
    figures = {key: str(from_cents(cents)) for key, cents in finding.figures.items()}
    kind = CreditsExceeded if finding.rule in CEILINGS else RuleBroken
    return kind(
        told(finding),
        **finding.words,
        **figures,
        rule=rule.code,
        legal_source=rule.legal_source,
        may_override=may,
        subject_kind=place.kind,
        subject_code=place.code,
        fiscal_year=place.fiscal_year,
    )


@transaction.atomic
def revise_rule(
    *,
    actor: Any,
    rule_id: int,
    expected_version: int,
    valid_from: dt.date,
    severity: str,
    legal_source: str,
    parameters: dict[str, str],
    override_roles: list[str],
    reason: str,
) -> BudgetRule:
    """Open a new row of a rule from a day, and end the former one the day before.

    The row to revise is the latest of its rule, at `expected_version`; one that begins that same
    day is edited in place. What was in force before today is never rewritten.
    Raises PermissionDenied, StaleEdit, RuleEnded (a former row), ValidationError.
    """
    if not can(actor, Action.UPDATE, Resource.BUDGET_RULE):
        raise PermissionDenied
    latest = BudgetRule.objects.select_for_update(of=("self",)).get(pk=rule_id)
    if latest.version != expected_version:
        raise StaleEdit
    if latest.valid_to is not None:
        raise RuleEnded(rule=latest.code)
    _refuse_shapes(latest, valid_from, parameters, override_roles, reason)
    row = latest
    if valid_from > latest.valid_from:
        latest.valid_to = valid_from - dt.timedelta(days=1)
        _save(latest, reason)
        row = BudgetRule(code=latest.code, valid_from=valid_from)
    row.severity = severity
    row.legal_source = legal_source.strip()
    row.parameters = parameters
    row.override_roles = sorted(set(override_roles))
    _save(row, reason)
    record_event(
        actor=actor,
        verb="rule_revised",
        object_kind="budget_rule",
        object_code=latest.code,
        detail={
            "valid_from": valid_from.isoformat(),
            "severity": severity,
            "reason": reason.strip(),
        },
    )
    return row


def _save(row: BudgetRule, reason: str) -> None:
    row.version += 1 if row.pk else 0
    row.full_clean()
    row._change_reason = reason.strip()[:REASON_LENGTH]  # type: ignore[attr-defined]
    row.save()


def _refuse_shapes(
    latest: BudgetRule,
    valid_from: dt.date,
    parameters: dict[str, str],
    override_roles: list[str],
    reason: str,
) -> None:
    errors: dict[str, str] = {}
    if valid_from < max(timezone.localdate(), latest.valid_from):
        errors["valid_from"] = _("A rule is revised from today on, and after its last row.")
    if faults := faults_of(latest.code, parameters):
        errors["parameters"] = _("Unknown or out of bounds: %(keys)s.") % {
            "keys": ", ".join(faults)
        }
    if not set(override_roles) <= set(Role.values) - set(EXCLUSIVE_ROLES):
        errors["override_roles"] = _("Only people of the house override a rule.")
    if not reason.strip():
        errors["reason"] = _("A reason is needed.")
    if errors:
        raise ValidationError(errors)
