"""Sessions: opened, seen, closed one by one or all at once; the key is kept as a digest."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction
from django.utils import timezone
from oauth2_provider.models import AccessToken, RefreshToken

from accounts.models import SessionRecord, User
from accounts.services.audit import record_event

# How often "last seen" is written: the idle limit is exact to that many seconds.
SEEN_SECONDS = 30


def key_digest(session_key: str) -> str:
    """Return the digest by which a session is known."""
    return hashlib.sha256(session_key.encode()).hexdigest()


@transaction.atomic
def open_session(
    *,
    user: User,
    session_key: str,
    method: str,
    second_factor: bool,
    roles: str,
    device: str,
    network: str,
) -> SessionRecord:
    """Record a session that begins; return the record that stands when it was recorded already.

    A first request that fails leaves the record, and not its mention in the session; two first
    requests come at once.
    """
    digest = key_digest(session_key)
    facts = {
        "method": method,
        "second_factor": second_factor,
        "roles": roles[:200],
        "device": device[:120],
        "network": network,
    }
    SessionRecord(user=user, key_digest=digest, **facts).full_clean(validate_unique=False)
    record, _ = SessionRecord.objects.get_or_create(user=user, key_digest=digest, defaults=facts)
    return record


@transaction.atomic
def touch_session(
    *, record: SessionRecord, session_key: str, roles: str, second_factor: bool | None = None
) -> None:
    """Say that a session was seen now, under its present key and with its present roles."""
    record.last_seen_at = timezone.now()
    record.key_digest = key_digest(session_key)
    record.roles = roles[:200]
    if second_factor is not None:
        record.second_factor = second_factor
    record.save(update_fields=["last_seen_at", "key_digest", "roles", "second_factor"])


@transaction.atomic
def close_session(*, actor: Any, record_id: int, reason: str = "closed") -> bool:
    """Close one session; return whether it was open. Its next request asks for a log-in."""
    record = (
        SessionRecord.objects.select_for_update(of=("self",))
        .filter(pk=record_id, ended_at__isnull=True)
        .first()
    )
    if record is None:
        return False
    record.ended_at = timezone.now()
    record.save(update_fields=["ended_at"])
    if reason != "logout":
        record_event(
            actor=actor,
            verb="session_closed",
            object_kind="user",
            object_code=record.user.username,
            detail={"reason": reason, "device": record.device, "network": record.network},
        )
    return True


@transaction.atomic
def close_sessions(*, actor: Any, user: User, reason: str, but: int | None = None) -> int:
    """Close every session of a person, or every one but one; return how many were open."""
    standing = SessionRecord.objects.filter(user=user, ended_at__isnull=True)
    if but is not None:
        standing = standing.exclude(pk=but)
    closed = standing.update(ended_at=timezone.now())
    if closed:
        record_event(
            actor=actor,
            verb="session_closed",
            object_kind="user",
            object_code=user.username,
            detail={"reason": reason, "count": closed},
        )
    return closed


@transaction.atomic
def drop_tokens(*, user: User) -> int:
    """Delete the API tokens of a person and of the applications that they hold."""
    RefreshToken.objects.filter(user=user).delete()
    own, _ = AccessToken.objects.filter(user=user).delete()
    held, _ = AccessToken.objects.filter(application__user=user).delete()
    return int(own + held)
