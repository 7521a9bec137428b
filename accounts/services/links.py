"""Links sent to one person: an invitation for 72 hours, a password to set again for one."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.enums import LinkKind
from accounts.exceptions import LinkRefused
from accounts.models import AccountLink, User
from accounts.services.audit import record_event
from accounts.services.identities import link_identity
from accounts.services.sessions import close_sessions

_SECONDS = {
    LinkKind.INVITATION: "INVITATION_SECONDS",
    LinkKind.RESET: "PASSWORD_LINK_SECONDS",
}


def link_digest(token: str) -> str:
    """Return the digest by which a link is kept."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@transaction.atomic
def make_link(*, actor: Any, user: User, kind: LinkKind) -> str:
    """Make a link and void the former ones of that kind; return its secret, kept nowhere."""
    now = timezone.now()
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    _void(user, now, kind)
    token = secrets.token_urlsafe(32)
    link = AccountLink(
        user=user,
        kind=kind,
        digest=link_digest(token),
        created_at=now,
        created_by=actor,
        expires_at=now + dt.timedelta(seconds=getattr(settings, _SECONDS[kind])),
    )
    link.full_clean()
    link.save()
    return token


def usable_link(digest: str) -> AccountLink | None:
    """Return a link that may still be used, or None whatever the reason."""
    rows = AccountLink.objects.usable(timezone.now()).select_related("user")
    link = rows.filter(digest=digest).first()
    return link if link is not None and link.user.may_enter else None


@transaction.atomic
def use_link_for_password(*, digest: str, password: str) -> User:
    """Set the password of the person of the link, close their sessions and spend the link.

    Raises LinkRefused, ValidationError (a weak password, which leaves the link usable).
    """
    link = _lock_usable(digest)
    user = link.user
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    user.set_password(password)
    user.save(update_fields=["password"])
    _spend(link)
    reset = link.kind == LinkKind.RESET
    close_sessions(actor=user, user=user, reason="password")
    _tell(user, "password_reset" if reset else "invitation_accepted", by="password")
    return user


@transaction.atomic
def use_invitation_for_identity(*, digest: str, issuer: str, subject: str) -> User:
    """Link the identity that the person proved to the account of the invitation, and spend it.

    Raises LinkRefused, IdentityTaken.
    """
    link = _lock_usable(digest)
    if link.kind != LinkKind.INVITATION:
        raise LinkRefused()
    link_identity(actor=link.user, user=link.user, issuer=issuer, subject=subject)
    _spend(link)
    _tell(link.user, "invitation_accepted", by="provider")
    return link.user


@transaction.atomic
def void_links(*, user: User) -> None:
    """Void every link of a person."""
    _void(user, timezone.now())


def _lock_usable(digest: str) -> AccountLink:
    """Lock the link: of two simultaneous uses, the second finds it spent."""
    link = AccountLink.objects.select_for_update(of=("self",)).filter(digest=digest).first()
    if link is None or usable_link(digest) is None:
        raise LinkRefused()
    return link


def _spend(link: AccountLink) -> None:
    now = timezone.now()
    link.used_at = now
    link.save(update_fields=["used_at"])
    _void(link.user, now)


def _void(user: User, now: dt.datetime, kind: LinkKind | None = None) -> None:
    standing = AccountLink.objects.filter(user=user, used_at__isnull=True, voided_at__isnull=True)
    (standing.filter(kind=kind) if kind else standing).update(voided_at=now)


def _tell(user: User, verb: str, by: str) -> None:
    record_event(
        actor=user, verb=verb, object_kind="user", object_code=user.username, detail={"by": by}
    )
