"""What a broken rule does to a decision, by its severity in force; overrides; revisions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation

from accounts.models import AuditEvent
from accounts.services.grants import establish_grant
from budgets.enums import RuleCode
from budgets.exceptions import CreditsExceeded, RuleBroken
from budgets.messages import MESSAGES, sentence
from budgets.models import BudgetRule, Reservation, RuleOverride
from budgets.rules.commitments import check_schedule
from budgets.rules.credits import check_allocation
from budgets.rules.findings import Place
from budgets.rules.parameters import faults_of
from budgets.services.reservations import reserve_credits
from budgets.services.ruling import judge, revise_rule
from common.exceptions import StaleEdit
from common.fiscal import today
from tests.budgets.ledger import make_uo, move
from tests.people import person

pytestmark = pytest.mark.django_db

TRANCHE = Place("budget_node", "TF-1", 2026)
EJ = Place("commitment", "EJ-1", 2026)
BEYOND = check_allocation(TRANCHE, 100, 130)


def with_roles(*roles):
    """Return a person who holds several roles."""
    user = person(roles[0], username="of-several-roles")
    for role in roles[1:]:
        establish_grant(user=user, role=role, scope_code="", valid_from=dt.date(2020, 1, 1))
    return user


def severity(code, value, **fields):
    """Give a rule another severity since today."""
    BudgetRule.objects.filter(code=code).update(severity=value, **fields)


def test_every_rule_is_in_force_once_with_its_source_and_the_parameters_that_it_reads():
    rows = BudgetRule.objects.in_force(today())
    assert sorted(row.code for row in rows) == sorted(RuleCode.values)
    assert all(row.legal_source and not faults_of(row.code, row.parameters) for row in rows)


def test_what_breaks_nothing_goes_on():
    assert judge(actor=person("budget_officer"), findings=[], reason="", day=today()) == []


def test_a_blocking_rule_refuses_with_its_figures_its_law_and_what_the_caller_may_do():
    with pytest.raises(RuleBroken) as refused, translation.override("en"):
        judge(actor=person("budget_officer"), findings=BEYOND, reason="", day=today())
    context = refused.value.context
    assert context["rule"] == "R-03"
    assert (context["used"], context["allotted"]) == ("1.30", "1.00")
    assert context["may_override"] is False
    assert "IV-2" in context["legal_source"]
    with translation.override("en"):
        assert "1.30" in str(refused.value)
        assert "giving a reason" not in str(refused.value)


def test_an_override_without_a_reason_is_refused_and_says_that_a_reason_may_be_given():
    with pytest.raises(RuleBroken) as refused:
        judge(actor=person("portfolio_director"), findings=BEYOND, reason="  ", day=today())
    assert refused.value.context["may_override"] is True
    with translation.override("en"):
        assert "giving a reason" in str(refused.value)
    assert not RuleOverride.objects.exists()


@pytest.mark.parametrize("role", ["budget_officer", "project_manager", "auditor", "api_client"])
def test_an_override_without_the_right_is_refused(role):
    with pytest.raises(PermissionDenied):
        judge(actor=person(role), findings=BEYOND, reason="Urgence", day=today())
    assert not RuleOverride.objects.exists()


def test_an_override_is_recorded_with_its_figures_and_an_event():
    director = person("portfolio_director")
    assert judge(actor=director, findings=BEYOND, reason="Urgence", day=today()) == BEYOND
    made = RuleOverride.objects.get()
    assert (made.rule.code, made.subject_code, made.amount) == ("R-03", "TF-1", Decimal("0.30"))
    assert (made.actor, made.reason) == (director, "Urgence")
    assert made.context["figures"] == {"allotted": 100, "used": 130}
    event = AuditEvent.objects.get(verb="rule_overridden")
    assert event.detail == {"rule": "R-03", "reason": "Urgence", "amount": "0.30"}


@pytest.mark.parametrize("value", ["alert", "information"])
def test_a_rule_that_does_not_block_lets_the_decision_go_on_and_returns_what_was_found(value):
    severity("R-03", value)
    actor = person("budget_officer")
    assert judge(actor=actor, findings=BEYOND, reason="", day=today()) == BEYOND
    assert not RuleOverride.objects.exists()


def test_the_severity_is_that_of_the_day_and_a_rule_without_a_row_refuses():
    actor = person("budget_officer")
    severity("R-03", "alert", valid_from=today())
    judge(actor=actor, findings=BEYOND, reason="", day=today())
    with pytest.raises(RuleBroken):
        judge(actor=actor, findings=BEYOND, reason="", day=today() - dt.timedelta(days=1))


def test_a_schedule_that_differs_alerts_and_does_not_block():
    found = check_schedule(EJ, 100, 90)
    assert judge(actor=person("budget_officer"), findings=found, reason="", day=today()) == found


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_sentence_is_written_from_the_figures_and_words_of_its_finding(language):
    figures = dict.fromkeys(
        "available asked used limit allotted done committed paid advances scheduled ae cp moved"
        " compulsory unavoidable programmed distributed due planned full_cost lines amount parts"
        " frozen left beyond".split(),
        123_456,
    )
    words = {"ledger": "AE", "share": "25", "year": "2027", "day": "2026-03-01", "days": 10}
    context = {"code": "X-1", "fiscal_year": 2026, "figures": figures, "words": words}
    with translation.override(language):
        told = [sentence(key, context) for key in MESSAGES]
    assert all("%" not in text.replace("25\u00a0%", "").replace("25%", "") for text in told)
    assert sentence("unknown", context) == "unknown"


def reserve(actor, uo, ae, **fields):
    """Ask for AE of 2026."""
    return reserve_credits(
        actor=actor, node=uo, fiscal_year=2026, label="Acte", ae=Decimal(ae), **fields
    )


def test_a_reservation_beyond_the_ceiling_needs_the_right_and_a_reason():
    uo = make_uo()
    move(uo, "initial_finance_act", "1000", "400")
    officer, both = person("budget_officer"), with_roles("budget_officer", "portfolio_director")
    with pytest.raises(CreditsExceeded):
        reserve(both, uo, "1000.01")
    with pytest.raises(PermissionDenied):
        reserve(officer, uo, "1000.01", override_reason="Urgence")
    assert not Reservation.objects.exists()
    made = reserve(both, uo, "1000.01", override_reason="Urgence")
    assert made.override_reason == "Urgence"
    assert RuleOverride.objects.get().amount == Decimal("0.01")
    assert RuleOverride.objects.visible_to(both).count() == 1


def test_a_reason_given_for_nothing_is_not_an_override():
    uo = make_uo()
    move(uo, "initial_finance_act", "1000")
    made = reserve(person("budget_officer"), uo, "10", override_reason="Par habitude")
    assert made.override_reason == ""
    assert not RuleOverride.objects.exists()


def revise(actor, **fields):
    """Revise R-07 from today on."""
    known = {
        "rule_id": BudgetRule.objects.get(code="R-07", valid_to=None).pk,
        "expected_version": 1, "valid_from": today(), "severity": "block",
        "legal_source": "GBCP art. 94", "parameters": {"share": "30"},
        "override_roles": ["management_controller"], "reason": "Arrêté",
    }  # fmt: skip
    return revise_rule(actor=actor, **{**known, **fields})


def test_a_revision_opens_a_row_and_ends_the_former_one_the_day_before(controller):
    row = revise(controller)
    former, latest = BudgetRule.objects.filter(code="R-07").order_by("valid_from")
    assert (former.valid_to, former.parameters) == (today() - dt.timedelta(days=1), {"share": "25"})
    assert latest == row
    assert (row.valid_to, row.parameters, row.severity) == (None, {"share": "30"}, "block")
    again = revise(controller, parameters={"share": "31.5"})
    assert (again.pk, again.version, again.history.count()) == (row.pk, 2, 2)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"parameters": {}}, "parameters"),
        ({"parameters": {"share": "101"}}, "parameters"),
        ({"parameters": {"share": 25}}, "parameters"),
        ({"parameters": {"share": "25", "months": "2"}}, "parameters"),
        ({"override_roles": ["api_client"]}, "override_roles"),
        ({"override_roles": ["nobody"]}, "override_roles"),
        ({"valid_from": dt.date(2020, 1, 1)}, "valid_from"),
        ({"reason": " "}, "reason"),
        ({"severity": "loud"}, "severity"),
    ],
)
def test_a_revision_is_refused_for_its_shape(controller, fields, named):
    with pytest.raises(ValidationError) as refused:
        revise(controller, **fields)
    assert named in refused.value.message_dict


def test_a_revision_needs_the_right_and_the_version_that_was_read(controller):
    with pytest.raises(PermissionDenied):
        revise(person("budget_officer"))
    with pytest.raises(StaleEdit):
        revise(controller, expected_version=2)
