"""A small portfolio of two programmes, and the callers of the API."""

from __future__ import annotations

import datetime as dt
from base64 import b64encode
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.enums import Role
from accounts.models import User
from accounts.services.clients import create_client
from accounts.services.grants import establish_grant
from budgets.models import (
    Commitment,
    CreditMovement,
    NomenclatureNode,
    Payment,
    PaymentRequest,
    ScheduledPayment,
    ServiceDone,
)
from common.models import DataOrigin
from common.tabular.parsing import normalise_title
from partners.models import Amendment, Contract, ContractCommitment, ContractProject, Partner
from projects.models import (
    Baseline,
    Estimate,
    Ministry,
    PlannedValue,
    PortfolioNode,
    ProgressReport,
    Project,
)

FICTITIOUS = DataOrigin.FICTITIOUS
RECORDED = dt.datetime(2025, 3, 1, 12, 0, tzinfo=dt.UTC)


def fact(reference: str, **fields):
    """Return what every fact needs."""
    return {
        "source_reference": reference,
        "recorded_at": RECORDED,
        "data_origin": FICTITIOUS,
        "source_file": "example.csv",
        "source_line": 2,
        **fields,
    }


def make_user(name: str, role: str | None = None, node: str = "") -> User:
    user = User.objects.create(username=name)
    if role:
        establish_grant(user=user, role=role, scope_code=node, valid_from=dt.date(2020, 1, 1))
    return user


@pytest.fixture
def users(db):
    """Return the callers: the director holds programme A only."""
    return SimpleNamespace(
        director=make_user("director", Role.PORTFOLIO_DIRECTOR, "A"),
        manager=make_user("manager", Role.PROJECT_MANAGER),
        budget=make_user("budget-officer", Role.BUDGET_OFFICER, "A"),
        controller=make_user("controller", Role.MANAGEMENT_CONTROLLER),
        stranger=make_user("stranger"),
    )


def make_project(code: str, node: PortfolioNode, **fields) -> Project:
    title = fields.pop("title", f"Projet d'exemple {code}")
    return Project.objects.create(
        code=code,
        title=title,
        normalised_title=normalise_title(title),
        node=node,
        data_origin=FICTITIOUS,
        started_on=dt.date(2024, 1, 1),
        **fields,
    )


def fill_project(project: Project, nomenclature: NomenclatureNode) -> SimpleNamespace:
    """Give a project one row of each kind."""
    baseline = Baseline.objects.create(
        project=project,
        number=0,
        name="Initiale",
        approved_on=dt.date(2024, 1, 1),
        full_cost=Decimal("1000000.00"),
        start_on=dt.date(2024, 1, 1),
        end_on=dt.date(2025, 12, 31),
        recorded_at=RECORDED,
    )
    PlannedValue.objects.create(
        baseline=baseline, month=dt.date(2024, 1, 1), amount=Decimal("1000000.00")
    )
    return SimpleNamespace(
        baseline=baseline,
        estimate=report_on(project),
        commitment=spend(project, nomenclature),
    )


def report_on(project: Project) -> Estimate:
    """Re-estimate a project and report its progress."""
    code = project.code
    ProgressReport.objects.create(
        project=project,
        reported_on=dt.date(2025, 1, 31),
        percent_complete=Decimal("45.50"),
        weather="NUAGE",
        **fact(f"P-{code}"),
    )
    return Estimate.objects.create(
        project=project,
        edition_on=dt.date(2025, 1, 15),
        full_cost=Decimal("1234567.89"),
        end_on=dt.date(2026, 6, 30),
        reason="Périmètre étendu",
        **fact(f"E-{code}"),
    )


def spend(project: Project, nomenclature: NomenclatureNode) -> Commitment:
    """Give a project credits, a commitment, a certified service and a payment."""
    code = project.code
    CreditMovement.objects.create(
        node=nomenclature,
        project=project,
        kind="initial_distribution",
        ae=Decimal("500000.00"),
        cp=Decimal("-0.01"),
        effective_on=dt.date(2025, 1, 10),
        fiscal_year=2025,
        **fact(f"M-{code}"),
    )
    commitment = Commitment.objects.create(
        node=nomenclature,
        project=project,
        legal_reference=f"EJ-{code}",
        label="Marché d'exemple",
        amount=Decimal("300000.10"),
        committed_on=dt.date(2025, 1, 20),
        fiscal_year=2025,
        commitment_year=2025,
        **fact(f"C-{code}"),
    )
    settle(commitment, code)
    return commitment


