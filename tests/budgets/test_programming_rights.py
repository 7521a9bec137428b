"""Who reads the programming: lines through their project and their node, versions by any right."""

from __future__ import annotations

import pytest

from accounts.enums import Action, Resource, Role, ScopeKind
from accounts.permissions import can
from accounts.policy import TOKEN_SCOPES
from budgets.models import NomenclatureNode as Node
from budgets.models import (
    ProgrammingAmount,
    ProgrammingEdit,
    ProgrammingLine,
    ProgrammingVersion,
)
from partners.models import Contract, Partner
from projects.models import Project
from tests.budgets.ledger import make_project, make_uo
from tests.budgets.programming import make_line, make_version
from tests.people import person

R, A = Resource, Action
REQUEST, VERSION = R.PROGRAMMING_REQUEST.value, R.PROGRAMMING_VERSION.value
# `reliability.md` §3.2, the two rows: what each role does on a request, then on a version.
MATRIX = {
    Role.PORTFOLIO_DIRECTOR: ({"read", "submit"}, {"read", "validate"}),
    Role.PROJECT_MANAGER: ({"read", "create", "update", "submit"}, {"read"}),
    Role.BUDGET_OFFICER: ({"read", "validate"}, {"read", "create", "update", "submit"}),
    Role.CONTRACT_MANAGER: ({"read"}, {"read"}),
    Role.MANAGEMENT_CONTROLLER: ({"read"}, {"read", "create"}),
    Role.PARTNER: (set(), set()),
    Role.AUDITOR: ({"read"}, {"read"}),
    Role.API_CLIENT: ({"read"}, {"read"}),
    Role.TECHNICAL_ADMIN: (set(), set()),
}


@pytest.mark.parametrize("role", MATRIX)
def test_each_role_holds_the_rights_of_the_two_rows_of_the_matrix(db, role):
    holder = person(role, "E-1" if role == Role.PARTNER else "")
    for resource, expected in zip((REQUEST, VERSION), MATRIX[role], strict=True):
        held = {action.value for action in Action if can(holder, action, resource)}
        assert held - {"export"} == expected
        assert ("export" in held) == ("read" in expected)


def test_the_scope_of_budgets_reads_the_programming_and_writes_nothing_of_it():
    opened = {pair for pair in TOKEN_SCOPES["budgets:read"] if pair[0] in (REQUEST, VERSION)}
    assert opened == {(name, verb) for name in (REQUEST, VERSION) for verb in ("read", "export")}


@pytest.fixture
def lines(db):
    """A line for each way to reach one: by a project, by a UO alone, by a contract."""
    bop = Node.objects.create(code="BOP-1", name="BOP", kind="bop")
    uo, elsewhere = make_uo("UO-1", parent=bop), make_uo("UO-2")
    make_project("P-1"), make_project("P-2")
    version = make_version()
    buyer = person(Role.CONTRACT_MANAGER)
    holder = Partner.objects.create(code="E-1", name="Titulaire", kind="company")
    Contract.objects.create(
        code="CT-1", title="Marché", kind="contract", holder=holder, manager=buyer,
        amount_excl_tax=100, vat_rate=20, amount_incl_tax=120,
    )  # fmt: skip
    p1, p2 = Project.objects.order_by("code")
    make_line(version, uo, label="alone")
    make_line(version, uo, label="of P-1", project=p1)
    make_line(version, elsewhere, label="of P-2", project=p2, contract_code="CT-1")
    return version


def seen(user) -> set[str]:
    found = ProgrammingLine.objects.all().visible_to(user)
    amounts = ProgrammingAmount.objects.all().visible_to(user)
    assert amounts.count() == 4 * found.count()
    assert not ProgrammingEdit.objects.all().visible_to(user).exists()
    return set(found.values_list("label", flat=True))


def test_a_line_is_read_through_its_project_or_through_its_node(lines):
    manager = person(Role.PROJECT_MANAGER)
    Project.objects.filter(code="P-1").update(manager=manager)
    of_bop = person(Role.BUDGET_OFFICER, "BOP-1", scope_kind=ScopeKind.NOMENCLATURE)
    assert seen(manager) == {"of P-1"}
    assert seen(of_bop) == {"alone", "of P-1"}
    assert seen(person(Role.PORTFOLIO_DIRECTOR, "DNE")) == {"of P-1", "of P-2"}
    assert seen(person(Role.MANAGEMENT_CONTROLLER)) == {"alone", "of P-1", "of P-2"}
    assert seen(person(Role.AUDITOR)) == {"alone", "of P-1", "of P-2"}
    # The projects that a node is programmed for are read by who holds the node.
    assert set(Project.objects.visible_to(of_bop).values_list("code", flat=True)) == {"P-1"}


def test_a_contract_manager_reads_the_lines_that_own_contracts_support(lines):
    buyer = Contract.objects.get().manager
    assert seen(buyer) == {"of P-2"}
    assert seen(person(Role.CONTRACT_MANAGER, username="another")) == set()


@pytest.mark.parametrize(("role", "scope"), [(Role.PARTNER, "E-1"), (Role.TECHNICAL_ADMIN, "")])
def test_partners_and_administrators_read_nothing_of_it(lines, role, scope):
    outside = person(role, scope)
    assert seen(outside) == set()
    assert not ProgrammingVersion.objects.all().visible_to(outside).exists()


def test_a_version_is_read_by_whoever_reads_some_programming(lines):
    manager = person(Role.PROJECT_MANAGER)
    assert ProgrammingVersion.objects.all().visible_to(manager).get() == lines
