"""Choose where a project lands in an exercise, and say why (ux §2.7)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.services.audit import record_event
from budgets.enums import LandingMethod
from budgets.models import LandingChoice
from common.exceptions import StaleEdit
from projects.models import Project

REASON_LENGTH = 100


@transaction.atomic
def choose_landing(
    *,
    actor: Any,
    project: Project,
    fiscal_year: int,
    credit_type: str,
    method: str,
    justification: str,
    ae: Decimal | None = None,
    cp: Decimal | None = None,
    expected_version: int | None = None,
) -> LandingChoice:
    """Choose the method of landing of a project for an exercise; euros TTC, AE and CP apart.

    `ae` and `cp` are the manager's say, and of that method only. `expected_version` is that of
    the choice in force; None when there is none. Raises PermissionDenied, StaleEdit,
    ValidationError (no justification, amounts missing or in excess).
    """
    allowed = Project.objects.allowing(actor, Action.ESTIMATE, Resource.LEDGER)
    if not allowed.filter(pk=project.pk).exists():
        raise PermissionDenied
    # The row of the project is what two first choices at once wait for.
    Project.objects.select_for_update(of=("self",), no_key=True).get(pk=project.pk)
    choice = LandingChoice.objects.filter(
        project=project, fiscal_year=fiscal_year, credit_type=credit_type
    ).first()
    if (choice.version if choice else None) != expected_version:
        raise StaleEdit
    if not justification.strip():
        raise ValidationError({"justification": _("A justification is needed.")})
    if choice is None:
        choice = LandingChoice(
            project=project, fiscal_year=fiscal_year, credit_type=credit_type, version=0
        )
    choice.method, choice.justification = method, justification.strip()
    choice.ae, choice.cp = _said(method, ae, cp)
    choice.data_origin, choice.decided_by = project.data_origin, actor
    choice.version += 1
    choice.full_clean()
    choice._change_reason = choice.justification[:REASON_LENGTH]  # type: ignore[attr-defined]
    choice.save()
    record_event(
        actor=actor,
        verb="landing_chosen",
        object_kind="project",
        object_code=project.code,
        detail={"fiscal_year": fiscal_year, "credit_type": credit_type, "method": method},
    )
    return choice


def _said(
    method: str, ae: Decimal | None, cp: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    """Return the amounts of a method: the manager's own, none for what is computed."""
    if method != LandingMethod.MANAGER:
        return None, None
    missing = {name: value for name, value in (("ae", ae), ("cp", cp)) if value is None}
    if missing:
        raise ValidationError(dict.fromkeys(missing, _("The manager's say gives AE and CP.")))
    return ae, cp
