"""Decide an act on credits, leg by leg, and cancel one by the counter-entries of its legs.

A decision is checked under a lock of the nodes that give (architecture, rule 1): what they give is
there, T2 is a ceiling of its own, and what moves between nodes sums to zero.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.services.audit import record_events
from budgets.enums import CREDIT_KINDS, CreditType, MovementKind
from budgets.exceptions import (
    ActUnbalanced,
    AlreadyCorrected,
    RowsRefused,
)
from budgets.models import CreditMovement
from budgets.rules import acts as rules
from budgets.rules.credits import check_into_personnel, check_personnel
from budgets.rules.findings import Finding, Place
from budgets.services.ceilings import ON_TRANCHE, Effect, Judge, refuse_beyond, summed
from budgets.services.corrections import counter_entry
from budgets.services.entries import (
    REFERENCE_LENGTH,
    Imputation,
    Verdicts,
    insert,
    only,
    provenance,
)
from common.money import from_cents, to_cents
from projects.services.figures import mark_figures_changed


@dataclass(frozen=True, kw_only=True)
class Leg(Imputation):
    """What an act moves on one budget line; euros TTC, signed."""

    ae: Decimal
    cp: Decimal

    @property
    def amounts(self) -> rules.Amounts:
        """Return it as the rules read it, in cents."""
        return rules.Amounts(self.node.pk, self.credit_type, to_cents(self.ae), to_cents(self.cp))


@dataclass(frozen=True, kw_only=True)
class Act:
    """A decision on credits: its kind, its exercise, its legal basis, its legs.

    `ceiling_law` is the finance law that lets a carry-over go beyond its ceiling (LOLF art. 15-II).
    """

    kind: str
    fiscal_year: int
    effective_on: dt.date
    legal_basis: str
    act_reference: str
    legs: Sequence[Leg]
    reason: str = ""
    ceiling_law: str = ""


@transaction.atomic
def decide_act(*, actor: Any, override_reason: str = "", **fields: Any) -> list[CreditMovement]:
    """Record an act and return its legs; the other fields are those of `Act`.

    Raises PermissionDenied, ValidationError (by `legs[i].column`), ReferenceTaken, ActUnbalanced,
    RuleBroken (R-01, R-02, R-03, R-06: LOLF art. 7-II, 8, 9, 12; GBCP art. 65 and 67).
    """
    try:
        acts = [Act(**fields)]
        return decide_acts(actor=actor, acts=acts, override_reason=override_reason)[0]
    except RowsRefused as refused:
        raise only(refused) from None


@transaction.atomic
def decide_acts(
    *, actor: Any, acts: Sequence[Act], override_reason: str = ""
) -> list[list[CreditMovement]]:
    """Record acts, each counting what the former ones move; all, or none (RowsRefused)."""
    verdicts, judging = Verdicts(len(acts)), Judge(actor, override_reason)
    for index, act in enumerate(acts):
        verdicts.refuse_faults(index, _faults(act))
    places = [[(leg.node, leg.project) for leg in act.legs] for act in acts]
    verdicts.refuse_closed(actor, Action.CREATE, Resource.CREDIT, places)
    references = [act.act_reference for act in acts]
    known = CreditMovement.objects.filter(act_reference__in=references).order_by()
    verdicts.refuse_repeated(references, known.values_list("act_reference", flat=True).distinct())
    for index, act in enumerate(acts):
        if verdicts.stands(index):
            _refuse_unlawful(verdicts, index, act, judging)
    standing = {i: _effects(act) for i, act in enumerate(acts) if verdicts.stands(i)}
    refuse_beyond(verdicts, standing, judging)
    verdicts.settle()
    return _record(actor, acts)


def _document_faults(act: Act) -> dict[str, str]:
    """Return what is wrong with what the act says of itself, by field."""
    found: dict[str, str] = {}
    if not act.act_reference.strip() or len(act.act_reference) > REFERENCE_LENGTH:
        found["act_reference"] = _("A reference of 1 to %(most)s characters is needed.") % {
            "most": REFERENCE_LENGTH
        }
    if not act.legal_basis.strip():
        found["legal_basis"] = _("The legal basis of the act is needed.")
    if act.ceiling_law.strip() and act.kind != MovementKind.CARRY_OVER:
        found["ceiling_law"] = _("A finance law raises the ceiling of a carry-over alone.")
    return found


def _faults(act: Act) -> dict[str, str]:
    """Return what cannot be understood of an act, by field."""
    found = _document_faults(act)
    if not act.legs:
        return found | {"legs": _("An act has at least one leg.")}
    if len({leg.node.data_origin for leg in act.legs}) > 1:
        found["legs"] = _("The legs of an act are of one data origin.")
    for index, leg in enumerate(act.legs):
        own = _leg_faults(act, leg)
        found |= {f"legs[{index}].{name}": message for name, message in own.items()}
    if rules.leaves_no_personnel(act.kind, [leg.amounts for leg in act.legs]):
        found["kind"] = _("Asymmetric fungibility takes its credits from T2 (LOLF art. 7-II).")
    for index in rules.wrong_signs(act.kind, [leg.amounts for leg in act.legs]):
        found[f"legs[{index}].ae"] = _(
            "What opens or freezes is positive; a release or a cancellation is negative."
        )
    return found


def _leg_faults(act: Act, leg: Leg) -> dict[str, str]:
    """Return what cannot be understood of a leg, by column."""
    found = leg.faults(act.fiscal_year, CREDIT_KINDS)
    if act.kind == MovementKind.ALLOCATION and leg.tranche is None:
        found["tranche"] = _("AE are allotted to a functional tranche.")
    if not leg.ae and not leg.cp:
        found["ae"] = _("A credit movement moves AE or CP.")
    return found


def _refuse_unlawful(verdicts: Verdicts, index: int, act: Act, judging: Judge) -> None:
    """Refuse an act that its legs alone show to be unlawful."""
    legs = [leg.amounts for leg in act.legs]
    for ledger, cents in rules.out_of_balance(act.kind, legs).items():
        verdicts.refuse(index, ActUnbalanced(ledger=ledger, amount=str(from_cents(cents))))
        return
    findings: list[Finding] = []
    for leg in act.legs:
        node = Place("budget_node", leg.node.code, act.fiscal_year, leg.credit_type)
        findings += check_personnel(node, leg.amounts.ae, leg.amounts.cp)
    first = f"{act.act_reference.strip()}/1"
    place = Place("credit_movement", first, act.fiscal_year, CreditType.T2)
    findings += check_into_personnel(place, rules.into_personnel(act.kind, legs))
    refusal = judging.refusal(findings, act.legs[0].node.data_origin)
    if refusal is not None:
        verdicts.refuse(index, refusal)


def _effects(act: Act) -> list[Effect]:
    """Return what the legs add to what is available, by ceiling."""
    return summed(
        one for leg in act.legs for one in _effects_of(act.kind, act.fiscal_year, leg, leg.amounts)
    )


def _effects_of(
    kind: str, fiscal_year: int, of: Leg | CreditMovement, amounts: rules.Amounts
) -> list[Effect]:
    """Return what a leg adds on its node, and to its tranche when it allots AE to it."""
    ae, cp = rules.effect(kind, amounts)
    found = [Effect(of.node, of.credit_type, fiscal_year, ae, cp)]
    if kind == MovementKind.ALLOCATION and of.tranche is not None:
        found.append(Effect(of.tranche, ON_TRANCHE, fiscal_year, amounts.ae, 0))
    return found


def _record(actor: Any, acts: Sequence[Act]) -> list[list[CreditMovement]]:
    """Write the legs of every act, their events, and mark the figures that change."""
    common = provenance(actor)
    written = [
        [
            CreditMovement(
                **common, **leg.columns, ae=leg.ae, cp=leg.cp, kind=act.kind,
                fiscal_year=act.fiscal_year, effective_on=act.effective_on,
                legal_basis=act.legal_basis.strip(), act_reference=act.act_reference.strip(),
                source_reference=f"{act.act_reference.strip()}/{number}",
                data_origin=leg.node.data_origin, ceiling_law=act.ceiling_law.strip(),
            )
            for number, leg in enumerate(act.legs, start=1)
        ]
        for act in acts
    ]  # fmt: skip
    insert([leg for legs in written for leg in legs])
    details = {
        act.act_reference.strip(): {"kind": act.kind, "legs": len(act.legs), "reason": act.reason}
        for act in acts
    }
    record_events(actor=actor, verb="fact_recorded", object_kind="credit_act", details=details)
    _mark(actor, [leg for legs in written for leg in legs])
    return written


@transaction.atomic
def cancel_act(
    *, actor: Any, movement_id: int, reason: str, override_reason: str = ""
) -> list[CreditMovement]:
    """Take a whole act out of every total, by the counter-entries of its legs that stand.

    `movement_id` is that of any of its legs. What the act gave must still be there. Raises
    PermissionDenied, ValidationError (no reason), AlreadyCorrected, RuleBroken.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("A reason is needed.")})
    legs = list(legs_of(CreditMovement.objects.get(pk=movement_id)).select_for_update(of=("self",)))
    allowed = CreditMovement.objects.all().allowing(actor, Action.CORRECT)
    if allowed.filter(pk__in=[leg.pk for leg in legs]).count() < len(legs):
        raise PermissionDenied
    reversed_ids = {leg.reverses_id for leg in legs}
    standing = [leg for leg in legs if not leg.reverses_id and leg.pk not in reversed_ids]
    reference = legs[0].act_reference or legs[0].source_reference
    if not standing:
        raise AlreadyCorrected(reference=reference)
    verdicts = Verdicts(1)
    given_back = summed(one for leg in standing for one in _given_back(leg))
    refuse_beyond(verdicts, {0: given_back}, Judge(actor, override_reason))
    if not verdicts.stands(0):
        raise verdicts.errors[0]
    counters = [counter_entry(leg, actor) for leg in standing]
    insert(counters)
    details = {reference: {"legs": len(counters), "reason": reason.strip()}}
    record_events(actor=actor, verb="act_cancelled", object_kind="credit_act", details=details)
    _mark(actor, counters)
    return counters


def legs_of(leg: CreditMovement) -> Any:
    """Return the rows of the act of a leg, counter-entries included; a leg alone is an act."""
    rows = CreditMovement.objects.filter(data_origin=leg.data_origin).select_related(
        "node", "tranche"
    )
    if leg.act_reference:
        return rows.filter(act_reference=leg.act_reference).order_by("pk")
    document = leg.document_reference or leg.source_reference
    same = rows.filter(document_reference=document) | rows.filter(source_reference=document)
    return same.order_by("pk")


def _given_back(leg: CreditMovement) -> list[Effect]:
    of = rules.Amounts(leg.node_id, leg.credit_type, -to_cents(leg.ae), -to_cents(leg.cp))
    return _effects_of(leg.kind, leg.fiscal_year, leg, of)


def _mark(actor: Any, legs: Iterable[CreditMovement]) -> None:
    mark_figures_changed({leg.project_id for leg in legs if leg.project_id}, actor=actor)
