"""Ceilings: proposed and attested by two persons, dated, read by right, in pages and by REST."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.exceptions import SamePerson
from accounts.models import User
from accounts.services.grants import establish_grant
from budgets.exceptions import CeilingDecided
from budgets.models import BudgetCeiling, NomenclatureNode
from budgets.services.budget_ceilings import attest_ceiling, propose_ceiling, refuse_ceiling
from common.exceptions import StaleEdit
from tests.budgets.ledger import commit, make_project, make_uo
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def uo():
    bop = NomenclatureNode.objects.create(code="BOP-A", name="BOP", kind="bop")
    return make_uo(parent=bop)


@pytest.fixture
def officer(uo):
    return person("budget_officer", "BOP-A", scope_kind="nomenclature")


@pytest.fixture
def controller():
    return person("management_controller")


def propose(actor, node, ae="100", cp="80", **fields):
    """Propose a ceiling for 2027."""
    known = {"fiscal_year": 2027, "reason": "Lettre-plafond"} | fields
    return propose_ceiling(actor=actor, node=node, ae=Decimal(ae), cp=Decimal(cp), **known)


def attest(actor, row):
    return attest_ceiling(actor=actor, ceiling_id=row.pk, expected_version=row.version)


def test_a_proposal_is_in_force_once_somebody_else_attests_it(uo, officer, controller):
    row = propose(officer, uo, mode="block")
    assert not BudgetCeiling.objects.attested().exists()
    attest(controller, row)
    found = BudgetCeiling.objects.attested().get()
    assert (found.ae, found.cp, found.blocks) == (Decimal(100), Decimal(80), True)
    assert (found.proposed_by, found.decided_by) == (officer, controller)


def at(monkeypatch, moment):
    """Have the services decide at a moment."""
    clock = SimpleNamespace(now=lambda: moment)
    monkeypatch.setattr("budgets.services.budget_ceilings.timezone", clock)


def test_a_change_ends_the_former_which_stays_known_by_the_day(
    monkeypatch, uo, officer, controller
):
    noon = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
    at(monkeypatch, noon)
    former = attest(controller, propose(officer, uo))
    at(monkeypatch, noon + dt.timedelta(days=5))
    newer = attest(controller, propose(officer, uo, "120", "90"))
    former.refresh_from_db()
    assert (former.state, former.ae) == ("superseded", Decimal(100))
    day = noon.date()
    known = {n: list(BudgetCeiling.objects.in_force(day + dt.timedelta(n))) for n in (-1, 0, 4, 5)}
    assert known == {-1: [], 0: [former], 4: [former], 5: [newer]}


def test_a_newer_proposal_takes_the_place_of_the_one_that_waits(uo, officer, controller):
    first = propose(officer, uo)
    second = propose(officer, uo, "110")
    first.refresh_from_db()
    assert (first.state, first.decided_by, second.state) == ("superseded", None, "proposed")
    with pytest.raises(CeilingDecided):
        attest(controller, first)


def test_a_refusal_has_a_reason_and_leaves_what_is_in_force(uo, officer, controller):
    former = attest(controller, propose(officer, uo))
    row = propose(officer, uo, "900")
    known = {"actor": controller, "ceiling_id": row.pk, "expected_version": 1}
    with pytest.raises(ValidationError):
        refuse_ceiling(**known, reason=" ")
    with pytest.raises(StaleEdit):
        refuse_ceiling(**known | {"expected_version": 2}, reason="Hors trajectoire")
    refused = refuse_ceiling(**known, reason="Hors trajectoire")
    assert (refused.state, refused.refusal_reason) == ("refused", "Hors trajectoire")
    assert list(BudgetCeiling.objects.attested()) == [former]
    with pytest.raises(CeilingDecided):
        attest(controller, refused)


@pytest.fixture
def both(officer):
    """Somebody who holds the two roles: rights alone would let them decide alone."""
    since = dt.date(2020, 1, 1)
    establish_grant(
        user=officer, role="management_controller", scope_kind="", scope_code="", valid_from=since
    )
    return User.objects.get(pk=officer.pk)


@pytest.mark.parametrize("decides", [attest_ceiling, refuse_ceiling])
def test_nobody_decides_on_what_they_proposed(decides, uo, both):
    row = propose(both, uo)
    more = {"reason": "x"} if decides is refuse_ceiling else {}
    with pytest.raises(SamePerson):
        decides(actor=both, ceiling_id=row.pk, expected_version=1, **more)


INSERT = (
    "INSERT INTO budgets_budgetceiling (version, created_at, updated_at, data_origin, fiscal_year,"
    " credit_type, ae, cp, mode, reason, state, proposed_by_id, proposed_at, decided_by_id,"
    " decided_at, refusal_reason, node_id) SELECT 1, proposed_at, proposed_at, data_origin, 2030,"
    " credit_type, ae, cp, mode, reason, 'attested', proposed_by_id, proposed_at, %s, proposed_at,"
    " '', node_id FROM budgets_budgetceiling WHERE id = %s"
)
ATTEST = (
    "UPDATE budgets_budgetceiling SET state = 'attested', decided_by_id = %s, "
    "decided_at = proposed_at WHERE id = %s"
)


@pytest.mark.parametrize("statement", [INSERT, ATTEST])
@pytest.mark.parametrize("who", ["nobody", "the same person"])
def test_raw_sql_does_not_attest_a_ceiling_alone(statement, who, uo, officer):
    row = propose(officer, uo)
    decided_by = None if who == "nobody" else officer.pk
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [decided_by, row.pk])
    assert not BudgetCeiling.objects.attested().exists()


@pytest.mark.parametrize("statement", [INSERT, ATTEST])
def test_raw_sql_by_two_persons_is_no_fault(statement, uo, officer, controller):
    row = propose(officer, uo)
    with connection.cursor() as cursor:
        cursor.execute(statement, [controller.pk, row.pk])
    assert BudgetCeiling.objects.attested().count() == 1


def test_raw_sql_does_not_change_what_was_proposed(uo, officer, controller):
    row = attest(controller, propose(officer, uo))
    change = "UPDATE budgets_budgetceiling SET ae = ae + 1 WHERE id = %s"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change, [row.pk])


def test_an_officer_proposes_on_their_own_nodes_alone(uo, officer, controller):
    other = make_uo("OTHER")
    for actor, node in ((officer, other), (controller, uo), (person("auditor"), uo)):
        with pytest.raises(PermissionDenied):
            propose(actor, node)
    with pytest.raises(PermissionDenied):
        attest(person("budget_officer"), propose(officer, uo))


@pytest.mark.parametrize("fields", [{"ae": "-1"}, {"credit_type": "t2"}, {"reason": " "}])
def test_what_is_negative_without_a_reason_or_parts_ae_from_cp_in_t2_is_refused(
    fields, uo, officer
):
    with pytest.raises(ValidationError):
        propose(officer, uo, **fields)
    assert not BudgetCeiling.objects.exists()


def test_a_node_of_the_nature_axis_has_no_ceiling(officer):
    title = NomenclatureNode.objects.create(code="T3", name="Titre 3", kind="title")
    with pytest.raises(ValidationError):
        propose(person("budget_officer", username="whole"), title)


def test_a_portfolio_reads_the_ceilings_of_the_nodes_that_its_projects_use(uo, officer):
    project = make_project("P-1")
    commit(uo, "10", project=project)
    on_bop = propose(officer, uo.parent)
    on_uo = propose(officer, uo)
    elsewhere = propose(person("budget_officer", username="whole"), make_uo("OTHER"))
    director = person("portfolio_director", project.node.code)
    seen = BudgetCeiling.objects.visible_to(director)
    assert set(seen) == {on_bop, on_uo}
    assert elsewhere not in seen
    assert set(BudgetCeiling.objects.visible_to(officer)) == {on_bop, on_uo}
    assert not BudgetCeiling.objects.visible_to(person("contract_manager")).exists()


def test_a_ceiling_is_proposed_changed_and_attested_in_pages(client, uo, officer, controller):
    client.force_login(officer)
    typed = {
        "node": uo.code, "fiscal_year": "2027", "credit_type": "ht2", "ae": "1 000,00",
        "cp": "900", "mode": "block", "reason": "Lettre-plafond",
    }  # fmt: skip
    assert client.post(reverse("web:ceiling_create"), typed).status_code == 302
    row = BudgetCeiling.objects.get()
    page = reverse("web:ceiling", args=[row.pk])
    assert "attester" not in client.get(page).content.decode()
    change = client.get(reverse("web:ceiling_create") + f"?de={row.pk}").content.decode()
    assert "1\u202f000,00" in change or "1 000,00" in change or "1\xa0000,00" in change
    client.force_login(controller)
    assert "attester" in client.get(page).content.decode()
    attested = client.post(reverse("web:ceiling_attest", args=[row.pk]), {"version": "1"})
    assert attested.status_code == 302
    row.refresh_from_db()
    assert row.state == "attested"
    again = client.post(
        reverse("web:ceiling_refuse", args=[row.pk]), {"version": "2", "reason": "Trop tard"}
    )
    assert again.status_code == 422
    history = client.get(reverse("web:ceiling_history", args=[row.pk])).content.decode()
    assert str(controller) in history


def test_the_list_is_filtered_by_the_day_and_exported(client, uo, officer, controller):
    attest(controller, propose(officer, uo, reason="Lettre A"))
    client.force_login(controller)
    url = reverse("web:ceilings")
    assert (
        uo.code
        in client.get(url + "?in_force_on=" + f"{timezone.localdate():%d/%m/%Y}").content.decode()
    )
    assert "100,00" not in client.get(url + "?in_force_on=01/01/2020").content.decode()
    assert b"100" in b"".join(client.get(url + "?format=csv"))


def test_the_list_costs_the_same_whatever_the_number(
    client, uo, officer, controller, django_assert_max_num_queries
):
    propose(officer, uo)
    client.force_login(controller)
    client.get(reverse("web:ceilings"))
    with django_assert_max_num_queries(25) as one:
        client.get(reverse("web:ceilings"))
    for year in range(2030, 2040):
        propose(officer, uo, fiscal_year=year)
    with django_assert_max_num_queries(len(one)):
        client.get(reverse("web:ceilings"))


def test_the_api_asks_what_was_in_force(client, uo, officer, controller):
    attest(controller, propose(officer, uo))
    client.force_login(controller)
    url = reverse("api:ceilings-list")
    found = client.get(f"{url}?in_force_on={timezone.localdate()}&nomenclature={uo.code}").json()
    assert [(row["ae"], row["state"]) for row in found["results"]] == [("100.00", "attested")]
    assert client.get(url + "?in_force_on=2020-01-01").json()["results"] == []
    assert client.get(url + "?in_force_on=hier").status_code == 400
