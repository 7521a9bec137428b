"""What moves a line of a commitment after its signature: a withdrawal, or a complement.

A withdrawal names the exercise that it lowers: of the current one it gives AE back, of a former one
only when recycling was authorised (domain §1.5). A complement uses AE of its own exercise.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.services.audit import record_event
from budgets.exceptions import CommitmentExceeded
from budgets.models import Commitment
from budgets.permissions import can_decide_on
from budgets.rules.vat import excl_tax
from budgets.selectors.commitments import sums_of_line
from budgets.services.anticipation import Anticipations, Part, service_fault
from budgets.services.ceilings import ON_TRANCHE, Ceilings, Effect, Judge
from budgets.services.entries import insert, provenance
from common.money import from_cents, to_cents
from projects.services.figures import mark_figures_changed

_KEPT = (
    "legal_reference line_number label supplier node project functional_domain activity category"
    " tranche cost_centre credit_type is_earmarked vat_rate data_origin"
).split()


@transaction.atomic
def move_line(
    *,
    actor: Any,
    commitment_id: int,
    amount: Decimal,
    moved_on: dt.date,
    fiscal_year: int,
    reason: str,
    is_recyclable: bool = False,
    service_from: dt.date | None = None,
    override_reason: str = "",
) -> Commitment:
    """Withdraw from a line (negative amount) or complete it (positive); euros TTC.

    Nothing certified or paid is withdrawn. `service_from` is the first day of the service of a
    complement, else that of the line. Raises PermissionDenied, ValidationError,
    CommitmentExceeded, RuleBroken.
    """
    rows = Commitment.objects.select_related("node", "project", "tranche", "category")
    line = rows.get(pk=commitment_id)
    if not can_decide_on(
        actor, Action.CREATE, Resource.LEDGER, node=line.node, project=line.project
    ):
        raise PermissionDenied
    begins = (amount > 0 and service_from) or line.service_from
    faults = _faults(line, amount, fiscal_year, reason, is_recyclable=is_recyclable)
    if faults:
        raise ValidationError(dict(faults))
    judging = Judge(actor, override_reason)
    _refuse_date(line, amount, moved_on, fiscal_year, begins, judging)
    same = _lock(line, amount, fiscal_year, judging)
    _refuse_beyond(line, amount)
    row = Commitment(
        **provenance(actor), **{name: getattr(line, name) for name in _KEPT}, amount=amount,
        amount_excl_tax=None if line.vat_rate is None else excl_tax(amount, line.vat_rate),
        committed_on=moved_on, fiscal_year=fiscal_year, is_recyclable=is_recyclable,
        commitment_year=line.commitment_year if amount < 0 else fiscal_year, service_from=begins,
        source_reference=f"{line.legal_reference}/{line.line_number or line.pk}/{same.count()}",
    )  # fmt: skip
    insert([row])
    record_event(
        actor=actor,
        verb="line_withdrawn" if amount < 0 else "line_completed",
        object_kind="commitment",
        object_code=line.legal_reference,
        detail={"amount": str(amount), "reason": reason.strip(), "by": row.source_reference},
    )
    mark_figures_changed(filter(None, [line.project_id]), actor=actor)
    return row


def _refuse_date(
    line: Commitment,
    amount: Decimal,
    moved_on: dt.date,
    fiscal_year: int,
    service_from: dt.date | None,
    judging: Judge,
) -> None:
    """Refuse a complement dated where its exercise allows none (rule R-13)."""
    if amount < 0:
        return
    fault = service_fault(moved_on, fiscal_year, service_from)
    if fault:
        raise ValidationError(dict(fault))
    part = Part(
        legal_reference=line.legal_reference,
        committed_on=moved_on,
        fiscal_year=fiscal_year,
        node=line.node,
        tranche=line.tranche,
        category=line.category,
        credit_type=line.credit_type,
        cents=to_cents(amount),
        service_from=service_from,
    )
    refusal = judging.refusal(Anticipations([part]).findings([part]), line.data_origin)
    if refusal is not None:
        raise refusal


def _lock(line: Commitment, amount: Decimal, fiscal_year: int, judging: Judge) -> Any:
    """Lock the UO or the tranche, then the EJ; return the rows of the line.

    Raises RuleBroken when a complement uses more than what is available.
    """
    effect = Effect(
        line.tranche or line.node,
        ON_TRANCHE if line.tranche else line.credit_type,
        fiscal_year,
        -to_cents(amount),
        0,
    )
    refusal = judging.refusal(Ceilings([effect]).findings([effect]), line.data_origin)
    if refusal is not None:
        raise refusal
    rows = Commitment.objects.filter(
        legal_reference=line.legal_reference, data_origin=line.data_origin
    )
    list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
    return rows.filter(line_number=line.line_number)


def _faults(
    line: Commitment, amount: Decimal, fiscal_year: int, reason: str, *, is_recyclable: bool
) -> dict[str, str]:
    """Return what cannot be understood of the movement, by field."""
    found = {}
    if not amount:
        found["amount"] = _("A commitment is not zero.")
    if not reason.strip():
        found["reason"] = _("A reason is needed.")
    if fiscal_year < line.commitment_year:
        found["fiscal_year"] = _("The exercise is that of the commitment, or a later one.")
    if is_recyclable and not (amount < 0 and line.commitment_year < fiscal_year):
        found["is_recyclable"] = _("Only AE withdrawn from a former exercise are recycled.")
    if line.amount < 0 or line.reverses_id or hasattr(line, "reversal"):
        found["amount"] = _("This row is a withdrawal or was corrected: take the line that stands.")
    return found


def _refuse_beyond(line: Commitment, amount: Decimal) -> None:
    """Refuse to withdraw what was certified or paid (rule R-04)."""
    sums = sums_of_line(line)
    most = max(sums.committed - max(sums.done, sums.paid), 0)
    if to_cents(amount) < -most:
        raise CommitmentExceeded(
            legal_reference=line.legal_reference,
            what=_("what may be withdrawn"),
            most=str(from_cents(most)),
            asked=str(-amount),
        )
