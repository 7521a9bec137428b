"""One person of each role, for tests that walk through all of them."""

from __future__ import annotations

import datetime as dt

from accounts.enums import Role
from accounts.models import User
from accounts.services.grants import establish_grant


def person(role: str, scope_code: str = "", *, username: str = "", scope_kind: str = "") -> User:
    """Create a person who holds one role since 2020."""
    name = username or f"{role}{'-' + scope_code if scope_code else ''}"
    user = User.objects.create_user(
        username=name,
        email=f"{name}@example.org",
        password="secret-of-tests",
        is_machine=role == Role.API_CLIENT,
    )
    establish_grant(
        user=user,
        role=role,
        scope_kind=scope_kind,
        scope_code=scope_code,
        valid_from=dt.date(2020, 1, 1),
    )
    return user
