"""Attach lines of extracts that wait, set them aside with a reason, take them back.

Attaching records the fact as the import would have (`waiting_rows`); a fact that stands without a
project is given one by a counter-entry (`reimputing`). A decision is checked under a lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Action
from accounts.services.audit import record_event
from budgets.enums import WaitingState, WaitingTable
from budgets.exceptions import LineClosed, LineRefused
from budgets.models import MatchingRule, WaitingLine
from budgets.rules.matching import Rule
from budgets.services.attach_targets import out_of_reach
from budgets.services.reimputing import give_project
from budgets.services.waiting_rows import close_attached, keep_decisions, record_lines
from budgets.services.waiting_texts import rule_of
from common.exceptions import DomainError
from projects.models import Project
from records.services.imports import follow_one_another

_TOLD = 50
_COLUMNS = {
    WaitingTable.MOVEMENTS: ("node", "project"),
    WaitingTable.COMMITMENTS: ("node", "project"),
}


@dataclass(frozen=True, slots=True)
class Attached:
    """What attaching did: the lines attached, and why each other one was refused, by id.

    `forbidden` are those refused for a node that the actor sees and does not hold.
    """

    lines: list[WaitingLine] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    forbidden: frozenset[int] = frozenset()


@transaction.atomic
def attach_lines(
    *,
    actor: Any,
    line_ids: Iterable[int],
    target: dict[str, str],
    rule: MatchingRule | None = None,
) -> Attached:
    """Attach lines that wait to the codes of `target` (node, project, commitment).

    What a line does not need is left out: `target` completes the columns that are unknown or
    empty. A line that cannot be recorded so, or whose target is beyond the reach of the actor, is
    refused and goes on waiting, the others are attached. Raises LineClosed, PermissionDenied,
    ValidationError (nothing to attach to).
    """
    target = {column: code.strip() for column, code in target.items() if code and code.strip()}
    if not target:
        raise ValidationError({"project": _("Say what the line is attached to.")})
    follow_one_another()
    lines = lock_lines(actor, line_ids)
    targets = {line.pk: completed(line, target) for line in lines}
    rule_id = rule.pk if rule else None
    refused = {line.pk: _("This completes nothing of the line.") for line in lines
               if not targets[line.pk]}  # fmt: skip
    beyond = out_of_reach(actor, lines, targets)
    refused = beyond.refused | refused
    sound = [line for line in lines if line.pk not in refused]
    unrecorded = [line for line in sound if not line.is_recorded]
    recorded = [line for line in sound if line.is_recorded]
    refused |= record_lines(unrecorded, targets, actor=actor, rule_id=rule_id)
    if recorded:
        refused |= _give_project(recorded, targets, actor, rule_id)
    attached = [line for line in lines if line.pk not in refused]
    done = Attached(attached, refused, frozenset(beyond.forbidden))
    if done.lines:
        tell_lines(actor, "attached", done.lines, {"to": target, "rule": rule.code if rule else ""})
    return done


def attach_line(
    *, actor: Any, line_id: int, target: dict[str, str], rule: MatchingRule | None = None
) -> WaitingLine:
    """Attach one line. Raises LineRefused, and what `attach_lines` raises.

    A project or a commitment that the actor does not see is refused as one that does not exist; a
    node that they see and do not hold raises PermissionDenied.
    """
    with transaction.atomic():
        done = attach_lines(actor=actor, line_ids=[line_id], target=target, rule=rule)
        if done.forbidden:
            raise PermissionDenied
        for why in done.refused.values():
            reference = WaitingLine.objects.get(pk=line_id).source_reference
            raise LineRefused(reference=reference, why=why)
    return done.lines[0]


@transaction.atomic
def attach_each(*, actor: Any, targets: dict[int, dict[str, str]]) -> Attached:
    """Attach each line, by id, to its own codes; one group of queries a different target.

    A line that is not there, does not wait or cannot be recorded so is refused, the others are
    attached. One that an earlier line released, by recording what it waited for, is attached.
    """
    allowed = WaitingLine.objects.all().allowing(actor, Action.IMPORT).waiting()
    asked = set(allowed.filter(pk__in=targets).values_list("pk", flat=True))
    refused = {pk: _("There is no such line to attach.") for pk in targets if pk not in asked}
    groups: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for pk in targets:
        if pk in asked:
            groups.setdefault(tuple(sorted(targets[pk].items())), []).append(pk)
    for target, ids in groups.items():
        waits = list(allowed.filter(pk__in=ids).values_list("pk", flat=True))
        if waits:
            done = attach_lines(actor=actor, line_ids=waits, target=dict(target))
            refused |= done.refused
    lines = WaitingLine.objects.filter(pk__in=asked - refused.keys(), state=WaitingState.ATTACHED)
    return Attached(list(lines.order_by("pk")), refused)


def attach_by_rule(*, actor: Any, rule: MatchingRule) -> Attached:
    """Attach every line that waits, that `actor` may attach, and for which a rule holds."""
    ids = [line.pk for line in lines_held(actor, rule_of(rule))]
    if not ids:
        return Attached()
    target = dict(rule_of(rule).target)
    return attach_lines(actor=actor, line_ids=ids, target=target, rule=rule)


def lines_held(actor: Any, rule: Rule) -> list[WaitingLine]:
    """Return the lines that wait, that `actor` may attach, which a rule holds for and completes."""
    rows = WaitingLine.objects.all().allowing(actor, Action.IMPORT).waiting()
    if rule.table:
        rows = rows.filter(table=rule.table)
    target = dict(rule.target)
    return [
        line
        for line in rows.order_by("pk")
        if rule.holds(line.table, line.values) and completed(line, target)
    ]


def completed(line: WaitingLine, target: dict[str, str]) -> dict[str, str]:
    """Return the columns of a target that a line needs: those unknown, or its missing project."""
    if line.is_recorded:
        wanted = {"project"}
    else:
        unknown = {f"unknown_{column}" for column in target} & set(line.reasons)
        wanted = {reason.removeprefix("unknown_") for reason in unknown}
        if line.table in _COLUMNS and not line.values.get("project"):
            wanted.add("project")
    return {column: code for column, code in target.items() if column in wanted}


@transaction.atomic
def set_line_aside(*, actor: Any, line_id: int, reason: str) -> WaitingLine:
    """Leave a line unattached on purpose; the panel counts it apart.

    Raises LineClosed, PermissionDenied, ValidationError (no reason).
    """
    if not reason.strip():
        raise ValidationError({"reason": _("A reason is needed.")})
    (line,) = lock_lines(actor, [line_id])
    line.state, line.closing_reason = WaitingState.SET_ASIDE, reason.strip()
    line.closed_at, line.closed_by = timezone.now(), actor
    return _saved(line, actor, "set_aside")


@transaction.atomic
def take_line_back(*, actor: Any, line_id: int) -> WaitingLine:
    """Have a line that was set aside wait again. Raises LineClosed, PermissionDenied."""
    (line,) = lock_lines(actor, [line_id], state=WaitingState.SET_ASIDE)
    line.state, line.closing_reason = WaitingState.WAITING, ""
    line.closed_at = line.closed_by = None
    return _saved(line, actor, "taken_back")


def lock_lines(
    actor: Any,
    line_ids: Iterable[int],
    state: str = WaitingState.WAITING,
    error: type[DomainError] = LineClosed,
) -> list[WaitingLine]:
    """Lock lines that are in a state, in the order of their ids, and that the actor may attach.

    Raises PermissionDenied, or `error` for a line in another state or replaced by another import.
    """
    wanted = set(line_ids)
    rows = WaitingLine.objects.select_for_update(of=("self",)).select_related("batch")
    lines = list(rows.filter(pk__in=wanted).order_by("pk"))
    allowed = WaitingLine.objects.all().allowing(actor, Action.IMPORT)
    if allowed.filter(pk__in=wanted).count() != len(wanted):
        raise PermissionDenied
    for line in lines:
        if line.state != state or line.replaced_by_id is not None:
            raise error(reference=line.source_reference)
    return lines


def _give_project(
    lines: list[WaitingLine], targets: dict[int, dict[str, str]], actor: Any, rule_id: int | None
) -> dict[int, str]:
    """Give a project to facts that stand without one; return why others are refused, by id."""
    now = timezone.now()
    code = targets[lines[0].pk]["project"]
    project = Project.objects.visible_to(actor).filter(code=code).first()
    refused = {}
    sound = []
    for line in lines:
        if project is None or line.data_origin != project.data_origin:
            refused[line.pk] = _("There is no such project within your perimeter.")
        else:
            sound.append(line)
    if project is None or not sound:
        return refused
    given = give_project([line.source_reference for line in sound], project, actor=actor, now=now)
    done = [line for line in sound if line.source_reference in given]
    close_attached(done, targets, actor=actor, now=now, rule_id=rule_id)
    why = _("The fact was corrected, or a contract leans on it.")
    return refused | {line.pk: why for line in sound if line.source_reference not in given}


def _saved(line: WaitingLine, actor: Any, verb: str) -> WaitingLine:
    line.full_clean()
    line.save()
    now, reason = timezone.now(), line.closing_reason
    keep_decisions([line], verb, actor=actor, at=now, reason=reason)
    tell_lines(actor, verb, [line], {"reason": line.closing_reason} if line.closing_reason else {})
    return line


def tell_lines(actor: Any, verb: str, lines: list[WaitingLine], detail: dict[str, Any]) -> None:
    """Record the event of a decision on lines."""
    record_event(
        actor=actor,
        verb=verb,
        object_kind="waiting_line",
        object_code=lines[0].source_reference if len(lines) == 1 else "",
        detail=detail
        | {"count": len(lines), "lines": [line.source_reference for line in lines[:_TOLD]]},
    )
