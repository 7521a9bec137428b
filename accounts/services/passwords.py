"""One's own password."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.enums import TryKind
from accounts.exceptions import WrongPassword
from accounts.models import User
from accounts.services.audit import record_event
from accounts.services.sessions import close_sessions
from accounts.services.tries import count_try, forget_tries


def check_own_password(*, actor: User, password: str) -> None:
    """Check the password of somebody who is logged in, counted as a log-in. Raises WrongPassword.

    To be called outside a transaction, so that the count stands.
    """
    if not count_try(kind=TryKind.ACCOUNT, key=actor.username).allowed:
        raise WrongPassword()
    if not actor.check_password(password):
        raise WrongPassword()
    forget_tries(kind=TryKind.ACCOUNT, key=actor.username)


@transaction.atomic
def change_password(*, actor: User, password: str, session_id: int | None) -> None:
    """Change one's password, once the current one was checked; the other sessions are closed.

    Raises ValidationError (a weak password).
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=actor.pk)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    user.set_password(password)
    user.save(update_fields=["password"])
    actor.password = user.password
    close_sessions(actor=actor, user=user, reason="password", but=session_id)
    record_event(
        actor=actor, verb="password_changed", object_kind="user", object_code=user.username
    )
