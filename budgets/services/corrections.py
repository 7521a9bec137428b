"""Correct a fact: a counter-entry takes it out of every total, a new fact takes its place.

Facts are append-only (architecture, rule 2; GBCP art. 56: an entry is corrected by an entry). The
two facts carry the reference of the document, as a newer version imported from the source does.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services.audit import record_event
from budgets.exceptions import AlreadyCorrected, NothingCorrected
from budgets.models import (
    Commitment,
    CreditMovement,
    Payment,
    PaymentRequest,
    ScheduledPayment,
    ServiceDone,
)
from budgets.services.rule_jobs import request_checks
from projects.services.figures import mark_figures_changed


@dataclass(frozen=True)
class Correctable:
    """A kind of fact: its signed amounts, and the other columns that a correction may change."""

    name: str
    amounts: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Return everything that a correction may change."""
        return (*self.amounts, *self.others)


CORRECTABLE: dict[Any, Correctable] = {
    CreditMovement: Correctable(
        "credit_movement",
        ("ae", "cp"),
        ("effective_on", "fiscal_year", "legal_basis", "act_reference", "ceiling_law"),
    ),
    Commitment: Correctable(
        "commitment",
        ("amount", "amount_excl_tax"),
        (
            "committed_on",
            "service_from",
            "fiscal_year",
            "commitment_year",
            "is_recyclable",
            "label",
            "supplier",
        ),
    ),
    ServiceDone: Correctable("service_done", ("amount",), ("done_on", "fiscal_year")),
    PaymentRequest: Correctable(
        "payment_request",
        ("amount",),
        ("requested_on", "fiscal_year", "invoice_number", "invoice_received_on"),
    ),
    ScheduledPayment: Correctable(
        "scheduled_payment", ("amount",), ("forecast_on", "due_on", "fiscal_year")
    ),
    Payment: Correctable("payment", ("amount",), ("paid_on", "fiscal_year", "payment_request")),
}


@transaction.atomic
def correct_fact(
    *, actor: Any, model: Any, fact_id: int, changes: dict[str, Any], reason: str
) -> Any:
    """Correct a fact and return the one that takes its place; amounts are euros TTC, signed.

    The counter-entry bears the date and the exercise of the fact: every total of the past is what
    it was, read with `known_at`, and what it should have been, read today. Raises
    AlreadyCorrected, NothingCorrected, ValidationError (no reason, amount zero).
    """
    kind = CORRECTABLE[model]
    if not reason.strip():
        raise ValidationError({"reason": _("A reason is needed.")})
    fact = model.objects.select_for_update(of=("self",)).get(pk=fact_id)
    if fact.reverses_id or model.objects.filter(reverses=fact).exists():
        raise AlreadyCorrected(reference=fact.source_reference)
    changed = {name: value for name, value in changes.items() if getattr(fact, name) != value}
    if not changed:
        raise NothingCorrected(reference=fact.source_reference)
    counter = counter_entry(fact, actor)
    corrected = _copy(fact, actor, suffix="", **changed)
    for row in (counter, corrected):
        row.full_clean()
        row.save()
    record_event(
        actor=actor,
        verb="corrected",
        object_kind=kind.name,
        object_code=fact.source_reference,
        detail={"reason": reason.strip(), "by": corrected.source_reference},
    )
    project_id = getattr(fact, "project_id", None) or _project_of_commitment(fact)
    mark_figures_changed([project_id] if project_id else [], actor=actor)
    request_checks({fact.fiscal_year, corrected.fiscal_year}, actor=actor)
    return corrected


def counter_entry(fact: Any, actor: Any) -> Any:
    """Return the fact, not saved, that takes another out of every total: the same, opposite."""
    amounts = CORRECTABLE[type(fact)].amounts
    opposite = {name: _opposite(getattr(fact, name)) for name in amounts}
    counter = _copy(fact, actor, suffix="-", **opposite)
    counter.reverses = fact
    return counter


def _opposite(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else -amount


def _project_of_commitment(fact: Any) -> int | None:
    owner = getattr(fact, "commitment", None) or getattr(fact, "movement", None)
    return owner.project_id if owner else None


def _copy(fact: Any, actor: Any, *, suffix: str, **changes: Any) -> Any:
    """Return a copy of a fact, recorded now by the actor, from no file."""
    document = fact.document_reference or fact.source_reference
    version = fact.document_version if suffix else fact.document_version + 1
    kept = {
        field.attname: getattr(fact, field.attname)
        for field in fact._meta.concrete_fields
        if not field.primary_key
    }
    kept |= {
        "source_reference": f"{document}#{version}{suffix}",
        "document_reference": document,
        "document_version": version,
        "reverses_id": None,
        "recorded_at": timezone.now(),
        "recorded_by_id": actor.pk if actor is not None else None,
        "batch_id": None,
        "source_file": "",
        "source_line": None,
        **changes,
    }
    return type(fact)(**kept)
