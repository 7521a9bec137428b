"""Set credits aside for a planned act, within what is available, and give them back.

A decision is checked under a lock of the UO and reserves what it uses (architecture, rule 1): two
persons never promise the same credits.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.services.audit import record_event
from budgets.enums import CreditType, NomenclatureKind, ReservationState
from budgets.exceptions import ReservationClosed
from budgets.models import NomenclatureNode, Reservation
from budgets.permissions import can_decide_on
from budgets.rules.credits import check_asked
from budgets.rules.findings import Finding, Place
from budgets.selectors.availability import Cents, Reading, sums_by, total
from budgets.services.ruling import judge
from common.exceptions import StaleEdit
from common.fiscal import today
from common.money import to_cents
from projects.models import Project

REASON_LENGTH = 100


class PlannedAct(TypedDict, total=False):
    """What may be told of the act that credits are set aside for."""

    supplier: str
    expected_on: dt.date | None


def lock_units(node_ids: list[int]) -> None:
    """Lock UO, in the order of their ids so that no two decisions wait for each other.

    PostgreSQL locks the rows; on SQLite the transaction itself is alone to write.
    """
    rows = NomenclatureNode.objects.select_for_update(of=("self",), no_key=True)
    rows = rows.filter(pk__in=node_ids)
    list(rows.order_by("pk").values_list("pk", flat=True))


def available_on(node: NomenclatureNode, credit_type: str, fiscal_year: int) -> Cents:
    """Return the sums of a UO and what is below it, for an exercise; two queries.

    Availability is assessed at the UO, T2 and HT2 apart (GBCP art. 65).
    """
    inside = NomenclatureNode.objects.perimeter(node.code)
    reading = Reading(fiscal_year, origin=node.data_origin, nodes=inside)
    found = sums_by(reading, "credit_type")
    return total(cents for (kind,), cents in found.items() if kind == credit_type)


@transaction.atomic
def reserve_credits(
    *,
    actor: Any,
    node: NomenclatureNode,
    fiscal_year: int,
    label: str,
    ae: Decimal,
    cp: Decimal = Decimal(0),
    credit_type: str = CreditType.HT2,
    project: Project | None = None,
    override_reason: str = "",
    **act: Unpack[PlannedAct],
) -> Reservation:
    """Set AE, and CP of the exercise, of a UO aside for a planned act; euros TTC, positive.

    `override_reason` is why a ceiling is passed, by who holds a role that may.
    Raises PermissionDenied, ValidationError, CreditsExceeded (rules R-01 and R-02: LOLF art. 9,
    GBCP art. 30 and 65).
    """
    if not can_decide_on(actor, Action.CREATE, Resource.RESERVATION, node=node, project=project):
        raise PermissionDenied
    if node.kind != NomenclatureKind.UO:
        raise ValidationError({"node": _("Credits are reserved on a UO.")})
    reservation = Reservation(
        node=node, project=project, fiscal_year=fiscal_year, label=label.strip(), ae=ae, cp=cp,
        credit_type=credit_type, supplier=act.get("supplier", "").strip(),
        expected_on=act.get("expected_on"), data_origin=node.data_origin, requested_by=actor,
    )  # fmt: skip
    reservation.full_clean()
    lock_units([node.pk])
    found = beyond(reservation, available_on(node, credit_type, fiscal_year))
    judge(actor=actor, findings=found, reason=override_reason, day=today(), origin=node.data_origin)
    if found:
        reservation.override_reason = override_reason.strip()
    reservation.save()
    _tell(reservation, actor, "reserved", {"ae": str(ae), "cp": str(cp), "node": node.code})
    return reservation


def beyond(reservation: Reservation, held: Cents) -> list[Finding]:
    """Return what a reservation asks for beyond what its UO has, in AE and in CP."""
    place = Place(
        "budget_node", reservation.node.code, reservation.fiscal_year, reservation.credit_type
    )
    return [
        *check_asked(place, "AE", held.ae_available, to_cents(reservation.ae)),
        *check_asked(place, "CP", held.cp_left, to_cents(reservation.cp)),
    ]


@transaction.atomic
def release_reservation(
    *, actor: Any, reservation_id: int, expected_version: int, reason: str
) -> Reservation:
    """Give back what a reservation set aside. Raises StaleEdit, ReservationClosed."""
    reservation = _lock(reservation_id, expected_version)
    return _close(reservation, actor, ReservationState.RELEASED, reason)


@transaction.atomic
def consume_reservation(
    *, actor: Any, reservation_id: int, expected_version: int, legal_reference: str
) -> Reservation:
    """Close a reservation: the commitment that it was made for is signed.

    The AE leave what is reserved as they enter what is committed, by the ledger of commitments.
    Raises StaleEdit, ReservationClosed, ValidationError (no legal reference).
    """
    if not legal_reference.strip():
        raise ValidationError({"legal_reference": _("The number of the commitment is needed.")})
    reservation = _lock(reservation_id, expected_version)
    reservation.legal_reference = legal_reference.strip()
    return _close(reservation, actor, ReservationState.CONSUMED, legal_reference)


def _lock(reservation_id: int, expected_version: int) -> Reservation:
    rows = Reservation.objects.select_for_update(of=("self",)).select_related("node")
    reservation = rows.get(pk=reservation_id)
    if reservation.version != expected_version:
        raise StaleEdit
    if reservation.state != ReservationState.PENDING:
        raise ReservationClosed(number=reservation.number)
    return reservation


def _close(reservation: Reservation, actor: Any, state: str, reason: str) -> Reservation:
    if not reason.strip():
        raise ValidationError({"reason": _("A reason is needed.")})
    reservation.state = state
    reservation.closed_at = timezone.now()
    reservation.closing_reason = reason.strip()
    reservation.version += 1
    reservation.full_clean()
    reservation._change_reason = reason.strip()[:REASON_LENGTH]  # type: ignore[attr-defined]
    reservation.save()
    _tell(reservation, actor, str(state), {"reason": reservation.closing_reason})
    return reservation


def _tell(reservation: Reservation, actor: Any, verb: str, detail: dict[str, Any]) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_kind="reservation",
        object_code=str(reservation.pk),
        detail=detail,
    )
