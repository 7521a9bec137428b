"""Delegations given and revoked, absences declared and cancelled (`reliability.md` §3.3, 5)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.exceptions import (
    DelegationBeyond,
    DelegationEnded,
    IncompatibleRoles,
    OwnGrant,
    RoleForMachines,
)
from accounts.models import Absence, Delegation, Grant, User
from accounts.permissions import scopes_of
from accounts.policy import BUSINESS_ROLES, EXCLUSIVE_ROLES, SCOPE_KINDS
from accounts.scoping import scopes_below
from accounts.services.audit import record_event
from common.fiscal import today


@transaction.atomic
def give_delegation(
    *,
    actor: Any,
    grant_id: int,
    delegate: User,
    valid_from: dt.date,
    valid_to: dt.date,
    reason: str,
    scope_kind: str = "",
    scope_code: str = "",
) -> Delegation:
    """Lend a grant of one's own to somebody else between two dates, whole or on a part of it.

    What is lent to oneself is no grant of one's own: nothing is lent twice. Raises
    Grant.DoesNotExist (not one's own, or not in force), OwnGrant, RoleForMachines,
    IncompatibleRoles (a role that is not of the business, or a delegate whose role stands alone),
    DelegationBeyond (a wider scope, or dates that the grant does not have), ValidationError.
    """
    rows = Grant.objects.select_for_update(of=("self",)).active_on(today())
    grant = rows.filter(user=actor.pk, is_emergency=False).get(pk=grant_id)
    if delegate.pk == actor.pk:
        raise OwnGrant()
    if delegate.is_machine:
        raise RoleForMachines()
    if not delegate.is_active:
        raise ValidationError({"delegate": _("This account is suspended.")})
    _check_roles(grant, delegate)
    delegation = Delegation(
        grant=grant,
        giver_id=actor.pk,
        delegate=delegate,
        scope_kind=scope_kind or grant.scope_kind,
        scope_code=scope_code.strip() or grant.scope_code,
        valid_from=valid_from,
        valid_to=valid_to,
        reason=reason.strip(),
    )
    delegation.full_clean()
    if valid_to < today():
        raise ValidationError({"valid_to": _("A delegation is not given for days that are over.")})
    if not _lies_inside(grant, delegation):
        raise DelegationBeyond()
    delegation.save()
    _tell(actor, "delegation_given", delegation)
    return delegation


def _check_roles(grant: Grant, delegate: User) -> None:
    standing = Grant.objects.filter(user=delegate, ended_at__isnull=True).not_over(today())
    alone = set(standing.values_list("role", flat=True)) & EXCLUSIVE_ROLES
    if grant.role not in BUSINESS_ROLES or alone:
        second = min(alone) if alone else grant.role
        raise IncompatibleRoles(first=grant.get_role_display(), second=second)


def _lies_inside(grant: Grant, delegation: Delegation) -> bool:
    """Whether a delegation asks for no more than its grant: its scope, its dates."""
    if delegation.valid_from < grant.valid_from:
        return False
    if grant.valid_to is not None and delegation.valid_to > grant.valid_to:
        return False
    kind, code = delegation.scope_kind, delegation.scope_code
    if (kind, code) == (grant.scope_kind, grant.scope_code):
        return True
    if kind not in SCOPE_KINDS.get(grant.role, ()):
        return False
    if grant.scope_code:
        return kind == grant.scope_kind and code in scopes_below(kind, [grant.scope_code])
    return code in scopes_below(kind, [code])


@transaction.atomic
def revoke_delegation(*, actor: Any, delegation_id: int) -> Delegation:
    """End a delegation at once: by its giver, its delegate, or who administers the grants.

    Raises Delegation.DoesNotExist (not to see), PermissionDenied, DelegationEnded.
    """
    rows = Delegation.objects.select_for_update(of=("self",)).visible_to(actor)
    delegation = rows.get(pk=delegation_id)
    administers = scopes_of(actor, Action.UPDATE, Resource.GRANT).everywhere
    if actor.pk not in (delegation.giver_id, delegation.delegate_id) and not administers:
        raise PermissionDenied
    if not delegation.is_open or delegation.valid_to < today():
        raise DelegationEnded()
    delegation.revoked_at, delegation.revoked_by = timezone.now(), actor
    delegation.save(update_fields=["revoked_at", "revoked_by"])
    _tell(actor, "delegation_revoked", delegation)
    return delegation


@transaction.atomic
def declare_absence(
    *, actor: Any, starts_on: dt.date, ends_on: dt.date, replaced_by: User | None = None
) -> Absence:
    """Say when one is away, and who to ask; it gives nobody any right. Raises ValidationError."""
    if replaced_by is not None and (replaced_by.is_machine or not replaced_by.is_active):
        raise ValidationError({"replaced_by": _("This account is suspended.")})
    absence = Absence(
        person_id=actor.pk, starts_on=starts_on, ends_on=ends_on, replaced_by=replaced_by
    )
    absence.full_clean()
    absence.save()
    _tell_absence(actor, "absence_declared", absence)
    return absence


@transaction.atomic
def cancel_absence(*, actor: Any, absence_id: int) -> Absence:
    """Cancel an absence of one's own. Raises Absence.DoesNotExist, DelegationEnded."""
    rows = Absence.objects.select_for_update(of=("self",)).filter(person=actor.pk)
    absence = rows.get(pk=absence_id)
    if absence.cancelled_at is not None:
        raise DelegationEnded()
    absence.cancelled_at = timezone.now()
    absence.save(update_fields=["cancelled_at"])
    _tell_absence(actor, "absence_cancelled", absence)
    return absence


def _tell(actor: Any, verb: str, delegation: Delegation) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_kind="delegation",
        object_code=delegation.delegate.username,
        detail={
            "role": delegation.grant.role,
            "scope": delegation.scope_code,
            "from": str(delegation.valid_from),
            "to": str(delegation.valid_to),
            "reason": delegation.reason,
        },
    )


def _tell_absence(actor: Any, verb: str, absence: Absence) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_kind="absence",
        object_code=absence.person.username,
        detail={"from": str(absence.starts_on), "to": str(absence.ends_on)},
    )
