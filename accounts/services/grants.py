"""Grants: given by one person, approved by another, ended with a reason (`reliability.md` §3.3)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource, Role, ScopeKind
from accounts.exceptions import (
    EmergencyApart,
    GrantBeyondReach,
    GrantEnded,
    IncompatibleRoles,
    OwnGrant,
    RoleForMachines,
    SamePerson,
)
from accounts.models import Grant, User
from accounts.permissions import scopes_of
from accounts.policy import SCOPE_KINDS, incompatible_roles
from accounts.scoping import scopes_below
from accounts.services.audit import record_event
from common.fiscal import today


@transaction.atomic
def propose_grant(
    *,
    actor: Any,
    user: User,
    role: str,
    scope_kind: str = "",
    scope_code: str = "",
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    reason: str = "",
) -> Grant:
    """Give a role inside a scope; it waits for a second person.

    Raises OwnGrant, IncompatibleRoles, RoleForMachines, GrantBeyondReach (the author's own right
    to grant does not cover the scope), ValidationError (dates, scope, same grant twice).
    """
    grant = draft_grant(actor, user, role, scope_kind, scope_code, reason)
    grant.valid_from, grant.valid_to = valid_from or today(), valid_to
    if not may_grant(actor, grant.role, grant.scope_kind, grant.scope_code):
        raise GrantBeyondReach()
    grant.full_clean()
    grant.save()
    tell_of_grant(actor, "grant_proposed", grant)
    return grant


def draft_grant(
    actor: Any, user: User, role: str, scope_kind: str, scope_code: str, reason: str
) -> Grant:
    """Return what somebody gives somebody else, not saved; the grants of the person are locked.

    Raises OwnGrant, IncompatibleRoles, RoleForMachines, ValidationError (scope).
    """
    _lock(user)
    if user.pk == actor.pk:
        raise OwnGrant()
    grant = _build(user, role, scope_kind, scope_code, today(), None)
    known = scopes_below(grant.scope_kind, [grant.scope_code] if grant.scope_code else [])
    if grant.scope_code and grant.scope_code not in known:
        raise ValidationError({"scope_code": _("There is no such scope.")})
    grant.granted_by = actor
    grant.reason = reason.strip()
    return grant


@transaction.atomic
def establish_grant(
    *,
    user: User,
    role: str,
    scope_kind: str = "",
    scope_code: str = "",
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
) -> Grant:
    """Give a role by a command of the server (first administrator, demonstration, tests).

    It has no author and is in force at once; the same grant again is left as it is.
    """
    _lock(user)
    grant = _build(user, role, scope_kind, scope_code, valid_from, valid_to)
    known = Grant.objects.filter(
        user=user,
        role=grant.role,
        scope_kind=grant.scope_kind,
        scope_code=grant.scope_code,
        valid_from=grant.valid_from,
        ended_at__isnull=True,
    ).first()
    if known is not None:
        return known
    grant.approved_at = timezone.now()
    grant.full_clean()
    grant.save()
    tell_of_grant(None, "grant_established", grant)
    return grant


@transaction.atomic
def approve_grant(*, actor: Any, grant_id: int) -> Grant:
    """Approve a grant as the second person.

    Raises GrantEnded, SamePerson, IncompatibleRoles, EmergencyApart.
    """
    grant = lock_grant(grant_id)
    if grant.is_emergency:
        raise EmergencyApart()
    check_approval(actor, grant)
    grant.approved_by = actor
    grant.approved_at = timezone.now()
    grant.save(update_fields=["approved_by", "approved_at"])
    tell_of_grant(actor, "grant_approved", grant)
    return grant


def lock_grant(grant_id: int) -> Grant:
    """Lock a grant and return it; call inside a transaction."""
    return Grant.objects.select_for_update(of=("self",)).get(pk=grant_id)


def check_approval(actor: Any, grant: Grant) -> None:
    """Refuse what a second person may not approve: decided already, theirs, or incompatible.

    The grants of the person are locked. Raises GrantEnded, SamePerson, IncompatibleRoles.
    """
    _lock(grant.user)
    if not grant.is_pending:
        raise GrantEnded()
    if actor.pk in (grant.granted_by_id, grant.user_id):
        raise SamePerson()
    _check_roles(grant.user, grant.role)


@transaction.atomic
def end_grant(*, actor: Any, grant_id: int, reason: str) -> Grant:
    """Refuse a grant that waits, or revoke one in force, at once.

    Raises GrantEnded, EmergencyApart.
    """
    grant = lock_grant(grant_id)
    if grant.is_emergency:
        raise EmergencyApart()
    verb = "grant_refused" if grant.is_pending else "grant_revoked"
    save_end(grant, actor, timezone.now(), reason)
    tell_of_grant(actor, verb, grant)
    return grant


def save_end(grant: Grant, actor: Any, moment: dt.datetime, reason: str) -> None:
    """End a locked grant. Raises GrantEnded, ValidationError (reason)."""
    if grant.ended_at is not None:
        raise GrantEnded()
    grant.ended_by = actor
    grant.ended_at = moment
    grant.end_reason = reason.strip()
    grant.full_clean(exclude=["user", "granted_by", "approved_by", "ended_by"])
    grant.save(update_fields=["ended_by", "ended_at", "end_reason"])


def may_grant(actor: Any, role: str, scope_kind: str, scope_code: str) -> bool:
    """Whether the author's own right to grant covers the role and its scope.

    Technical administrators grant everything; others propose business roles inside what they hold.
    """
    scopes = scopes_of(actor, Action.CREATE, Resource.GRANT)
    if scopes_of(actor, Action.VALIDATE, Resource.GRANT).everywhere:
        return scopes.everywhere
    if role in (Role.TECHNICAL_ADMIN, Role.AUDITOR, Role.API_CLIENT):
        return False
    if scopes.everywhere or not scope_code:
        return scopes.everywhere
    held = {ScopeKind.PORTFOLIO: scopes.nodes, ScopeKind.NOMENCLATURE: scopes.budget_nodes}
    return scope_code in scopes_below(scope_kind, held.get(ScopeKind(scope_kind), frozenset()))


def _build(
    user: User,
    role: str,
    scope_kind: str,
    scope_code: str,
    valid_from: dt.date | None,
    valid_to: dt.date | None,
) -> Grant:
    if user.is_machine != (role == Role.API_CLIENT):
        raise RoleForMachines()
    _check_roles(user, role)
    _check_scope(role, scope_kind, scope_code.strip())
    return Grant(
        user=user,
        role=role,
        scope_kind=scope_kind or default_scope_kind(role),
        scope_code=scope_code.strip(),
        valid_from=valid_from or today(),
        valid_to=valid_to,
    )


def default_scope_kind(role: str) -> ScopeKind:
    """Return the kind of scope of a role when none is named: the portfolio where it may be."""
    kinds = SCOPE_KINDS.get(role, (ScopeKind.PORTFOLIO,))
    return ScopeKind.PORTFOLIO if ScopeKind.PORTFOLIO in kinds else kinds[0]


def _check_scope(role: str, scope_kind: str, scope_code: str) -> None:
    """Refuse a scope that the role does not take."""
    kinds = SCOPE_KINDS.get(role, ())
    if scope_kind and kinds and scope_kind not in kinds:
        raise ValidationError({"scope_kind": _("This role does not take this kind of scope.")})
    if scope_code and not kinds:
        raise ValidationError({"scope_code": _("This role reaches the whole house: no scope.")})
    if role == Role.PARTNER and not scope_code:
        raise ValidationError({"scope_code": _("A partner is granted its own entity.")})


def _check_roles(user: User, role: str) -> None:
    """Refuse a role beside one that may not be held with it, pending ones included."""
    standing = Grant.objects.filter(user=user, ended_at__isnull=True)
    current = set(standing.not_over(today()).values_list("role", flat=True))
    found = incompatible_roles(current | {role})
    if found:
        first, second = (Role(code).label for code in found)
        raise IncompatibleRoles(first=first, second=second)


def _lock(user: User) -> None:
    """Grants of one person follow one another."""
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def tell_of_grant(actor: Any, verb: str, grant: Grant) -> None:
    """Record what happened to a grant, with what it gives and until when."""
    record_event(
        actor=actor,
        verb=verb,
        object_kind="emergency_access" if grant.is_emergency else "grant",
        object_code=grant.user.username,
        detail={
            "role": grant.role,
            "scope_kind": grant.scope_kind,
            "scope": grant.scope_code,
            "from": str(grant.valid_from),
            "to": str(grant.valid_to or ""),
            "reason": grant.end_reason or grant.reason,
        },
    )
