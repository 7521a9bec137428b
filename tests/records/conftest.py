"""A folder for the files of each test, people with addresses, documents that are what they say."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.enums import Role, ScopeKind
from accounts.models import User
from accounts.services.grants import establish_grant
from tests.records import files
from tests.samples import Sample


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> Any:
    """The folder of the received files."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.ATTACHMENT_SCAN_COMMAND = []
    return tmp_path / "media" / "attachments"


@pytest.fixture
def pdf() -> bytes:
    """A small PDF."""
    return files.PDF


@pytest.fixture
def person(db: None) -> Any:
    """Make a person with a role in a scope, and an address."""

    def make(name: str, role: Role | None = None, code: str = "", kind: str = "") -> User:
        user = User.objects.create_user(
            username=name, password="secret-of-tests", email=f"{name}@example.org"
        )
        if role is not None:
            establish_grant(
                user=user,
                role=role,
                scope_kind=kind,
                scope_code=code,
                valid_from=dt.date(2020, 1, 1),
            )
        return user

    return make


@pytest.fixture
def team(sample: Sample, manager: User, person: Any) -> dict[str, User]:
    """People of every role around P-1, in and out of its scope; C-2023-1 serves P-1."""
    sample.contract.manager = person("contracts", Role.CONTRACT_MANAGER)
    sample.contract.save()
    User.objects.filter(pk=manager.pk).update(email="manager@example.org")
    manager.email = "manager@example.org"
    return {
        "director": person("inside-director", Role.PORTFOLIO_DIRECTOR, "DNE-SN"),
        "director_out": person("outside-director", Role.PORTFOLIO_DIRECTOR, "DNE-TN"),
        "manager": manager,
        "manager_out": person("other-manager", Role.PROJECT_MANAGER),
        "budget": person(
            "inside-budget", Role.BUDGET_OFFICER, sample.uo.code, ScopeKind.NOMENCLATURE
        ),
        "contracts": sample.contract.manager,
        "controller": person("the-controller", Role.MANAGEMENT_CONTROLLER),
        "partner": person("holder", Role.PARTNER, sample.contract.holder.code, ScopeKind.ENTITY),
        "partner_out": person("other-holder", Role.PARTNER, "NOBODY", ScopeKind.ENTITY),
        "auditor": person("the-auditor", Role.AUDITOR),
        "admin": person("the-admin", Role.TECHNICAL_ADMIN),
        "stranger": person("nobody"),
    }
