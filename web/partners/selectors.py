"""What the pages of contracts and partners read; rows are those that the person may read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from budgets.models import Commitment, Payment, ServiceDone
from partners.models import Amendment, Contract, ContractProject, Partner
from projects.models import Project

ZERO = Decimal("0.00")


def contracts(user: Any) -> QuerySet[Contract]:
    """Return the contracts with their holder and the number of their amendments."""
    amendments = Amendment.objects.filter(contract=OuterRef("pk")).order_by()
    counted = amendments.values("contract").annotate(n=Count("pk")).values("n")
    rows = Contract.objects.visible_to(user).select_related("holder")
    return rows.annotate(amendment_count=Coalesce(Subquery(counted), 0))


def partners(user: Any) -> QuerySet[Partner]:
    """Return the partners with the number of their visible contracts."""
    mine = Contract.objects.visible_to(user).filter(holder=OuterRef("pk")).order_by()
    counted = mine.values("holder").annotate(n=Count("pk")).values("n")
    return Partner.objects.filter(pk__in=Partner.objects.visible_to(user).values("pk")).annotate(
        contract_count=Coalesce(Subquery(counted), 0)
    )


@dataclass(frozen=True)
class AmendedLine:
    """An amendment and what the contract amounts to after it; HT and TTC apart."""

    amendment: Amendment
    total_excl_tax: Decimal
    total_incl_tax: Decimal
    end_on: dt.date | None


@dataclass(frozen=True)
class CommitmentLine:
    """A commitment of a contract: AE committed, service done, CP paid (euros TTC).

    `net` is the sum of the movements of the same legal reference, withdrawals included.
    """

    commitment: Commitment
    net: Decimal
    done: Decimal
    paid: Decimal

    @property
    def left_to_pay(self) -> Decimal:
        """Committed minus paid."""
        return self.net - self.paid


@dataclass(frozen=True)
class ContractSheet:
    """A contract with what hangs on it; `hidden` counts the projects that are not readable."""

    contract: Contract
    lines: list[AmendedLine]
    projects: list[Project]
    hidden: int
    commitments: list[CommitmentLine]

    @property
    def total_excl_tax(self) -> Decimal:
        """Initial amount and amendments, HT."""
        return self.lines[-1].total_excl_tax if self.lines else self.contract.amount_excl_tax

    @property
    def total_incl_tax(self) -> Decimal:
        """Initial amount and amendments, TTC."""
        return self.lines[-1].total_incl_tax if self.lines else self.contract.amount_incl_tax

    @property
    def end_on(self) -> dt.date | None:
        """The end date, after the last amendment that moves it."""
        return self.lines[-1].end_on if self.lines else self.contract.end_on

    @property
    def vat(self) -> Decimal:
        """The tax of the initial amount: TTC minus HT."""
        tax: Decimal = self.contract.amount_incl_tax - self.contract.amount_excl_tax
        return tax

    @property
    def committed(self) -> Decimal:
        """Total of AE committed."""
        return sum((line.net for line in self.commitments), ZERO)

    @property
    def done(self) -> Decimal:
        """Total of service done."""
        return sum((line.done for line in self.commitments), ZERO)

    @property
    def paid(self) -> Decimal:
        """Total of CP paid."""
        return sum((line.paid for line in self.commitments), ZERO)

    @property
    def left_to_pay(self) -> Decimal:
        """Committed minus paid."""
        return self.committed - self.paid


def contract_sheet(user: Any, contract: Contract) -> ContractSheet:
    """Return the sheet of a contract; a constant number of queries."""
    projects = list(
        Project.objects.visible_to(user).filter(contract_links__contract=contract).order_by("code")
    )
    linked = ContractProject.objects.filter(contract=contract).count()
    return ContractSheet(
        contract,
        running_totals(contract),
        projects,
        linked - len(projects),
        commitment_lines(user, contract),
    )


def running_totals(contract: Contract) -> list[AmendedLine]:
    """Return the amendments by number, each with the totals after it (domain §4: Σ from 0)."""
    lines = []
    excl_tax, incl_tax = contract.amount_excl_tax, contract.amount_incl_tax
    end_on = contract.end_on
    for amendment in Amendment.objects.filter(contract=contract).order_by("number"):
        excl_tax += amendment.amount_excl_tax
        incl_tax += amendment.amount_incl_tax
        end_on = amendment.new_end_on or end_on
        lines.append(AmendedLine(amendment, excl_tax, incl_tax, end_on))
    return lines


def commitment_lines(user: Any, contract: Contract) -> list[CommitmentLine]:
    """Return one line a legal reference, with its sums; four queries."""
    readable = Commitment.objects.visible_to(user)
    linked = readable.filter(contract_link__contract=contract, data_origin=contract.data_origin)
    first: dict[str, Commitment] = {}
    for commitment in linked.order_by("committed_on", "pk"):
        first.setdefault(commitment.legal_reference, commitment)
    same = {"legal_reference__in": list(first), "data_origin": contract.data_origin}
    through = {f"commitment__{name}": value for name, value in same.items()}
    net = _sums(readable.filter(**same), "legal_reference")
    key = "commitment__legal_reference"
    done = _sums(ServiceDone.objects.visible_to(user).filter(**through), key)
    paid = _sums(Payment.objects.visible_to(user).filter(**through), key)
    return [
        CommitmentLine(row, net.get(ej, ZERO), done.get(ej, ZERO), paid.get(ej, ZERO))
        for ej, row in first.items()
    ]


def _sums(rows: QuerySet[Any], key: str) -> dict[str, Decimal]:
    return dict(rows.order_by().values_list(key).annotate(Sum("amount")))


@dataclass(frozen=True)
class OriginAmount:
    """Amounts of the contracts of one origin, HT and TTC apart."""

    data_origin: str
    count: int
    excl_tax: Decimal
    incl_tax: Decimal


@dataclass(frozen=True)
class PartnerSheet:
    """A partner with its visible contracts, their amounts by origin and their projects."""

    partner: Partner
    contracts: list[Contract]
    amounts: list[OriginAmount]
    projects: list[Project]


def partner_sheet(user: Any, partner: Partner) -> PartnerSheet:
    """Return the sheet of a partner; three queries."""
    held = list(contracts(user).filter(holder=partner).order_by("code"))
    amounts = []
    for origin in sorted({contract.data_origin for contract in held}):
        same = [contract for contract in held if contract.data_origin == origin]
        amounts.append(
            OriginAmount(
                origin,
                len(same),
                sum((contract.amount_excl_tax for contract in same), ZERO),
                sum((contract.amount_incl_tax for contract in same), ZERO),
            )
        )
    served = ContractProject.objects.filter(contract__in=[contract.pk for contract in held])
    projects = Project.objects.visible_to(user).filter(pk__in=served.values("project_id"))
    return PartnerSheet(partner, held, amounts, list(projects.order_by("code")))
