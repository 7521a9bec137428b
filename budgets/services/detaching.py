"""Detach a line that was attached: its facts are reversed, and it waits again.

Facts are append-only (architecture, rule 2; GBCP art. 56): counter-entries of the same batch take
out what attaching recorded, so that every total is what it was, and an undo of the batch removes
both. The decisions on the line tell the attachment and the detachment.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Action
from budgets.enums import LineVerb, WaitingReason, WaitingState
from budgets.exceptions import LineInUse, LineNotAttached
from budgets.models import (
    Commitment,
    CreditMovement,
    ScheduledPayment,
    WaitingLine,
)
from budgets.selectors.reconciliation import MODELS
from budgets.services.attaching import lock_lines, tell_lines
from budgets.services.reimputing import (
    FOLLOWERS,
    leant_on,
    reverse_facts,
    standing,
    take_project,
)
from budgets.services.rule_jobs import request_checks
from budgets.services.waiting_rows import keep_decisions
from projects.services.figures import mark_figures_changed
from records.services.imports import follow_one_another
from records.services.superseding import LONGEST_DOCUMENT


@dataclass(slots=True)
class _Chain:
    """A fact to reverse and what followed it, in the order in which it is: followers first."""

    facts: list[Any] = field(default_factory=list)
    lines: list[WaitingLine] = field(default_factory=list)


@transaction.atomic
def detach_line(*, actor: Any, line_id: int, reason: str) -> WaitingLine:
    """Detach a line and return it: it waits again, for the reasons that it had.

    What waited for it and was recorded with it (payments of a commitment) waits again too. A
    commitment that stood without a project stands so again. Refused when something else leans on
    the fact, or when it is not the one that was attached any more: that is corrected first.
    Raises LineNotAttached, LineInUse, PermissionDenied, ValidationError (no reason).
    """
    why = reason.strip()
    if not why:
        raise ValidationError({"reason": _("A reason is needed.")})
    follow_one_another()
    (line,) = lock_lines(actor, [line_id], state=WaitingState.ATTACHED, error=LineNotAttached)
    fact = _attached_fact(line)
    if not _allowed(actor, fact):
        raise PermissionDenied
    now = timezone.now()
    if line.reasons == [WaitingReason.NO_PROJECT]:
        _take_project(line, actor, now)
        chain = _Chain(lines=[line])
    else:
        chain = _chain(line, fact)
        _reverse(chain, actor, now)
    _wait_again(chain.lines, is_withdrawn=bool(chain.facts))
    keep_decisions(chain.lines, LineVerb.DETACHED, actor=actor, at=now, reason=why)
    tell_lines(actor, "detached", chain.lines, {"reason": why})
    return line


def _attached_fact(line: WaitingLine) -> Any:
    """Return the fact that stands where the line was attached; LineInUse when it was changed."""
    reference = line.source_reference
    named = Q(source_reference=reference) | Q(document_reference=reference)
    rows = standing(MODELS[line.table]).select_for_update(of=("self",))
    fact = rows.filter(named).first()
    if fact is None or fact.batch_id != line.batch_id:
        raise LineInUse(
            reference=reference, what=_("the fact was corrected, or replaced by a later extract")
        )
    return fact


def _allowed(actor: Any, fact: Any) -> bool:
    rows = type(fact).objects.all().allowing(actor, Action.IMPORT)
    return bool(rows.filter(pk=fact.pk).exists())


def _take_project(line: WaitingLine, actor: Any, now: dt.datetime) -> None:
    if not take_project([line.source_reference], actor=actor, now=now):
        raise LineInUse(reference=line.source_reference, what=_("a contract leans on the fact"))


def _chain(line: WaitingLine, fact: Any) -> _Chain:
    """Return the fact, what was attached after it, and their lines; LineInUse for anything else."""
    chain = _Chain()
    if isinstance(fact, Commitment):
        _follow(chain, line, fact)
    elif isinstance(fact, CreditMovement):
        schedule = standing(ScheduledPayment).filter(movement=fact).first()
        if schedule is not None:
            raise _leaning(line, schedule)
    chain.facts.append(fact)
    chain.lines.append(line)
    for one in chain.lines:
        if len(one.source_reference) > LONGEST_DOCUMENT:
            what = _("its reference is too long to have a newer version")
            raise LineInUse(reference=one.source_reference, what=what)
    return chain


def _follow(chain: _Chain, line: WaitingLine, fact: Commitment) -> None:
    """Add what was recorded after a commitment, each with the line by which it came."""
    if leant_on(Commitment.objects.filter(pk=fact.pk)):
        raise LineInUse(reference=line.source_reference, what=_("a contract leans on the fact"))
    for model in FOLLOWERS:
        for follower in standing(model).filter(commitment=fact).order_by("pk"):
            chain.lines.append(_line_of(line, follower))
            chain.facts.append(follower)


def _line_of(line: WaitingLine, follower: Any) -> WaitingLine:
    """Return the line by which a follower of a commitment came, locked; LineInUse without any."""
    table = next((name for name, model in MODELS.items() if model is type(follower)), "")
    rows = WaitingLine.objects.in_force().select_for_update(of=("self",))
    found: WaitingLine | None = rows.filter(
        table=table,
        source_reference=follower.document_reference or follower.source_reference,
        state=WaitingState.ATTACHED,
        batch_id=follower.batch_id,
    ).first()
    if found is None:
        raise _leaning(line, follower)
    return found


def _leaning(line: WaitingLine, other: Any) -> LineInUse:
    what = _("%(kind)s %(reference)s leans on the fact") % {
        "kind": other._meta.verbose_name,
        "reference": other.source_reference,
    }
    return LineInUse(reference=line.source_reference, what=what)


def _reverse(chain: _Chain, actor: Any, now: dt.datetime) -> None:
    """Reverse facts, mark the figures of their projects, ask for the check of their exercises."""
    for fact in chain.facts:
        reverse_facts([fact], actor=actor, now=now)
    owners = [getattr(fact, "commitment", fact) for fact in chain.facts]
    mark_figures_changed({owner.project_id for owner in owners if owner.project_id}, actor=actor)
    request_checks({fact.fiscal_year for fact in chain.facts}, actor=actor)


def _wait_again(lines: list[WaitingLine], *, is_withdrawn: bool) -> None:
    for line in lines:
        line.state, line.target, line.rule, line.closing_reason = WaitingState.WAITING, {}, None, ""
        line.closed_at = line.closed_by = None
        if is_withdrawn:
            line.is_recorded, line.is_withdrawn = False, True
        line.full_clean()
        line.save()
