"""Pages and API of the rules, of their alerts and overrides, and of what they compare with."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.urls import reverse

from budgets.models import BopOpinion, BudgetRule, NomenclatureNode, Reservation, Trajectory
from budgets.services.detection import detect
from common.fiscal import today
from records.models import Alert
from tests.budgets.ledger import commit, make_uo, move
from tests.budgets.rules.test_judging import with_roles
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def uo():
    node = make_uo()
    move(node, "initial_finance_act", "100", year=today().year)
    return node


@pytest.fixture
def alert(uo):
    commit(uo, "101", today().year)
    detect(fiscal_year=today().year, origin="operational")
    return Alert.objects.get(source="R-01")


@pytest.fixture
def officer(uo):
    return person("budget_officer", uo.code, scope_kind="nomenclature")


def shown(client, user, name, *args, query="", status=200):
    """Return the text of a page."""
    client.force_login(user)
    answer = client.get(reverse(f"web:{name}", args=args) + query)
    assert answer.status_code == status
    return answer.content.decode()


def test_the_list_of_alerts_says_what_is_open_filters_and_exports(client, officer, alert):
    text = shown(client, officer, "alerts")
    assert "101,00" in text
    assert "R-01" in text
    assert "101,00" not in shown(client, officer, "alerts", query="?state=closed")
    assert "101,00" not in shown(client, officer, "alerts", query="?source=R-02")
    assert "101,00" in shown(client, officer, "alerts", query="?source=R-01&severity=block")
    answer = client.get(reverse("web:alerts") + "?format=csv")
    assert b"R-01" in b"".join(answer)


def test_an_alert_leads_to_its_object_and_is_acknowledged_with_a_comment(
    client, officer, alert, uo
):
    assert reverse("web:nomenclature_node", args=[uo.code]) in shown(
        client, officer, "alert", alert.pk
    )
    url = reverse("web:alert_acknowledge", args=[alert.pk])
    assert client.post(url, {"comment": ""}).status_code == 422
    assert client.post(url, {"comment": "Crédits demandés"}).status_code == 302
    text = shown(client, officer, "alert", alert.pk)
    assert "Crédits demandés" in text
    assert url not in text
    assert client.post(url, {"comment": "Encore"}).status_code == 422


def test_no_alert_is_said_as_such(client, officer):
    assert "Aucune alerte" in shown(client, officer, "alerts")


def test_the_rules_in_force_show_their_law_their_alerts_and_their_overrides(client, officer, alert):
    text = shown(client, officer, "budget-rules")
    assert "LOLF art. 12-I" in text
    assert reverse("web:alerts") + "?source=R-01" in text
    rule = BudgetRule.objects.get(code="R-07")
    text = shown(client, officer, "budget-rule", rule.pk)
    assert "GBCP" in text
    assert reverse("web:budget-rule_revise", args=[rule.pk]) not in text


def test_a_rule_is_revised_in_its_page_and_the_former_row_stays(client, controller):
    rule = BudgetRule.objects.get(code="R-07")
    url = reverse("web:budget-rule_revise", args=[rule.pk])
    sent = {
        "version": 1, "valid_from": today().isoformat(), "severity": "block", "reason": "Arrêté",
        "legal_source": "GBCP art. 94", "share": "12,5", "override_roles": ["portfolio_director"],
    }  # fmt: skip
    client.force_login(controller)
    assert client.post(url, sent | {"share": "120"}).status_code == 422
    answer = client.post(url, sent)
    made = BudgetRule.objects.get(code="R-07", valid_to=None)
    assert answer.headers["Location"] == reverse("web:budget-rule", args=[made.pk])
    assert made.parameters == {"share": "12.5"}
    assert "25" in shown(client, controller, "budget-rule", made.pk)
    assert client.post(url, sent).status_code == 422


def test_a_reservation_beyond_the_ceiling_is_offered_a_reason_in_its_page(client, uo):
    both = with_roles("budget_officer", "portfolio_director")
    client.force_login(both)
    url = reverse("web:reservation_create")
    sent = {
        "node": uo.code, "fiscal_year": today().year, "credit_type": "ht2", "label": "Acte",
        "ae": "100,01",
    }  # fmt: skip
    refused = client.post(url, sent)
    assert refused.status_code == 422
    assert "dérog" in refused.content.decode()
    assert client.post(url, sent | {"override_reason": "Urgence"}).status_code == 302
    assert Reservation.objects.get().override_reason == "Urgence"
    text = shown(client, both, "rule-overrides")
    assert "Urgence" in text
    assert "100,01" in text


def test_opinions_and_trajectories_are_recorded_and_corrected_in_pages(client):
    bop = NomenclatureNode.objects.create(code="0214-DNEX", name="BOP", kind="bop")
    officer = person("budget_officer", bop.code, scope_kind="nomenclature")
    client.force_login(officer)
    assert "Aucun avis" in shown(client, officer, "bop-opinions")
    given = {
        "node": bop.code, "fiscal_year": 2026, "given_on": "01/02/2026", "sense": "favourable"
    }  # fmt: skip
    url = reverse("web:bop-opinions_create")
    assert client.post(url, given | {"given_on": "x"}).status_code == 422
    assert client.post(url, given).status_code == 302
    assert client.post(url, given).status_code == 422
    opinion = BopOpinion.objects.get()
    edit = reverse("web:bop-opinions_edit", args=[opinion.pk])
    assert "01/02/2026" in client.get(edit).content.decode()
    changed = {"version": 1, "given_on": "02/02/2026", "sense": "reserved"}
    assert client.post(edit, changed).status_code == 302
    assert client.post(edit, changed).status_code == 422
    made = {"node": bop.code, "fiscal_year": 2027, "cp": "1 000,50", "source": "Lettre-plafond"}
    assert client.post(reverse("web:trajectories_create"), made).status_code == 302
    assert Trajectory.objects.get().cp == Decimal("1000.50")
    assert "Lettre-plafond" in shown(client, officer, "trajectories")


@pytest.mark.parametrize("name", ["alerts", "budget-rules", "rule-overrides", "bop-opinions"])
def test_pages_are_in_english_too(client, controller, name):
    client.force_login(controller)
    client.cookies.load({"django_language": "en"})
    assert 'lang="en"' in client.get(reverse(f"web:{name}")).content.decode()


def sent(client, method, path, body, version=None):
    """Send JSON to the API."""
    headers = {"If-Match": f'"{version}"'} if version else {}
    answer = getattr(client, method)(
        f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers
    )
    return answer.status_code, answer.json()


def test_the_api_refuses_beyond_a_rule_and_records_the_override(client, uo):
    client.force_login(with_roles("budget_officer", "management_controller"))
    body = {"node": uo.code, "fiscal_year": today().year, "label": "Acte", "ae": "100.01"}
    status, problem = sent(client, "post", "reservations/", body)
    assert (status, problem["code"]) == (409, "credits_exceeded")
    assert problem["context"]["rule"] == "R-01"
    assert problem["context"]["may_override"] is True
    assert problem["context"]["asked"] == "100.01"
    status, _made = sent(client, "post", "reservations/", body | {"override_reason": "Urgence"})
    assert status == 201
    rows = client.get("/api/v1/rule-overrides/?rule=R-01").json()["results"]
    assert [(row["amount"], row["reason"]) for row in rows] == [("0.01", "Urgence")]
    assert "100" in rows[0]["sentence"]


def test_the_api_lists_alerts_and_acknowledges_them(client, officer, alert):
    client.force_login(officer)
    (row,) = client.get("/api/v1/alerts/?source=R-01&is_open=true").json()["results"]
    assert (row["amount"], row["severity"], row["acknowledged_at"]) == ("1.00", "block", None)
    status, seen = sent(client, "post", f"alerts/{alert.pk}/acknowledge/", {"comment": "Vu"})
    assert (status, seen["acknowledged_by"]) == (200, officer.username)
    status, problem = sent(client, "post", f"alerts/{alert.pk}/acknowledge/", {"comment": "Vu"})
    assert (status, problem["code"]) == (409, "alert_acknowledged")


def test_the_api_revises_a_rule_under_its_version_and_never_a_former_row(client, controller):
    client.force_login(controller)
    (row,) = client.get("/api/v1/budget-rules/?code=R-12&is_current=true").json()["results"]
    path = f"budget-rules/{row['id']}/revise/"
    body = {
        "valid_from": today().isoformat(), "severity": "alert", "legal_source": "Loi de finances",
        "parameters": {"share": "5"}, "override_roles": [], "reason": "Plafond majoré",
    }  # fmt: skip
    assert sent(client, "post", path, body, 2)[0] == 412
    status, made = sent(client, "post", path, body, 1)
    assert (status, made["parameters"]) == (200, {"share": "5"})
    status, problem = sent(client, "post", path, body, 2)
    assert (status, problem["code"]) == (409, "rule_ended")
