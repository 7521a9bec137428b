"""Alerts: seen through their object, acknowledged once with a comment, raised by decisions."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation

from accounts.models import AuditEvent
from budgets.models import BudgetRule
from budgets.rules.commitments import check_schedule
from budgets.rules.findings import Place
from budgets.services.ruling import judge
from common.fiscal import today
from records.alert_sources import alert_sources, told
from records.exceptions import AlertAcknowledged, AlertClosed
from records.models import Alert
from records.services.alerts import Found, acknowledge_alert, raise_alerts, sync_alerts
from tests.budgets.ledger import commit, make_uo
from tests.people import person

pytestmark = pytest.mark.django_db


def found(code="UO-1", source="R-01", amount="1", kind="budget_node", **fields):
    """Return what a check found on a UO in 2026."""
    context = {
        "code": code, "fiscal_year": 2026, "figures": {"used": 200, "limit": 100},
        "words": {"ledger": "AE"},
    }  # fmt: skip
    return Found(
        source, "block", kind, code, 2026, "ceiling_passed", Decimal(amount), "operational",
        context=context, **fields,
    )  # fmt: skip


def raised(**fields):
    """Return an open alert."""
    raise_alerts(found=[found(**fields)])
    return Alert.objects.latest("pk")


@pytest.fixture
def uo():
    return make_uo("UO-1")


@pytest.fixture
def officer(uo):
    return person("budget_officer", uo.code, scope_kind="nomenclature")


def test_an_alert_is_raised_once_and_brought_up_to_date():
    alert = raised()
    raise_alerts(found=[found(amount="5"), found(facet="t2")])
    alert.refresh_from_db()
    assert (alert.amount, Alert.objects.count()) == (Decimal(5), 2)
    assert alert.first_seen_at < alert.last_seen_at


def test_a_sync_touches_its_own_checks_exercise_and_origin_only():
    raised(source="R-02")
    raised()
    known = {"sources": ["R-01"], "fiscal_year": 2026, "found": []}
    assert sync_alerts(**known, origin="published").closed == 0
    assert sync_alerts(**known, origin="operational").closed == 1
    assert [alert.source for alert in Alert.objects.open()] == ["R-02"]


def test_an_alert_is_seen_by_who_holds_its_object(uo, officer):
    make_uo("UO-2")
    mine, other = raised(), raised(code="UO-2")
    assert list(Alert.objects.visible_to(officer)) == [mine]
    assert Alert.objects.visible_to(person("auditor")).count() == 2
    for role, code in (("portfolio_director", "IN"), ("technical_admin", ""), ("partner", "IN")):
        assert not Alert.objects.visible_to(person(role, code)).exists(), role
    assert other in Alert.objects.visible_to(person("management_controller"))


def test_an_alert_on_a_commitment_is_seen_with_its_project(uo, project, manager):
    commit(uo, "10", legal_reference="EJ-1", project=project)
    commit(uo, "10", legal_reference="EJ-2")
    mine = raised(code="EJ-1", kind="commitment", source="R-04")
    raised(code="EJ-2", kind="commitment", source="R-04")
    project.manager = manager
    project.save()
    assert list(Alert.objects.visible_to(manager)) == [mine]


def test_an_alert_is_acknowledged_once_with_a_comment(uo, officer):
    alert = raised()
    with pytest.raises(ValidationError):
        acknowledge_alert(actor=officer, alert_id=alert.pk, comment=" ")
    seen = acknowledge_alert(actor=officer, alert_id=alert.pk, comment="Retrait demandé")
    assert (seen.acknowledged_by, seen.acknowledgement) == (officer, "Retrait demandé")
    assert seen.closed_at is None
    with pytest.raises(AlertAcknowledged):
        acknowledge_alert(actor=officer, alert_id=alert.pk, comment="Encore")
    assert AuditEvent.objects.filter(verb="alert_acknowledged").count() == 1


def test_who_only_reads_and_a_closed_alert_are_refused(uo, officer):
    alert = raised()
    with pytest.raises(PermissionDenied):
        acknowledge_alert(actor=person("auditor"), alert_id=alert.pk, comment="Vu")
    sync_alerts(sources=["R-01"], fiscal_year=2026, origin="operational", found=[])
    with pytest.raises(AlertClosed):
        acknowledge_alert(actor=officer, alert_id=alert.pk, comment="Vu")


def test_a_rule_that_alerts_lets_a_decision_go_on_and_records_the_alert(uo, officer):
    findings = check_schedule(Place("commitment", "EJ-1", 2026), 100, 90)
    judge(actor=officer, findings=findings, reason="", day=today())
    alert = Alert.objects.get()
    assert (alert.source, alert.severity, alert.amount) == ("R-05", "alert", Decimal("0.10"))
    BudgetRule.objects.filter(code="R-05").update(severity="information")
    judge(actor=officer, findings=findings, reason="", day=today())
    assert Alert.objects.count() == 1


def test_the_sentence_is_that_of_the_language_and_an_unknown_check_shows_its_message():
    alert = raised()
    with translation.override("en"):
        assert "2.00" in told(alert.source, alert.message, alert.context)
    with translation.override("fr"):
        assert "2,00" in told(alert.source, alert.message, alert.context)
    assert told("XX-99", "odd", {}) == "odd"
    assert len(alert_sources()) >= 18
