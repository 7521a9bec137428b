"""A portfolio small enough to be redone by hand.

P-1 (managed by `manager`, node DNE-SN): baseline 0 of 1 000 000 € over 2025 (10 months × 100 000,
January to October), re-estimated at 1 200 000 € and two months later; 45 % complete at the end of
June 2025, 480 000 € of service done, PV 600 000 €.
P-2 (node DNE-TN): in framing, nothing planned. P-3 (node DNE-TN): late payer, no progress report.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from budgets.models import (
    Commitment,
    CreditMovement,
    NomenclatureNode,
    Payment,
    PaymentRequest,
    ScheduledPayment,
    ServiceDone,
)
from partners.models import Contract, ContractCommitment, ContractProject, Partner
from projects.models import (
    Baseline,
    Estimate,
    PlannedValue,
    PortfolioNode,
    ProgressReport,
    Project,
)

RECORDED = dt.datetime(2025, 7, 1, 8, 0, tzinfo=dt.UTC)
AS_OF = dt.date(2025, 6, 30)


@dataclass(frozen=True)
class Sample:
    """What the sample holds."""

    dne: PortfolioNode
    sn: PortfolioNode
    tn: PortfolioNode
    uo: NomenclatureNode
    p1: Project
    p2: Project
    p3: Project
    contract: Contract


def build_sample(manager: Any) -> Sample:
    """Write the sample; facts were recorded on 1 July 2025."""
    dne = PortfolioNode.objects.create(code="DNE", name="Portefeuille DNE", kind="portfolio")
    sn = PortfolioNode.objects.create(code="DNE-SN", name="Services", kind="programme", parent=dne)
    tn = PortfolioNode.objects.create(
        code="DNE-TN", name="Transformation", kind="programme", parent=dne
    )
    uo = NomenclatureNode.objects.create(code="0214-DNEX-UO01", name="UO", kind="uo")
    p1 = _project("P-1", "Espace des familles", sn, manager=manager, phase="build")
    p2 = _project("P-2", "Orientation", tn, phase="framing")
    p3 = _project("P-3", "Réseau des établissements", tn, phase="rollout")
    _plan(p1)
    _plan(p3)
    ProgressReport.objects.create(
        project=p1,
        reported_on=AS_OF,
        percent_complete=Decimal("45"),
        weather="NUAGE",
        source_reference="PR-1",
        recorded_at=RECORDED,
    )
    _ledger(p1, uo)
    contract = _contract(p1)
    return Sample(dne, sn, tn, uo, p1, p2, p3, contract)


def _project(code: str, title: str, node: PortfolioNode, **fields: Any) -> Project:
    return Project.objects.create(
        code=code,
        title=title,
        normalised_title=title.lower(),
        node=node,
        started_on=dt.date(2025, 1, 1),
        **fields,
    )


def _plan(project: Project) -> None:
    baseline = Baseline.objects.create(
        project=project,
        number=0,
        approved_on=dt.date(2024, 12, 1),
        full_cost=Decimal("1000000"),
        start_on=dt.date(2025, 1, 1),
        end_on=dt.date(2025, 11, 1),
        recorded_at=RECORDED,
    )
    PlannedValue.objects.bulk_create(
        PlannedValue(baseline=baseline, month=dt.date(2025, month, 1), amount=Decimal("100000"))
        for month in range(1, 11)
    )
    Estimate.objects.create(
        project=project,
        edition_on=dt.date(2025, 6, 1),
        full_cost=Decimal("1200000"),
        end_on=dt.date(2026, 1, 1),
        reason="Périmètre",
        source_reference=f"E-{project.code}",
        recorded_at=RECORDED,
    )


def _ledger(project: Project, uo: NomenclatureNode) -> None:
    common: dict[str, Any] = {"recorded_at": RECORDED}
    for reference, kind, ae, cp in (
        ("M-1", "initial_finance_act", "900000", "700000"),
        ("M-2", "precautionary_reserve", "100000", "50000"),
        ("M-3", "release", "-20000", "0"),
    ):
        CreditMovement.objects.create(
            source_reference=reference,
            node=uo,
            project=project,
            kind=kind,
            ae=Decimal(ae),
            cp=Decimal(cp),
            effective_on=dt.date(2025, 1, 15),
            fiscal_year=2025,
            **common,
        )
    _execution(project, uo)


def _execution(project: Project, uo: NomenclatureNode) -> None:
    common: dict[str, Any] = {"recorded_at": RECORDED}
    signed = Commitment.objects.create(
        source_reference="C-1",
        legal_reference="EJ-1",
        node=uo,
        project=project,
        label="Réalisation",
        amount=Decimal("700000"),
        committed_on=dt.date(2025, 2, 1),
        fiscal_year=2025,
        commitment_year=2025,
        **common,
    )
    Commitment.objects.create(
        source_reference="C-2",
        legal_reference="EJ-1",
        node=uo,
        project=project,
        label="Retrait",
        amount=Decimal("-50000"),
        committed_on=dt.date(2025, 5, 1),
        fiscal_year=2025,
        commitment_year=2025,
        **common,
    )
    _settled(signed)


def _settled(signed: Commitment) -> None:
    common: dict[str, Any] = {"recorded_at": RECORDED}
    for index, (amount, day) in enumerate(
        (("200000", dt.date(2025, 3, 31)), ("280000", dt.date(2025, 6, 15))), start=1
    ):
        ServiceDone.objects.create(
            source_reference=f"S-{index}",
            commitment=signed,
            amount=Decimal(amount),
            done_on=day,
            fiscal_year=2025,
            **common,
        )
    PaymentRequest.objects.create(
        source_reference="DP-1",
        commitment=signed,
        number="DP-2025-1",
        invoice_number="F-1",
        amount=Decimal("150000.55"),
        requested_on=dt.date(2025, 4, 20),
        fiscal_year=2025,
        **common,
    )
    ScheduledPayment.objects.create(
        source_reference="E-1",
        commitment=signed,
        amount=Decimal("464999.45"),
        forecast_on=dt.date(2025, 6, 1),
        fiscal_year=2026,
        **common,
    )
    for reference, amount, day, advance in (
        ("PAY-1", "35000", dt.date(2025, 2, 15), True),
        ("PAY-2", "150000.55", dt.date(2025, 5, 2), False),
    ):
        Payment.objects.create(
            source_reference=reference,
            commitment=signed,
            amount=Decimal(amount),
            paid_on=day,
            fiscal_year=2025,
            is_advance=advance,
            **common,
        )


def _contract(project: Project) -> Contract:
    holder = Partner.objects.create(
        code="EX-A",
        name="Titulaire d'exemple A",
        kind="company",
        identifier_kind="exemple",
        identifier="EXEMPLE-001",
        data_origin="fictitious",
    )
    contract = Contract.objects.create(
        code="M-2025-01",
        title="Réalisation",
        kind="contract",
        holder=holder,
        amount_excl_tax=Decimal("500000"),
        vat_rate=Decimal("20"),
        amount_incl_tax=Decimal("600000"),
        notified_on=dt.date(2025, 2, 1),
        end_on=dt.date(2027, 1, 31),
    )
    ContractProject.objects.create(contract=contract, project=project)
    ContractCommitment.objects.create(
        contract=contract, commitment=Commitment.objects.get(source_reference="C-1")
    )
    return contract


def now() -> dt.datetime:
    """The present moment, for facts recorded by a test."""
    return timezone.now()
