"""What a race for credits starts from, and what it leaves.

    python -m tests.storms.race_tables prepare|report

`report` writes one JSON line: cents opened, used and available of each UO, by code.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from decimal import Decimal

import django

django.setup()

from accounts.enums import Role  # noqa: E402 (Django first)
from accounts.models import User  # noqa: E402
from accounts.services.grants import establish_grant  # noqa: E402
from budgets.models import NomenclatureNode  # noqa: E402
from budgets.selectors.ceilings import held_by  # noqa: E402
from tests.budgets.ledger import make_uo, move  # noqa: E402
from tests.storms.race_client import UNITS, YEAR, unit  # noqa: E402
from tests.storms.race_officer import OFFICER  # noqa: E402


def prepare(euros: Decimal) -> None:
    """Give the same AE to each UO, and everything to one officer."""
    user = User.objects.create_user(OFFICER)
    establish_grant(
        user=user, role=Role.BUDGET_OFFICER, scope_code="", valid_from=dt.date(2020, 1, 1)
    )
    for number in range(UNITS):
        move(make_uo(unit(number)), "initial_finance_act", euros, year=YEAR)


def report() -> dict[str, list[int]]:
    """Return what each UO was given, and what it has left."""
    nodes = list(NomenclatureNode.objects.filter(kind="uo"))
    held = held_by(nodes, YEAR, "operational")
    sums = {node.code: held[node.pk, "ht2"] for node in nodes}
    return {
        code: [one.ae_opened, one.ae_committed + one.ae_reserved, one.ae_available]
        for code, one in sums.items()
    }


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(Decimal(sys.argv[2]))
    else:
        sys.stdout.write(json.dumps(report()))
