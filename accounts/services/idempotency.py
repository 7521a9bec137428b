"""One effect a key: the answer is kept in the transaction of what it tells of.

A crash leaves neither the effect nor the key, so that no key stays locked; a process that hangs is
cut by the database (`idle_in_transaction_session_timeout`). A second request with the same key
waits for the first by the unique constraint, then reads its answer.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.exceptions import KeyReused
from accounts.models import IdempotencyKey

KEPT = dt.timedelta(hours=24)


@dataclass(frozen=True)
class Answer:
    """What was answered the first time: status, headers of the record, body as text."""

    status: int
    headers: dict[str, str]
    body: str


def digest_of(*, method: str, path: str, body: bytes) -> str:
    """Return the digest of what must be the same for a key to be repeated."""
    head = f"{method} {path}\n".encode()
    return hashlib.sha256(head + body).hexdigest()


def claim_key(*, caller: Any, key: str, digest: str) -> tuple[IdempotencyKey, Answer | None]:
    """Take a key, or return the answer that it has; call inside the transaction of the effect.

    Waits while another transaction holds the key. A key older than 24 hours is taken anew. Raises
    KeyReused when the key was used for another request, OperationalError when the wait is too long.
    """
    now = timezone.now()
    IdempotencyKey.objects.filter(caller=caller, key=key, created_at__lt=now - KEPT).delete()
    token = uuid.uuid4().hex
    row = IdempotencyKey(caller=caller, key=key, digest=digest, token=token, created_at=now)
    IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)
    found = IdempotencyKey.objects.select_for_update(of=("self",)).get(caller=caller, key=key)
    if found.token == token:
        return found, None
    if found.digest != digest:
        raise KeyReused(key=key)
    return found, Answer(found.status or 200, found.headers, found.body)


def keep_answer(*, row: IdempotencyKey, answer: Answer) -> None:
    """Keep the answer of the attempt that took the key, in its transaction."""
    row.status, row.headers, row.body = answer.status, answer.headers, answer.body
    row.full_clean(validate_unique=False, validate_constraints=False)
    row.save(update_fields=["status", "headers", "body"])


def purge_keys(*, now: dt.datetime) -> int:
    """Forget the answers of more than 24 hours; return how many."""
    return IdempotencyKey.objects.filter(created_at__lt=now - KEPT).delete()[0]
