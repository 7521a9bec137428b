"""A person enters, is followed from request to request, and leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import login, logout
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.devices import describe
from accounts.enums import SessionMethod
from accounts.kept import drop_foreign_form
from accounts.models import SessionRecord, User
from accounts.permissions import roles_of
from accounts.services.audit import record_event
from accounts.services.sessions import (
    SEEN_SECONDS,
    close_session,
    key_digest,
    open_session,
    touch_session,
)
from common.network import client_address

_RECORD = "session_record"
_PENDING = "pending_login"
PENDING_SECONDS = 300
_BACKENDS = {
    SessionMethod.PASSWORD: "accounts.backends.PasswordBackend",
    SessionMethod.BREAK_GLASS: "accounts.backends.PasswordBackend",
    SessionMethod.PROVIDER: "accounts.oidc.backend.ProviderBackend",
}


@dataclass(frozen=True)
class Pending:
    """Somebody whose password was right, and who has not given their second factor yet."""

    user: User
    method: SessionMethod
    next: str


def enter(
    request: HttpRequest, user: User, *, method: SessionMethod, second_factor: bool = False
) -> Any:
    """Open a session under a new key and record it; return the moment of the last log-in."""
    previous = user.last_login
    if getattr(request, "session_record", None) is not None:
        leave(request)  # logged in already in this browser: one session, one record
    drop_foreign_form(request, user)
    request.session.pop(_PENDING, None)
    login(request, user, backend=_BACKENDS[method])
    _open(request, user, method=method, second_factor=second_factor)
    verb = "break_glass_login" if method == SessionMethod.BREAK_GLASS else "login"
    record_event(
        actor=user,
        verb=verb,
        object_kind="user",
        object_code=user.username,
        detail={
            "method": method.value,
            "second_factor": second_factor,
            "network": client_address(request),
        },
    )
    return previous


def leave(request: HttpRequest) -> None:
    """Close the session of this browser."""
    record = getattr(request, "session_record", None)
    if record is not None:
        close_session(actor=request.user, record_id=record.pk, reason="logout")
        record_event(
            actor=request.user,
            verb="logout",
            object_kind="user",
            object_code=request.user.get_username(),
        )
    logout(request)


def follow_session(request: HttpRequest) -> bool:
    """Say that the session is seen now; False when it is over.

    Its key changes when the roles of the person changed, so that a key which was known before the
    change is worth nothing after it.
    """
    user: Any = request.user
    if not user.is_authenticated:
        return True  # the account is closed, or the password changed: Django says anonymous
    roles = _roles(user)
    if _RECORD not in request.session:
        # The record is found rather than made when a former request failed; it may be over since.
        _open(request, user, method=SessionMethod.PASSWORD, second_factor=False)
    now = timezone.now()
    rows = SessionRecord.objects.filter(pk=request.session[_RECORD], user_id=user.pk)
    record = rows.open_at(now).first()
    if record is None:
        return False
    if record.roles != roles:
        request.session.cycle_key()
    moved = record.key_digest != key_digest(str(request.session.session_key))
    if moved or record.roles != roles or (now - record.last_seen_at).total_seconds() > SEEN_SECONDS:
        touch_session(record=record, session_key=str(request.session.session_key), roles=roles)
    request.session_record = record  # type: ignore[attr-defined]
    return True


def confirm_second_factor(request: HttpRequest) -> None:
    """Say that this session has given its second factor; its key changes."""
    request.session.cycle_key()
    touch_session(
        record=request.session_record,  # type: ignore[attr-defined]
        session_key=str(request.session.session_key),
        roles=_roles(request.user),
        second_factor=True,
    )


def await_second_factor(
    request: HttpRequest, user: User, *, method: SessionMethod, goes_to: str
) -> None:
    """Remember, for five minutes and under a new key, whose second factor is awaited."""
    request.session.cycle_key()
    request.session[_PENDING] = {
        "user": user.pk,
        "method": method.value,
        "next": goes_to,
        "at": timezone.now().timestamp(),
        "hash": user.get_session_auth_hash(),
    }


def pending_of(request: HttpRequest) -> Pending | None:
    """Return whose second factor is awaited in this browser, while it is."""
    kept = request.session.get(_PENDING)
    if kept is None or timezone.now().timestamp() - kept["at"] > PENDING_SECONDS:
        return None
    user = User.objects.filter(pk=kept["user"]).first()
    if user is None or not user.may_enter:
        return None
    if not constant_time_compare(user.get_session_auth_hash(), kept["hash"]):
        return None
    return Pending(user, SessionMethod(kept["method"]), kept["next"])


def _open(request: HttpRequest, user: Any, *, method: SessionMethod, second_factor: bool) -> None:
    if request.session.session_key is None:
        request.session.save()
    record = open_session(
        user=user,
        session_key=str(request.session.session_key),
        method=method,
        second_factor=second_factor,
        roles=_roles(user),
        device=describe(request.headers.get("User-Agent", "")),
        network=client_address(request),
    )
    request.session[_RECORD] = record.pk
    request.session_record = record  # type: ignore[attr-defined]


def _roles(user: Any) -> str:
    return ",".join(sorted(roles_of(user)))[:200]
