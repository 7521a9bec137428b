"""Before a rule is revised, a preview says what it would find: nothing is written."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from budgets.models import BudgetRule, NomenclatureNode
from budgets.services.rule_preview import preview_revision
from common.fiscal import today
from jobs.models import Job
from records.models import Alert
from tests.budgets.ledger import make_uo, move
from tests.people import person

pytestmark = pytest.mark.django_db


def programme(number, carried):
    """Return a programme that carries CP over from the 1 000 € of the exercise before (R-12)."""
    above = NomenclatureNode.objects.create(code=f"P{number}", name="P", kind="lolf_programme")
    uo = make_uo(f"P{number}-UO", parent=above)
    move(uo, "initial_finance_act", "1000", year=today().year - 1)
    move(uo, "carry_over", "0", carried, year=today().year)
    return above


@pytest.fixture
def rule():
    # LOLF art. 15-II: 3 % of 1 000 € is 30 €; at 5 % 50 €; at 1 % 10 €.
    for number, carried in ((1, "60"), (2, "40"), (3, "20"), (4, "10")):
        programme(number, carried)
    return BudgetRule.objects.get(code="R-12")


@pytest.fixture
def controller():
    return person("management_controller")


def preview(actor, rule, share, severity="alert"):
    return preview_revision(
        actor=actor, rule_id=rule.pk, severity=severity, parameters={"share": share}
    )


@pytest.mark.parametrize(
    ("share", "counts", "first"),
    [
        ("3", (2, 2, 0, 0), [("P1", False), ("P2", False)]),
        ("5", (2, 1, 0, 1), [("P1", False)]),
        ("1", (2, 3, 1, 0), [("P3", True), ("P1", False), ("P2", False)]),
        ("100", (2, 0, 0, 2), []),
    ],
)
def test_the_preview_counts_what_the_share_finds_now_and_would(
    rule, controller, share, counts, first
):
    told = preview(controller, rule, share)
    assert (told.now, told.then, told.opened, told.closed) == counts
    assert [(one.code, one.is_new) for one in told.first] == first
    assert all(one.code in one.sentence for one in told.first)


def test_nothing_is_written_by_a_preview(rule, controller):
    with CaptureQueriesContext(connection) as captured:
        preview(controller, rule, "1", severity="block")
    written = ("INSERT", "UPDATE", "DELETE")
    assert [query for query in captured if query["sql"].startswith(written)] == []
    assert not Alert.objects.exists()
    assert not Job.objects.exists()
    assert BudgetRule.objects.get(code="R-12").parameters == rule.parameters


def test_the_preview_costs_as_many_statements_whatever_it_finds(rule, controller):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            preview(controller, rule, "1")
        return len(captured)

    cost()  # the grants of the person are read once
    few = cost()
    for number in range(10, 30):
        programme(number, "90")
    assert cost() == few
    assert len(preview(controller, rule, "1").first) == 10


def test_who_reads_no_amount_is_told_the_counts_alone(rule):
    told = preview(person("technical_admin"), rule, "1")
    assert (told.now, told.then, told.first) == (2, 3, [])


def test_only_who_revises_rules_previews_with_parameters_that_are_sound(rule, controller):
    with pytest.raises(PermissionDenied):
        preview(person("budget_officer"), rule, "1")
    with pytest.raises(ValidationError):
        preview(controller, rule, "120")


def test_the_page_previews_by_a_button_and_saves_nothing(client, rule, controller):
    url = reverse("web:budget-rule_revise", args=[rule.pk])
    sent = {
        "version": rule.version, "valid_from": today().isoformat(), "severity": "block",
        "legal_source": "LOLF art. 15-II", "share": "1", "reason": "",
    }  # fmt: skip
    client.force_login(controller)
    assert 'name="preview"' in client.get(url).content.decode()
    answer = client.post(url, sent | {"preview": "1"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert ('data-now="2"' in page, 'data-then="3"' in page) == (True, True)
    assert "P3" in page
    assert 'value="1"' in page
    assert client.post(url, sent | {"preview": "1", "share": "120"}).status_code == 422
    assert client.post(url, sent).status_code == 422
    assert BudgetRule.objects.filter(code="R-12").count() == 1
    assert not AuditEvent.objects.filter(verb="rule_revised").exists()
    assert client.post(url, sent | {"reason": "LF"}).status_code == 302
    assert BudgetRule.objects.get(code="R-12", valid_to=None).parameters == {"share": "1"}
