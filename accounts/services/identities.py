"""Identities of a provider: linked by the person through an invitation, or by an administrator."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.exceptions import IdentityTaken, NotAPerson
from accounts.models import Identity, User
from accounts.services.audit import record_event


@transaction.atomic
def link_identity(*, actor: Any, user: User, issuer: str, subject: str) -> Identity:
    """Link the identity (issuer, subject) to an account. Raises IdentityTaken, NotAPerson."""
    if user.is_machine:
        raise NotAPerson()
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    taken = Q(issuer=issuer, subject=subject) | Q(issuer=issuer, user=user)
    if Identity.objects.filter(taken).exists():
        raise IdentityTaken()
    identity = Identity(user=user, issuer=issuer, subject=subject, linked_by=actor)
    identity.full_clean()
    identity.save()
    _tell(actor, user, "identity_linked", issuer)
    return identity


@transaction.atomic
def unlink_identity(*, actor: Any, identity: Identity) -> None:
    """Take an identity away from its account."""
    _tell(actor, identity.user, "identity_unlinked", identity.issuer)
    identity.delete()


@transaction.atomic
def use_identity(*, issuer: str, subject: str) -> User | None:
    """Return the account of an identity and date its use; None when nobody has it."""
    identity = Identity.objects.filter(issuer=issuer, subject=subject).first()
    if identity is None:
        return None
    identity.last_used_at = timezone.now()
    identity.save(update_fields=["last_used_at"])
    return identity.user


@transaction.atomic
def create_account_of(
    *, issuer: str, subject: str, email: str, first_name: str, last_name: str
) -> User:
    """Create the account of an unknown identity, without any right.

    The address is kept when the provider verified it and nobody has it; it links nothing.
    """
    address = User.objects.normalize_email(email)
    if User.objects.filter(email=address).exists():
        address = ""
    name = hashlib.sha256(f"{issuer} {subject}".encode()).hexdigest()[:16]
    user = User(
        username=f"compte-{name}",
        email=address,
        first_name=first_name[:150].strip(),
        last_name=last_name[:150].strip(),
    )
    user.set_unusable_password()
    user.full_clean(exclude=["password"])
    user.save()
    link_identity(actor=None, user=user, issuer=issuer, subject=subject)
    return user


def _tell(actor: Any, user: User, verb: str, issuer: str) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_kind="user",
        object_code=user.username,
        detail={"issuer": issuer},
    )
