"""Record what follows a commitment: service done, payment requests, payments, advances.

Checked against the EJ under a lock of its rows (GBCP art. 30 and 31, rule R-04) and, for what is
paid, against the CP of the UO (rule R-02). An advance consumes CP and is no service done; its
recovery is two rows that leave CP as they are (CCP R2191-11). Amounts are euros TTC, positive.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.services.audit import record_events
from budgets.enums import PaymentKind
from budgets.exceptions import CommitmentExceeded, RowsRefused
from budgets.models import Commitment, Payment, PaymentRequest, ServiceDone
from budgets.rules.commitments import Executed, check_execution
from budgets.rules.findings import Place
from budgets.selectors.commitments import CommitmentSums, Key, sums_by_commitment
from budgets.services.ceilings import Ceilings, Effect, Judge
from budgets.services.entries import Verdicts, insert, only, provenance
from common.money import from_cents, to_cents
from projects.services.figures import mark_figures_changed


@dataclass(frozen=True, kw_only=True)
class Following:
    """A fact that follows a line of a commitment; `reference` is its number in the source."""

    commitment: Commitment
    amount: Decimal
    fiscal_year: int
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Service(Following):
    """A service certified."""

    done_on: dt.date

    model = ServiceDone
    object_kind = "service_done"
    facet = "done"

    def beyond(self, sums: CommitmentSums) -> tuple[str, int] | None:
        """Nothing but the rule R-04 bounds it."""
        return None

    def grant(self, sums: CommitmentSums) -> None:
        """Count it."""
        sums.done += to_cents(self.amount)

    def rows(self, **common: Any) -> list[Any]:
        """Return the facts to write."""
        return [ServiceDone(**common, amount=self.amount, done_on=self.done_on)]


@dataclass(frozen=True, kw_only=True)
class Request(Following):
    """A payment order (DP), and the invoice that it pays."""

    requested_on: dt.date
    number: str
    invoice_number: str = ""
    invoice_received_on: dt.date | None = None

    model = PaymentRequest
    object_kind = "payment_request"
    facet = ""

    def beyond(self, sums: CommitmentSums) -> tuple[str, int] | None:
        """Return what it can never go beyond, and the most that it may be, in cents."""
        return _beyond(_("the payment request"), self.amount, sums.committed - sums.requested)

    def grant(self, sums: CommitmentSums) -> None:
        """Count it."""
        sums.requested += to_cents(self.amount)

    def rows(self, **common: Any) -> list[Any]:
        """Return the facts to write."""
        own = {
            name: getattr(self, name)
            for name in ("amount", "requested_on", "invoice_number", "invoice_received_on")
        }
        return [PaymentRequest(**common, **own, number=self.number.strip())]


@dataclass(frozen=True, kw_only=True)
class Paid(Following):
    """A payment, an advance, or the recovery of one."""

    paid_on: dt.date
    kind: str = PaymentKind.PAYMENT
    payment_request: str = ""

    model = Payment
    object_kind = "payment"
    facet = "paid"

    def beyond(self, sums: CommitmentSums) -> tuple[str, int] | None:
        """Return what it can never go beyond, and the most that it may be, in cents."""
        if self.kind == PaymentKind.RECOVERY:
            return _beyond(_("the recovery"), self.amount, sums.advances)
        return _beyond(_("the payment"), self.amount, sums.committed - sums.paid)

    def grant(self, sums: CommitmentSums) -> None:
        """Count it."""
        cents = to_cents(self.amount)
        if self.kind == PaymentKind.RECOVERY:
            sums.advances -= cents
            return
        sums.paid += cents
        if self.kind == PaymentKind.ADVANCE:
            sums.advances += cents

    def rows(self, **common: Any) -> list[Any]:
        """Return the facts to write: two for a recovery, whose sum is nothing."""
        own = {"paid_on": self.paid_on, "payment_request": self.payment_request.strip()}
        if self.kind != PaymentKind.RECOVERY:
            is_advance = self.kind == PaymentKind.ADVANCE
            return [Payment(**common, **own, amount=self.amount, is_advance=is_advance)]
        reference = common.pop("source_reference")
        return [
            Payment(
                **common, **own, amount=-self.amount, is_advance=True,
                source_reference=f"{reference}/A",
            ),
            Payment(**common, **own, amount=self.amount, source_reference=reference),
        ]  # fmt: skip


def _beyond(what: str, amount: Decimal, most: int) -> tuple[str, int] | None:
    return (what, max(most, 0)) if to_cents(amount) > most else None


Typed = Service | Request | Paid


@transaction.atomic
def record_following(*, actor: Any, entry: Typed, override_reason: str = "") -> Any:
    """Record one fact that follows a commitment and return it (the payment, for a recovery).

    Raises PermissionDenied, ValidationError, ReferenceTaken, CommitmentExceeded,
    RuleBroken (R-02, R-04).
    """
    try:
        entries = [entry]
        return record_all_following(actor=actor, entries=entries, override_reason=override_reason)[
            0
        ]
    except RowsRefused as refused:
        raise only(refused) from None


@transaction.atomic
def record_all_following(
    *, actor: Any, entries: Sequence[Typed], override_reason: str = ""
) -> list[Any]:
    """Record facts of one kind, each counting the former ones; all, or none (RowsRefused)."""
    verdicts = Verdicts(len(entries))
    replaced = _replaced(entries)
    for index, entry in enumerate(entries):
        verdicts.refuse_faults(index, _faults(entry, replaced))
    places = [[(entry.commitment.node, entry.commitment.project)] for entry in entries]
    verdicts.refuse_closed(actor, Action.CREATE, Resource.LEDGER, places)
    references = [entry.reference.strip() or _new_reference(entry) for entry in entries]
    known = entries[0].model.objects.filter(source_reference__in=references).order_by()
    verdicts.refuse_repeated(references, known.values_list("source_reference", flat=True))
    ceilings = Ceilings([one for entry in entries for one in _effects(entry)])
    sums = _locked_sums(entries)
    for index, entry in enumerate(entries):
        if verdicts.stands(index):
            refusal = _refusal(entry, sums, ceilings, Judge(actor, override_reason))
            if refusal is not None:
                verdicts.refuse(index, refusal)
    verdicts.settle()
    return _record(actor, entries, references)


def _replaced(entries: Sequence[Typed]) -> set[int]:
    """Return the ids of the named lines that a counter-entry took out of every total."""
    ids = {entry.commitment.pk for entry in entries}
    rows = Commitment.objects.filter(reverses__in=ids).order_by()
    return {pk for pk in rows.values_list("reverses_id", flat=True) if pk is not None}


def _faults(entry: Typed, replaced: set[int]) -> dict[str, str]:
    """Return what cannot be understood of an entry, by field."""
    found = {}
    line = entry.commitment
    if entry.amount <= 0:
        found["amount"] = _("The amount is positive.")
    if line.amount < 0 or line.reverses_id or line.pk in replaced:
        message = _("This row is a withdrawal or was corrected: take the line that stands.")
        found["commitment"] = message
    if entry.fiscal_year < line.commitment_year:
        found["fiscal_year"] = _("The exercise is that of the commitment, or a later one.")
    if isinstance(entry, Request) and not entry.number.strip():
        found["number"] = _("The number of the payment request is needed.")
    return found


def _new_reference(entry: Typed) -> str:
    """Return a reference for what the source has not numbered."""
    return f"{entry.object_kind.upper()}-{entry.fiscal_year}-{secrets.token_hex(6).upper()}"


def _effects(entry: Typed) -> list[Effect]:
    """Return the CP that an entry takes from its UO."""
    if not isinstance(entry, Paid) or entry.kind == PaymentKind.RECOVERY:
        return []
    line = entry.commitment
    return [Effect(line.node, line.credit_type, entry.fiscal_year, 0, -to_cents(entry.amount))]


def _key(entry: Typed) -> Key:
    return entry.commitment.legal_reference, str(entry.commitment.data_origin)


def _locked_sums(entries: Sequence[Typed]) -> dict[Key, CommitmentSums]:
    """Lock the rows of the EJ, in the order of their ids, then read what they hold."""
    references = {_key(entry)[0] for entry in entries}
    rows = Commitment.objects.filter(legal_reference__in=references).order_by("pk")
    list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    return sums_by_commitment(references)


def _refusal(
    entry: Typed, sums: dict[Key, CommitmentSums], ceilings: Ceilings, judging: Judge
) -> Exception | None:
    """Return what refuses an entry beyond its EJ or the CP of its UO; count it otherwise."""
    own = sums.setdefault(_key(entry), CommitmentSums())
    beyond = entry.beyond(own)
    if beyond is not None:
        what, most = beyond
        return CommitmentExceeded(
            legal_reference=_key(entry)[0], what=what, most=str(from_cents(most)),
            asked=str(entry.amount),
        )  # fmt: skip
    effects, after = _effects(entry), replace(own)
    entry.grant(after)
    place = Place("commitment", _key(entry)[0], entry.fiscal_year)
    executed = Executed(after.committed, after.done, after.paid, after.advances)
    findings = [one for one in check_execution(place, executed) if one.place.facet == entry.facet]
    refusal = judging.refusal([*findings, *ceilings.findings(effects)], _key(entry)[1])
    if refusal is None:
        entry.grant(own)
        ceilings.grant(effects)
    return refusal


def _record(actor: Any, entries: Sequence[Typed], references: Sequence[str]) -> list[Any]:
    """Write the facts, their events, and mark the figures that change."""
    common = provenance(actor)
    written = [
        entry.rows(
            **common,
            commitment=entry.commitment,
            fiscal_year=entry.fiscal_year,
            data_origin=entry.commitment.data_origin,
            source_reference=reference,
        )
        for entry, reference in zip(entries, references, strict=True)
    ]
    insert([row for rows in written for row in rows])
    details: dict[str, dict[str, Any]] = {
        reference: {"amount": str(entry.amount), "commitment": _key(entry)[0]}
        for entry, reference in zip(entries, references, strict=True)
    }
    object_kind = entries[0].object_kind
    record_events(actor=actor, verb="fact_recorded", object_kind=object_kind, details=details)
    projects = {entry.commitment.project_id for entry in entries if entry.commitment.project_id}
    mark_figures_changed(projects, actor=actor)
    return [rows[-1] for rows in written]
