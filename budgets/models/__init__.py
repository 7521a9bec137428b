"""Models of the budgets room, by aggregate."""

from __future__ import annotations

from budgets.models.ledgers import Commitment, CreditMovement, Payment, ServiceDone
from budgets.models.nomenclature import NomenclatureNode

__all__ = ["Commitment", "CreditMovement", "NomenclatureNode", "Payment", "ServiceDone"]
