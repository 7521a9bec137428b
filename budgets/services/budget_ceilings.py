"""Propose ceilings of the programming, attest them or refuse them: never the same person."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.exceptions import SamePerson
from accounts.services.audit import record_event
from budgets.enums import CEILING_KINDS, CeilingMode, CeilingState, CreditType
from budgets.exceptions import CeilingDecided
from budgets.models import BudgetCeiling, NomenclatureNode
from budgets.permissions import can_decide_on
from budgets.services.reservations import lock_units
from common.exceptions import StaleEdit

REASON_LENGTH = 100


@transaction.atomic
def propose_ceiling(
    *,
    actor: Any,
    node: NomenclatureNode,
    fiscal_year: int,
    ae: Decimal,
    cp: Decimal,
    reason: str,
    credit_type: str = CreditType.HT2,
    mode: str = CeilingMode.WARN,
) -> BudgetCeiling:
    """Propose the AE and CP that a node may programme in a year; euros TTC.

    It is in force once somebody else attests it: until then the former one is. A proposal that
    waits there is superseded. `reason` says why, or by which letter.
    Raises PermissionDenied, ValidationError.
    """
    if not can_decide_on(actor, Action.CREATE, Resource.CREDIT, node=node, project=None):
        raise PermissionDenied
    if node.kind not in CEILING_KINDS:
        raise ValidationError({"node": _("This kind of node has no ceiling.")})
    if not reason.strip():
        raise ValidationError({"reason": _("A reason is needed.")})
    lock_units([node.pk])
    row = BudgetCeiling(
        node=node, fiscal_year=fiscal_year, credit_type=credit_type, ae=ae, cp=cp, mode=mode,
        reason=reason.strip(), proposed_by=actor, proposed_at=timezone.now(),
        data_origin=node.data_origin,
    )  # fmt: skip
    _supersede(row, CeilingState.PROPOSED)
    _save(row, reason)
    _tell(row, actor, "ceiling_proposed", {"ae": str(ae), "cp": str(cp), "mode": str(mode)})
    return row


@transaction.atomic
def attest_ceiling(*, actor: Any, ceiling_id: int, expected_version: int) -> BudgetCeiling:
    """Put a proposal in force; the former ceiling of the same node, year and credits ends.

    Raises PermissionDenied, StaleEdit, CeilingDecided, SamePerson (`reliability.md` §3.3, 2).
    """
    row = _waiting(actor, ceiling_id, expected_version)
    _supersede(row, CeilingState.ATTESTED)
    _decide(row, actor, CeilingState.ATTESTED)
    _save(row)
    _tell(row, actor, "ceiling_attested", {})
    return row


@transaction.atomic
def refuse_ceiling(
    *, actor: Any, ceiling_id: int, expected_version: int, reason: str
) -> BudgetCeiling:
    """Refuse a proposal: what was in force stays so.

    Raises PermissionDenied, StaleEdit, CeilingDecided, SamePerson, ValidationError (no reason).
    """
    row = _waiting(actor, ceiling_id, expected_version)
    if not reason.strip():
        raise ValidationError({"reason": _("A reason is needed.")})
    row.refusal_reason = reason.strip()
    _decide(row, actor, CeilingState.REFUSED)
    _save(row, reason)
    _tell(row, actor, "ceiling_refused", {"reason": row.refusal_reason})
    return row


def _waiting(actor: Any, ceiling_id: int, expected_version: int) -> BudgetCeiling:
    """Return a proposal that `actor` may decide on, its node and itself locked, in this order.

    Whoever programmes under it locks the nodes too: a ceiling does not change under their eyes.
    """
    node_id = BudgetCeiling.objects.values_list("node_id", flat=True).get(pk=ceiling_id)
    lock_units([node_id])
    rows = BudgetCeiling.objects.select_for_update(of=("self",)).select_related("node")
    row: BudgetCeiling = rows.get(pk=ceiling_id)
    if not can_decide_on(actor, Action.VALIDATE, Resource.CREDIT, node=row.node, project=None):
        raise PermissionDenied
    if row.version != expected_version:
        raise StaleEdit
    if row.state != CeilingState.PROPOSED:
        raise CeilingDecided(number=row.number)
    if row.proposed_by_id == actor.pk:
        raise SamePerson()
    return row


def _supersede(row: BudgetCeiling, state: CeilingState) -> None:
    """End what stands in `state` where the ceiling takes its place."""
    former = BudgetCeiling.objects.filter(
        node_id=row.node_id, fiscal_year=row.fiscal_year, credit_type=row.credit_type, state=state
    ).first()
    if former is not None:
        former.state, former.ended_at = CeilingState.SUPERSEDED, timezone.now()
        _save(former, row.reason)


def _decide(row: BudgetCeiling, actor: Any, state: CeilingState) -> None:
    row.state, row.decided_by, row.decided_at = state, actor, timezone.now()


def _save(row: BudgetCeiling, reason: str = "") -> None:
    row.version += 1 if row.pk else 0
    row.full_clean()
    row._change_reason = reason.strip()[:REASON_LENGTH]  # type: ignore[attr-defined]
    row.save()


def _tell(row: BudgetCeiling, actor: Any, verb: str, detail: dict[str, Any]) -> None:
    where = {"node": row.node.code, "fiscal_year": row.fiscal_year}
    record_event(
        actor=actor,
        verb=verb,
        object_kind="budget_ceiling",
        object_code=row.number,
        detail={**where, "credit_type": str(row.credit_type), **detail},
    )
