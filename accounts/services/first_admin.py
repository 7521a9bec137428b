"""The first technical administrator, by a command of the server."""

from __future__ import annotations

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.models import Q

from accounts.enums import LinkKind, Role
from accounts.exceptions import AdministratorExists
from accounts.models import User
from accounts.services.grants import establish_grant
from accounts.services.links import make_link
from accounts.services.people import administrators, create_person


@transaction.atomic
def create_first_admin(*, username: str, email: str) -> str:
    """Create a technical administrator while there is none; return the secret of their link.

    The same name again gives a new link while the first was not used. Raises AdministratorExists,
    ValidationError.
    """
    has_entered = ~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX) | Q(identities__isnull=False)
    if administrators().filter(has_entered).exists():
        raise AdministratorExists()
    name = User.normalize_username(username)
    user = administrators().filter(username=name, email=User.objects.normalize_email(email)).first()
    if user is None:
        if administrators().exists():
            raise AdministratorExists()
        user = create_person(actor=None, username=username, email=email)
        establish_grant(user=user, role=Role.TECHNICAL_ADMIN)
    return make_link(actor=None, user=user, kind=LinkKind.INVITATION)
