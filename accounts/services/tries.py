"""Guesses are counted before they are checked, in the database that every process shares.

A try is let through while fewer than the limit were let through since the last pause of a whole
window; so no 15 minutes hold more tries than the limit, and nobody is locked out for longer than
that after the last try that was let through. Refused tries do not prolong anything.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.enums import TryKind
from accounts.models import TryCounter

_LIMITS = {
    TryKind.ACCOUNT: "TRIES_BY_ACCOUNT",
    TryKind.DEVICE: "TRIES_BY_ACCOUNT",
    TryKind.NETWORK: "TRIES_BY_NETWORK",
    TryKind.SECOND_FACTOR: "TRIES_OF_SECOND_FACTOR",
    TryKind.RESET_ACCOUNT: "TRIES_OF_RESET",
    TryKind.RESET_NETWORK: "TRIES_BY_NETWORK",
}


@dataclass(frozen=True)
class Verdict:
    """Whether a try may be checked; `first_refusal` says that the lock begins with this one."""

    allowed: bool
    first_refusal: bool = False
    wait_seconds: int = 0


@transaction.atomic
def count_try(*, kind: TryKind, key: str) -> Verdict:
    """Count one try for a key and say whether it may be checked.

    The row is locked: of any number of simultaneous tries, the limit alone is let through. To be
    called outside a transaction, so that the count stands whatever happens next.
    """
    digest, now = _digest(key), timezone.now()
    counter = None
    while counter is None:  # a purge may delete the row between the two statements
        TryCounter.objects.get_or_create(kind=kind, key=digest)
        counter = _locked(kind, digest)
    window = dt.timedelta(seconds=settings.TRY_WINDOW_SECONDS)
    if now - counter.last_at >= window:
        counter.tries = counter.refused = 0
    if counter.tries < getattr(settings, _LIMITS[kind]):
        counter.tries += 1
        counter.last_at = now
        verdict = Verdict(allowed=True)
    else:
        counter.refused += 1
        left = (counter.last_at + window - now).total_seconds()
        verdict = Verdict(
            allowed=False, first_refusal=counter.refused == 1, wait_seconds=max(1, round(left))
        )
    counter.save(update_fields=["tries", "refused", "last_at"])
    return verdict


@transaction.atomic
def forget_tries(*, kind: TryKind, key: str) -> None:
    """Start again from zero: the person proved who they are."""
    TryCounter.objects.filter(kind=kind, key=_digest(key)).update(tries=0, refused=0)


@transaction.atomic
def give_back_try(*, kind: TryKind, key: str) -> None:
    """Take back one try that succeeded, without clearing those of others on the same network."""
    counter = _locked(kind, _digest(key))
    if counter is not None and counter.tries:
        counter.tries -= 1
        counter.save(update_fields=["tries"])


def _locked(kind: TryKind, digest: str) -> TryCounter | None:
    rows = TryCounter.objects.select_for_update(of=("self",))
    return rows.filter(kind=kind, key=digest).first()


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
