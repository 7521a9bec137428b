"""What every test may ask for: people by role, a small portfolio, the reference data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, connections
from django.db.backends.sqlite3.base import DatabaseOperations as SqliteOperations
from django.db.models.signals import post_migrate  # noqa: TID251 (what a flush of tests tells)
from hypothesis import settings as hypothesis_settings

from accounts.enums import Role
from accounts.models import User
from accounts.services.grants import establish_grant
from budgets.models import BudgetRule
from budgets.models.guards import PROGRAMMING_GUARDS
from budgets.models.round_guards import ROUND_GUARDS
from common.triggers import creation, removal
from projects.models import PortfolioNode, Project
from projects.models.guards import PLAN_GUARDS
from tests.database import Template, alone, template
from tests.samples import Sample, build_sample

# An example has no time limit: on a busy machine it would tell of the machine.
hypothesis_settings.register_profile("tests", deadline=None)
hypothesis_settings.load_profile("tests")


@pytest.fixture(scope="session")
def tables(django_db_modify_db_settings: None) -> Template:
    """The migrated tables that this run copies (see tests/database.py)."""
    return template()


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    tables: Template,
    django_db_blocker: Any,
    django_db_use_migrations: bool,
    django_db_keepdb: bool,
) -> None:
    """The test database, by the copy of migrated tables."""
    if not django_db_use_migrations or django_db_keepdb:
        request.getfixturevalue("django_db_setup")
        return
    with alone(), django_db_blocker.unblock():
        tables.begin()
        request.getfixturevalue("django_db_setup")
        tables.keep()


@pytest.fixture(scope="session", autouse=True)
def first_rules() -> Iterator[None]:
    """Put the first rules back in a base that a test has emptied: they came with a migration."""
    seed = import_module("budgets.migrations.0010_first_rules").seed
    remember = import_module("budgets.migrations.0014_history_of_first_rules").remember

    def again(using: str, **_more: Any) -> None:
        if BudgetRule._meta.db_table in connections[using].introspection.table_names():
            seed(apps, None)
            remember(apps, None)

    room = apps.get_app_config("budgets")
    post_migrate.connect(again, sender=room, weak=False)
    yield
    post_migrate.disconnect(again, sender=room)


@pytest.fixture(scope="session", autouse=True)
def flush_without_guards() -> Iterator[None]:
    """Take the guards of programming and plans away while a test empties the tables of SQLite.

    A flush of SQLite is a DELETE of each table, which the guards refuse on what is frozen; that of
    PostgreSQL truncates, and no guard sees it.
    """
    flush = SqliteOperations.sql_flush
    guarded = {"budgets_programmingedit", "budgets_programmingstep"}
    guarded |= {guard.table for guard in PLAN_GUARDS}

    def unguarded(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        statements: list[str] = flush(self, style, tables, **options)
        if not statements or not guarded & set(tables):
            return statements
        guards = (*PROGRAMMING_GUARDS, *ROUND_GUARDS, *PLAN_GUARDS)
        away = [one for guard in guards for one in removal(guard, "sqlite")]
        again = [one for guard in guards for one in creation(guard, "sqlite")]
        return [*away, *statements, *again]

    with pytest.MonkeyPatch.context() as patch:
        if connection.vendor == "sqlite":
            patch.setattr(SqliteOperations, "sql_flush", unguarded)
        yield


@pytest.fixture(scope="session")
def migrated_file(tables: Template, django_db_setup: None) -> Callable[[Path], None]:
    """Write the migrated tables in a file of SQLite, for the processes that a test starts."""
    return tables.copy_to_file


@pytest.fixture(scope="session")
def migrated_server(tables: Template, django_db_setup: None) -> Callable[[str], None]:
    """Write the migrated tables in another PostgreSQL, for the same."""
    return tables.copy_to_server


@pytest.fixture
def reference_data() -> Path:
    """The folder of files that others made; its tests skip where it is absent."""
    if not settings.REFERENCE_DATA.is_dir():
        pytest.skip("REFERENCE_DATA is absent")
    return Path(settings.REFERENCE_DATA)


def _user(username: str, role: Role, scope_code: str = "") -> User:
    user = User.objects.create_user(username=username, password="secret-of-tests")
    establish_grant(user=user, role=role, scope_code=scope_code, valid_from=dt.date(2020, 1, 1))
    return user


@pytest.fixture
def director(db: None) -> User:
    """A portfolio director on the whole tree."""
    return _user("director", Role.PORTFOLIO_DIRECTOR)


@pytest.fixture
def manager(db: None) -> User:
    """A project manager; the sample gives them one project."""
    return _user("manager", Role.PROJECT_MANAGER)


@pytest.fixture
def budget_officer(db: None) -> User:
    """A budget officer on the whole tree."""
    return _user("budget-officer", Role.BUDGET_OFFICER)


@pytest.fixture
def controller(db: None) -> User:
    """A management controller."""
    return _user("controller", Role.MANAGEMENT_CONTROLLER)


@pytest.fixture
def stranger(db: None) -> User:
    """Somebody with an account and no grant."""
    return User.objects.create_user(username="stranger", password="secret-of-tests")


@pytest.fixture
def node(db: None) -> PortfolioNode:
    """A portfolio."""
    return PortfolioNode.objects.create(code="DNE", name="Portefeuille", kind="portfolio")


@pytest.fixture
def project(node: PortfolioNode) -> Project:
    """A bare open project."""
    return Project.objects.create(
        code="P-1",
        title="Projet un",
        normalised_title="projet un",
        node=node,
        started_on=dt.date(2024, 1, 1),
        phase="build",
    )


@pytest.fixture
def sample(db: None, manager: User) -> Sample:
    """Three projects with ledgers and figures that a person can redo (see tests/samples.py)."""
    return build_sample(manager)


@pytest.fixture
def after_commit(
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[list[Any]]],
) -> Iterator[Callable[..., AbstractContextManager[list[Any]]]]:
    """Run what is asked for after the commit (jobs run at once, for want of a broker)."""

    def run() -> AbstractContextManager[list[Any]]:
        return django_capture_on_commit_callbacks(execute=True)

    return run  # type: ignore[return-value]