def settle(commitment: Commitment, code: str) -> None:
    """Give a commitment a service, a payment request, a schedule and a payment."""
    ServiceDone.objects.create(
        commitment=commitment,
        amount=Decimal("200000.20"),
        done_on=dt.date(2025, 2, 1),
        fiscal_year=2025,
        **fact(f"S-{code}"),
    )
    PaymentRequest.objects.create(
        commitment=commitment,
        number=f"DP-{code}",
        amount=Decimal("100000.30"),
        requested_on=dt.date(2025, 12, 20),
        fiscal_year=2025,
        **fact(f"R-{code}"),
    )
    ScheduledPayment.objects.create(
        commitment=commitment,
        amount=Decimal("200000.10"),
        forecast_on=dt.date(2025, 1, 20),
        fiscal_year=2026,
        **fact(f"E-{code}"),
    )
    Payment.objects.create(
        commitment=commitment,
        amount=Decimal("100000.30"),
        paid_on=dt.date(2026, 1, 5),
        fiscal_year=2025,
        **fact(f"Y-{code}"),
    )


def sign(first: Project, second: Project, commitment: Commitment) -> Contract:
    """Return a contract that serves two projects and produced a commitment, with an amendment."""
    partner = Partner.objects.create(
        code="EX-1",
        name="Société d'exemple",
        kind="company",
        identifier_kind="exemple",
        identifier="EXEMPLE-1",
        data_origin=FICTITIOUS,
    )
    contract = Contract.objects.create(
        code="CT-1",
        title="Marché d'exemple",
        kind="contract",
        holder=partner,
        amount_excl_tax=Decimal("1000.00"),
        vat_rate=Decimal("20.00"),
        amount_incl_tax=Decimal("1200.00"),
        notified_on=dt.date(2025, 1, 15),
        data_origin=FICTITIOUS,
    )
    for project in (first, second):
        ContractProject.objects.create(contract=contract, project=project)
    ContractCommitment.objects.create(contract=contract, commitment=commitment)
    Amendment.objects.create(
        contract=contract,
        number=1,
        subject="Avenant d'exemple",
        signed_on=dt.date(2025, 6, 1),
        amount_excl_tax=Decimal("-10.00"),
        amount_incl_tax=Decimal("-12.00"),
        **fact("A-CT-1"),
    )
    return contract


@pytest.fixture
def portfolio(users):
    """Return two programmes, three projects: A-1 and A-2 in A (A-1 is the manager's), B-1 in B."""
    root = PortfolioNode.objects.create(
        code="ROOT", name="Portefeuille d'exemple", kind="portfolio", data_origin=FICTITIOUS
    )
    nodes = {
        code: PortfolioNode.objects.create(
            code=code,
            name=f"Programme {code}",
            kind="programme",
            parent=root,
            data_origin=FICTITIOUS,
        )
        for code in "AB"
    }
    ministry = Ministry.objects.create(code="MEN", name="Éducation nationale")
    uo = NomenclatureNode.objects.create(
        code="0214-DNE", name="UO numérique", kind="uo", data_origin=FICTITIOUS
    )
    first = make_project("A-1", nodes["A"], manager=users.manager, ministry=ministry)
    second = make_project("A-2", nodes["A"], manager=users.director)
    other = make_project("B-1", nodes["B"], title="Étoile filante")
    rows = {project.code: fill_project(project, uo) for project in (first, second, other)}
    contract = sign(first, other, rows["A-1"].commitment)
    return SimpleNamespace(
        root=root, nodes=nodes, first=first, second=second, other=other, rows=rows, uo=uo,
        ministry=ministry, partner=contract.holder, contract=contract,
    )  # fmt: skip


def client_of(user: User | None) -> APIClient:
    """Return a client with the session of a user."""
    client = APIClient()
    if user is not None:
        client.force_login(user, backend="accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def api(users, portfolio):
    """Return one client a role: `api.director.get(...)`; `anonymous` has no session."""
    clients = {name: client_of(user) for name, user in vars(users).items()}
    return SimpleNamespace(**clients, anonymous=APIClient())


def token_for(scopes: list[str], node: str = "", name: str = "robot", ask: str = "") -> str:
    """Create a machine client and return a token, through the token endpoint."""
    new = create_client(name=name, scopes=scopes, scope_code=node)
    body = {"grant_type": "client_credentials", **({"scope": ask} if ask else {})}
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=basic(new.client_id, new.secret))
    answer = client.post("/api/oauth/token/", body, format=None)
    assert answer.status_code == 200, answer.content
    return answer.json()["access_token"]


def basic(name: str, secret: str) -> str:
    """Return the header of basic authentication."""
    return "Basic " + b64encode(f"{name}:{secret}".encode()).decode()


@pytest.fixture
def robot(portfolio):
    """Return a maker of clients that bear a token."""

    def make(*scopes: str, node: str = "", name: str = "robot") -> APIClient:
        client = APIClient()
        token = token_for(list(scopes), node, name)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return client

    return make


@pytest.fixture
def now():
    return timezone.now()
