"""What somebody is lent, and when they are away: one each, for the matrix of the rights."""

from __future__ import annotations

import datetime as dt

from accounts.enums import Role
from accounts.models import Absence, Delegation, Grant, User
from common.fiscal import today

# To come: what is lent is seen, and changes nobody's rights.
LATER = dt.timedelta(days=400)


def make_delegation(who: User) -> int:
    """Return the key of a delegation to `who` that has not begun."""
    giver = User.objects.create_user(f"lends-to-{who.username}")
    grant = Grant.objects.create(user=giver, role=Role.PROJECT_MANAGER, valid_from=today())
    day = today() + LATER
    lent = Delegation.objects.create(
        grant=grant, giver=giver, delegate=who, scope_kind=grant.scope_kind, valid_from=day,
        valid_to=day, reason="Essai",
    )  # fmt: skip
    return lent.pk


def make_absence(who: User) -> int:
    """Return the key of an absence of `who`."""
    day = today() + LATER
    return Absence.objects.create(person=who, starts_on=day, ends_on=day).pk
