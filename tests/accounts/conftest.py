"""People who log in as people do."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from accounts.services.grants import establish_grant

PASSWORD = "correct-horse-battery"


def person(username: str, role: str | None = None, **fields) -> User:
    """Create somebody with a password and perhaps a role."""
    user = User.objects.create_user(
        username=username, email=f"{username}@example.org", password=PASSWORD, **fields
    )
    if role:
        code = "ENTITY-1" if role == Role.PARTNER else ""
        establish_grant(user=user, role=role, scope_code=code, valid_from=dt.date(2020, 1, 1))
    return user


def log_in(client, username: str, password: str = PASSWORD, **more):
    """Post the log-in form."""
    data = {"username": username, "password": password}
    return client.post(reverse("web:login"), data | more.pop("data", {}), **more)


@pytest.fixture
def claire(db) -> User:
    """A project manager with a password and an address."""
    return person("claire", Role.PROJECT_MANAGER)


@pytest.fixture
def admin(db) -> User:
    """A technical administrator."""
    return person("admin", Role.TECHNICAL_ADMIN)
