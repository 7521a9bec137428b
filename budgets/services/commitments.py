"""Record a legal commitment (EJ) over its budget lines, and what moves one of its lines later.

The AE are consumed whole when the EJ is signed (GBCP, domain §1.1): they are checked under a lock
of the UO that its lines name. Amounts are euros TTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.services.audit import record_events
from budgets.enums import NomenclatureKind
from budgets.exceptions import RowsRefused
from budgets.models import Commitment, Reservation
from budgets.rules.commitments import check_parts
from budgets.rules.findings import Place
from budgets.rules.vat import incl_tax
from budgets.services.anticipation import Part, refuse_misdated, service_fault
from budgets.services.ceilings import ON_TRANCHE, Effect, Judge, refuse_beyond, summed
from budgets.services.entries import (
    Imputation,
    Verdicts,
    insert,
    only,
    provenance,
)
from budgets.services.reservations import consume_reservation
from common.money import to_cents
from projects.services.figures import mark_figures_changed

UNITS = frozenset({NomenclatureKind.UO})
LEGAL_LENGTH = 40
_CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class Line(Imputation):
    """One line of an EJ: its amount TTC, or its amount HT and the rate of VAT, or both."""

    amount: Decimal | None = None
    amount_excl_tax: Decimal | None = None
    vat_rate: Decimal | None = None
    line_number: str = ""
    label: str = ""

    @property
    def incl_tax(self) -> Decimal:
        """Return the amount TTC: the one given, else what HT and its rate make."""
        if self.amount is not None:
            return self.amount
        if self.amount_excl_tax is None or self.vat_rate is None:
            return Decimal(0)
        return incl_tax(self.amount_excl_tax, self.vat_rate)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A legal commitment as its document states it; `amount` is its total TTC.

    `service_from` is the first day of its service, which an act signed ahead of its exercise tells.
    """

    legal_reference: str
    fiscal_year: int
    committed_on: dt.date
    amount: Decimal
    lines: Sequence[Line]
    supplier: str = ""
    label: str = ""
    service_from: dt.date | None = None


@transaction.atomic
def record_commitment(
    *,
    actor: Any,
    reservation_id: int | None = None,
    reservation_version: int | None = None,
    override_reason: str = "",
    **fields: Any,
) -> list[Commitment]:
    """Record an EJ and return its lines; the other fields are those of `Entry`.

    The reservation that was made for it is consumed first: its AE are those that the EJ uses.
    Raises PermissionDenied, ValidationError (by `lines[i].column`), ReferenceTaken, RuleBroken
    (R-01, R-03, R-13, R-21), StaleEdit, ReservationClosed.
    """
    entry = Entry(**fields)
    if reservation_id is not None:
        _consume(actor, entry, reservation_id, reservation_version)
    try:
        made = record_commitments(actor=actor, entries=[entry], override_reason=override_reason)
        return made[0]
    except RowsRefused as refused:
        raise only(refused) from None


def _consume(actor: Any, entry: Entry, reservation_id: int, version: int | None) -> None:
    rows = Reservation.objects.all().allowing(actor, Action.UPDATE)
    reservation = rows.filter(pk=reservation_id).first()
    if reservation is None:
        raise PermissionDenied
    if reservation.node_id not in {line.node.pk for line in entry.lines}:
        raise ValidationError({"reservation": _("The reservation is of another UO.")})
    consume_reservation(
        actor=actor,
        reservation_id=reservation_id,
        expected_version=version if version is not None else reservation.version,
        legal_reference=entry.legal_reference,
    )


@transaction.atomic
def record_commitments(
    *, actor: Any, entries: Sequence[Entry], override_reason: str = ""
) -> list[list[Commitment]]:
    """Record EJ, each counting the AE that the former ones use; all, or none (RowsRefused)."""
    verdicts, judging = Verdicts(len(entries)), Judge(actor, override_reason)
    for index, entry in enumerate(entries):
        verdicts.refuse_faults(index, _faults(entry))
    places = [[(line.node, line.project) for line in entry.lines] for entry in entries]
    verdicts.refuse_closed(actor, Action.CREATE, Resource.LEDGER, places)
    references = [entry.legal_reference.strip() for entry in entries]
    known = Commitment.objects.filter(legal_reference__in=references).order_by()
    verdicts.refuse_repeated(references, known.values_list("legal_reference", flat=True).distinct())
    for index, entry in enumerate(entries):
        if verdicts.stands(index):
            _refuse_split(verdicts, index, entry, judging)
    dated = {i: _parts(entry) for i, entry in enumerate(entries) if verdicts.stands(i)}
    refuse_misdated(verdicts, dated, judging)
    standing = {i: _effects(entry) for i, entry in enumerate(entries) if verdicts.stands(i)}
    refuse_beyond(verdicts, standing, judging)
    verdicts.settle()
    return _record(actor, entries)


