"""The ceilings of the demonstration: those of two exercises, and one that waits for a decision."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from budgets.enums import CeilingMode, CreditType, NomenclatureKind
from budgets.models import NomenclatureNode
from budgets.services.budget_ceilings import attest_ceiling, propose_ceiling
from budgets.services.reservations import available_on
from common.models import DataOrigin
from common.money import from_cents
from web.demo.ledger import LAST_YEAR

_LETTER = "Lettre-plafond {year} (exemple)"
_STEP = 100_000 * 100
# What a year has of the credits opened in the exercise that runs, in hundredths.
_SHARES = {LAST_YEAR: 100, LAST_YEAR + 1: 104, LAST_YEAR + 2: 102}


def set_ceilings(officer: Any, controller: Any) -> None:
    """Give the BOP blocking ceilings and the UO ceilings that warn, for the exercise that runs and
    the next ones; a change of the last one waits for the controller.
    """
    kinds = {NomenclatureKind.BOP: CeilingMode.BLOCK, NomenclatureKind.UO: CeilingMode.WARN}
    nodes = NomenclatureNode.objects.filter(data_origin=DataOrigin.FICTITIOUS, kind__in=kinds)
    last: dict[str, Any] = {}
    for node in nodes.order_by("code"):
        held = available_on(node, CreditType.HT2, LAST_YEAR)
        for year, share in _SHARES.items():
            last = {
                "node": node,
                "fiscal_year": year,
                "ae": _rounded(held.ae_opened - held.ae_frozen, share),
                "cp": _rounded(held.cp_opened - held.cp_frozen, share),
                "mode": kinds[NomenclatureKind(node.kind)],
            }
            row = propose_ceiling(actor=officer, **last, reason=_LETTER.format(year=year))
            attest_ceiling(actor=controller, ceiling_id=row.pk, expected_version=row.version)
    if last:
        last["ae"] += Decimal(250_000)
        propose_ceiling(actor=officer, **last, reason="Renfort demandé (exemple)")


def _rounded(cents: int, share: int) -> Decimal:
    """Return a share of cents in whole steps, one step at least."""
    return from_cents(max(cents * share // 100 // _STEP, 1) * _STEP)
