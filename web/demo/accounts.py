"""The accounts of the demonstration: known to all, so that they exist in development only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.enums import Role, ScopeKind
from accounts.models import User
from accounts.services.grants import establish_grant

# Printed by the demonstration and refused when DEBUG is off: no secret.
PASSWORD = "demonstration-2026"  # noqa: S105
_SINCE = dt.date(2026, 1, 1)


@dataclass(frozen=True)
class DemoAccount:
    """A person of the demonstration."""

    username: str
    first_name: str
    last_name: str
    role: Role
    scope_code: str = ""
    scope_kind: str = ""


BUYER, OFFICER, CONTROLLER, DIRECTOR = "marches", "budget", "controle", "directrice"
ACCOUNTS = (
    DemoAccount(DIRECTOR, "Claire", "Exemple", Role.PORTFOLIO_DIRECTOR),
    DemoAccount("cheffe.projet", "Inès", "Exemple", Role.PROJECT_MANAGER),
    DemoAccount(OFFICER, "Marc", "Exemple", Role.BUDGET_OFFICER),
    DemoAccount(BUYER, "Aïcha", "Exemple", Role.CONTRACT_MANAGER),
    DemoAccount(CONTROLLER, "Yann", "Exemple", Role.MANAGEMENT_CONTROLLER),
    DemoAccount("partenaire", "Nora", "Exemple", Role.PARTNER, "EX-P1", ScopeKind.ENTITY),
    DemoAccount("audit", "Paul", "Exemple", Role.AUDITOR),
    DemoAccount("admin", "Lucie", "Exemple", Role.TECHNICAL_ADMIN),
    DemoAccount("admin.second", "Karim", "Exemple", Role.TECHNICAL_ADMIN),
)


class TakenAccount(ValueError):
    """A real person has the user name of a demonstration account."""


def ensure_accounts() -> None:
    """Create the accounts with their grants, or bring them back to their password.

    Raises TakenAccount rather than touch the account of a real person.
    """
    known = {user.username: user for user in User.objects.filter(
        username__in=[account.username for account in ACCOUNTS]
    )}  # fmt: skip
    for account in ACCOUNTS:
        user = known.get(account.username)
        if user is None:
            user = User.objects.create_user(
                username=account.username,
                password=PASSWORD,
                first_name=account.first_name,
                last_name=account.last_name,
                is_demo=True,
            )
        elif not user.is_demo:
            raise TakenAccount(
                _("The user name %(name)s is that of a real account: the demo leaves it alone.")
                % {"name": account.username}
            )
        elif not (user.is_active and user.check_password(PASSWORD)):
            user.set_password(PASSWORD)
            user.is_active = True
            user.save(update_fields=["password", "is_active"])
        establish_grant(
            user=user,
            role=account.role,
            scope_kind=account.scope_kind,
            scope_code=account.scope_code,
            valid_from=_SINCE,
        )