def _faults(entry: Entry) -> dict[str, str]:
    """Return what cannot be understood of an EJ, by field."""
    found: dict[str, str] = {}
    if not entry.legal_reference.strip() or len(entry.legal_reference) > LEGAL_LENGTH:
        found["legal_reference"] = _("The number of the commitment is needed.")
    found |= service_fault(entry.committed_on, entry.fiscal_year, entry.service_from)
    if not entry.lines:
        return found | {"lines": _("A commitment has at least one line.")}
    if len({line.node.data_origin for line in entry.lines}) > 1:
        found["lines"] = _("The lines of a commitment are of one data origin.")
    numbers = _numbers(entry)
    if len(set(numbers)) < len(numbers):
        found["lines"] = _("Two lines have the same number.")
    for index, line in enumerate(entry.lines):
        own = line.faults(entry.fiscal_year, UNITS) | _amount_faults(line)
        found |= {f"lines[{index}].{name}": message for name, message in own.items()}
    return found


def _amount_faults(line: Line) -> dict[str, str]:
    """Return what is wrong with the amounts of a line: TTC, HT and the rate agree to the cent."""
    if line.amount is None and (line.amount_excl_tax is None or line.vat_rate is None):
        return {"amount": _("Give the amount TTC, or the amount HT and its rate of VAT.")}
    if line.incl_tax <= 0:
        return {"amount": _("A line of a commitment is positive; a withdrawal is typed apart.")}
    if line.amount is not None and line.amount_excl_tax is not None and line.vat_rate is not None:
        computed = incl_tax(line.amount_excl_tax, line.vat_rate)
        if abs(computed - line.amount) > _CENT:
            told = _("HT and VAT make %(computed)s, %(apart)s from this amount TTC.")
            apart = line.amount - computed
            return {"amount": told % {"computed": computed, "apart": apart}}
    return {}


def _numbers(entry: Entry) -> list[str]:
    """Return the numbers of the lines: those given, else their rank."""
    return [line.line_number.strip() or str(i) for i, line in enumerate(entry.lines, start=1)]


def _refuse_split(verdicts: Verdicts, index: int, entry: Entry, judging: Judge) -> None:
    """Refuse an EJ whose lines do not sum to its amount, to the cent (rule R-21)."""
    place = Place("commitment", entry.legal_reference.strip(), entry.fiscal_year)
    parts = [to_cents(line.incl_tax) for line in entry.lines]
    found = check_parts(place, to_cents(entry.amount), parts)
    refusal = judging.refusal(found, entry.lines[0].node.data_origin)
    if refusal is not None:
        verdicts.refuse(index, refusal)


def _parts(entry: Entry) -> list[Part]:
    """Return what the lines take, as the date of the EJ is judged (rule R-13)."""
    return [
        Part(
            legal_reference=entry.legal_reference.strip(),
            committed_on=entry.committed_on,
            fiscal_year=entry.fiscal_year,
            node=line.node,
            tranche=line.tranche,
            category=line.category,
            credit_type=line.credit_type,
            cents=to_cents(line.incl_tax),
            service_from=entry.service_from,
        )
        for line in entry.lines
    ]


def _effects(entry: Entry) -> list[Effect]:
    """Return what the lines take: from their tranche, when AE were allotted to it, or their UO."""
    return summed(
        Effect(
            line.tranche or line.node,
            ON_TRANCHE if line.tranche else line.credit_type,
            entry.fiscal_year,
            -to_cents(line.incl_tax),
            0,
        )
        for line in entry.lines
    )


def _record(actor: Any, entries: Sequence[Entry]) -> list[list[Commitment]]:
    """Write the lines of every EJ, their events, and mark the figures that change."""
    common = provenance(actor)
    written = [
        [
            Commitment(
                **common, **line.columns, amount=line.incl_tax,
                amount_excl_tax=line.amount_excl_tax, vat_rate=line.vat_rate,
                line_number=number, label=line.label.strip() or entry.label.strip(),
                legal_reference=entry.legal_reference.strip(), supplier=entry.supplier.strip(),
                committed_on=entry.committed_on, fiscal_year=entry.fiscal_year,
                service_from=entry.service_from,
                commitment_year=entry.fiscal_year, data_origin=line.node.data_origin,
                source_reference=f"{entry.legal_reference.strip()}/{number}",
            )
            for number, line in zip(_numbers(entry), entry.lines, strict=True)
        ]
        for entry in entries
    ]  # fmt: skip
    every = [line for lines in written for line in lines]
    insert(every)
    details: dict[str, dict[str, Any]] = {
        entry.legal_reference.strip(): {"amount": str(entry.amount), "lines": len(entry.lines)}
        for entry in entries
    }
    record_events(actor=actor, verb="fact_recorded", object_kind="commitment", details=details)
    mark_figures_changed({line.project_id for line in every if line.project_id}, actor=actor)
    return written
