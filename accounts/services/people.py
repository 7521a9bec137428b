"""People: created without a password, invited, renamed, suspended, opened again."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.enums import Role
from accounts.exceptions import (
    AlreadyPseudonymised,
    AlreadySuspended,
    LastAdministrator,
    NotAPerson,
    NotSuspended,
    OwnAccount,
)
from accounts.models import Grant, User
from accounts.services.audit import record_event
from accounts.services.links import void_links
from accounts.services.sessions import close_sessions, drop_tokens
from common.exceptions import StaleEdit
from common.fiscal import today

EDITABLE = ("username", "email", "first_name", "last_name", "is_break_glass")


@transaction.atomic
def create_person(
    *,
    actor: Any,
    username: str,
    email: str = "",
    first_name: str = "",
    last_name: str = "",
    is_break_glass: bool = False,
) -> User:
    """Create an account without a password and without any right.

    Raises ValidationError (name or address taken, malformed).
    """
    user = User(
        username=User.normalize_username(username),
        email=User.objects.normalize_email(email),
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        is_break_glass=is_break_glass,
    )
    user.set_unusable_password()
    user.full_clean(exclude=["password"])
    user.save()
    _tell(actor, user, "user_created")
    return user


@transaction.atomic
def update_person(
    *, actor: Any, user_id: int, expected_version: int, changes: dict[str, Any]
) -> User:
    """Rename a person, or change their address; unknown keys are a bug of the caller.

    Raises StaleEdit, NotAPerson, ValidationError (name or address taken).
    """
    user = _lock(user_id, expected_version)
    for name in changes:
        if name not in EDITABLE:
            raise KeyError(name)
    wanted = dict(changes)
    if "username" in wanted:
        wanted["username"] = User.normalize_username(wanted["username"])
    if "email" in wanted:
        wanted["email"] = User.objects.normalize_email(wanted["email"])
    changed = {name: value for name, value in wanted.items() if getattr(user, name) != value}
    if not changed:
        return user
    for name, value in changed.items():
        setattr(user, name, value)
    _save(user, *changed)
    _tell(actor, user, "user_updated", fields=sorted(changed))
    return user


@transaction.atomic
def suspend_person(*, actor: Any, user_id: int, expected_version: int, reason: str) -> User:
    """Close an account at once, with its sessions, its API tokens and the links sent to it.

    Raises StaleEdit, NotAPerson, OwnAccount, AlreadySuspended, LastAdministrator, ValidationError
    (no reason).
    """
    user = _lock(user_id, expected_version)
    if actor is not None and user.pk == actor.pk:
        raise OwnAccount()
    if user.suspended_at is not None:
        raise AlreadySuspended()
    _keep_an_administrator(user)
    user.is_active = False
    user.suspended_at = timezone.now()
    user.suspended_by = actor
    user.suspension_reason = reason.strip()
    _save(user, "is_active", "suspended_at", "suspended_by", "suspension_reason")
    void_links(user=user)
    close_sessions(actor=actor, user=user, reason="suspended")
    drop_tokens(user=user)
    _tell(actor, user, "suspended", reason=user.suspension_reason)
    return user


@transaction.atomic
def reactivate_person(*, actor: Any, user_id: int, expected_version: int, reason: str) -> User:
    """Open a suspended account again; the person logs in anew.

    Raises StaleEdit, NotAPerson, NotSuspended, AlreadyPseudonymised.
    """
    user = _lock(user_id, expected_version)
    if user.suspended_at is None:
        raise NotSuspended()
    if user.pseudonymised_at is not None:
        raise AlreadyPseudonymised()
    user.is_active = True
    user.suspended_at = None
    user.suspended_by = None
    user.suspension_reason = ""
    _save(user, "is_active", "suspended_at", "suspended_by", "suspension_reason")
    _tell(actor, user, "reactivated", reason=reason.strip())
    return user


def administrators() -> Any:
    """Return the open accounts that hold the role of technical administrator today."""
    held = Grant.objects.active_on(today()).filter(role=Role.TECHNICAL_ADMIN)
    return User.objects.filter(is_active=True, pk__in=held.values("user"))


def _keep_an_administrator(user: User) -> None:
    """Refuse to close the last administrator; the accounts are locked one after another."""
    locked = list(
        administrators().order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)
    )
    if locked == [user.pk]:
        raise LastAdministrator()


def _lock(user_id: int, expected_version: int) -> User:
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    if user.is_machine:
        raise NotAPerson()
    if user.version != expected_version:
        raise StaleEdit(code=user.username, expected=expected_version, current=user.version)
    return user


def _save(user: User, *fields: str) -> None:
    user.version += 1
    user.full_clean(exclude=["password", "suspended_by"])
    user.save(update_fields=[*fields, "version", "updated_at"])


def _tell(actor: Any, user: User, verb: str, **detail: Any) -> None:
    record_event(
        actor=actor, verb=verb, object_kind="user", object_code=user.username, detail=detail
    )
