"""The ledgers and what hangs on them, as the verification reads them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from budgets.models import (
    Commitment,
    CreditMovement,
    Payment,
    PaymentRequest,
    Reservation,
    ScheduledPayment,
    ServiceDone,
)
from partners.models import Amendment, ContractCommitment, ContractProject
from projects.models import Baseline, Estimate, PlannedValue, ProgressReport


@dataclass(frozen=True)
class Ledger:
    """A ledger: its amounts, and the ways from a row to its project and its nomenclature node."""

    model: type[models.Model]
    amounts: tuple[str, ...]
    project: str
    node: str

    @property
    def label(self) -> str:
        """Return the name of the table in reports."""
        return self.model._meta.label


LEDGERS = (
    Ledger(CreditMovement, ("ae", "cp"), "project_id", "node_id"),
    Ledger(Commitment, ("amount",), "project_id", "node_id"),
    Ledger(ServiceDone, ("amount",), "commitment__project_id", "commitment__node_id"),
    Ledger(PaymentRequest, ("amount",), "commitment__project_id", "commitment__node_id"),
    Ledger(Payment, ("amount",), "commitment__project_id", "commitment__node_id"),
)
# Facts that an import writes, by the name of their table in a folder; each knows its batch.
IMPORTED: dict[str, type[models.Model]] = {
    "movements": CreditMovement,
    "commitments": Commitment,
    "service_done": ServiceDone,
    "payment_requests": PaymentRequest,
    "payments": Payment,
    "scheduled_payments": ScheduledPayment,
    "amendments": Amendment,
    "baselines": Baseline,
    "estimates": Estimate,
    "progress": ProgressReport,
}
# Every table whose links are followed.
LINKED: tuple[type[models.Model], ...] = (
    *IMPORTED.values(),
    PlannedValue,
    Reservation,
    ContractProject,
    ContractCommitment,
)


def name_of(model: type[models.Model]) -> str:
    """Return the column by which people know a row of the table."""
    names = {field.name for field in model._meta.concrete_fields}
    return "source_reference" if "source_reference" in names else "pk"
