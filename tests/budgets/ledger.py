"""Short ways to write ledger rows in tests: euros, one UO by default."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from django.utils import timezone

from budgets.models import (
    Commitment,
    CreditMovement,
    NomenclatureNode,
    Payment,
    ScheduledPayment,
    ServiceDone,
)
from projects.models import PortfolioNode, Project

_numbers = itertools.count(1)


def make_uo(code: str = "0214-DNEX-UO01", **fields: Any) -> NomenclatureNode:
    """Return a UO."""
    return NomenclatureNode.objects.create(code=code, name=code, kind="uo", **fields)


def _fact(year: int, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "fiscal_year": year,
        "recorded_at": timezone.now(),
        "source_reference": f"T-{next(_numbers)}",
    } | fields


def move(node: Any, kind: str, ae: Any, cp: Any = None, year: int = 2026, **fields: Any) -> Any:
    """Record a credit movement on 10 January of the exercise."""
    return CreditMovement.objects.create(
        node=node,
        kind=kind,
        ae=Decimal(ae),
        cp=Decimal(ae if cp is None else cp),
        **_fact(year, {"effective_on": dt.date(year, 1, 10), **fields}),
    )


def commit(node: Any, amount: Any, year: int = 2026, **fields: Any) -> Any:
    """Record a movement of a commitment on 1 March of the exercise."""
    own = {"committed_on": dt.date(year, 3, 1), "commitment_year": year, "legal_reference": "EJ"}
    return Commitment.objects.create(
        node=node, amount=Decimal(amount), **_fact(year, {**own, **fields})
    )


def pay(commitment: Any, amount: Any, year: int = 2026, **fields: Any) -> Any:
    """Record a payment on 1 June of the exercise."""
    own = {"paid_on": dt.date(year, 6, 1)}
    return Payment.objects.create(
        commitment=commitment, amount=Decimal(amount), **_fact(year, {**own, **fields})
    )


def certify(commitment: Any, amount: Any, year: int = 2026, **fields: Any) -> Any:
    """Record a service done on 15 May of the exercise."""
    own = {"done_on": dt.date(year, 5, 15)}
    return ServiceDone.objects.create(
        commitment=commitment, amount=Decimal(amount), **_fact(year, {**own, **fields})
    )


def schedule(commitment: Any, amount: Any, year: int = 2026, **fields: Any) -> Any:
    """Record CP expected in an exercise on a commitment, forecast on 1 March of it."""
    own = {"forecast_on": dt.date(year, 3, 1)}
    return ScheduledPayment.objects.create(
        commitment=commitment, amount=Decimal(amount), **_fact(year, {**own, **fields})
    )


def make_project(code: str = "P-1", **fields: Any) -> Any:
    """Return a project of a portfolio of its own."""
    node, _made = PortfolioNode.objects.get_or_create(
        code="DNE", defaults={"name": "DNE", "kind": "portfolio"}
    )
    return Project.objects.create(code=code, title=f"Projet {code}", node=node, **fields)
