"""Sustainability of a version (GBCP art. 66, 94, 95; rules R-08 and R-10)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import User
from budgets.models import BudgetRule, NomenclatureNode, Trajectory
from budgets.services.programming_problems import problems_of, told
from tests.budgets.ledger import commit, make_project, make_uo, move, schedule
from tests.budgets.programming import make_line, make_version
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def uo():
    bop = NomenclatureNode.objects.create(code="BOP-1", name="BOP", kind="bop")
    return make_uo("UO-1", parent=bop)


@pytest.fixture
def version():
    return make_version("initial", 2026)


def found(version, *codes, user=None):
    """Return the sentences that a code holds against a version."""
    reader = user or User.objects.filter(username="reader").first()
    reader = reader or person(Role.BUDGET_OFFICER, username="reader")
    return [told(version, one) for one in problems_of(version, reader) if one.code in codes]


def line(version, uo, nature, *years):
    fields = {"act_label": "Acte", "nature": nature, "granted": [(cp, cp) for cp in years]}
    return make_line(version, uo, **fields)


def test_compulsory_and_unavoidable_spending_fits_in_the_cp_opened_and_not_frozen(version, uo):
    move(uo, "initial_finance_act", "1000", "500")
    move(uo, "freeze", "0", "100")
    line(version, uo, "compulsory", "150")
    line(version, uo, "unavoidable", "200")
    line(version, uo, "planned", "900")
    signed = line(version, uo, "committed", "50")
    assert found(version, "R-08") == []
    signed.amounts.filter(rank=0).update(granted_cp=Decimal("50.01"))
    (sentence,) = found(version, "R-08")
    assert "BOP-1" in sentence
    for amount in ("400,00", "150,00", "250,01"):
        assert amount in sentence


def test_what_a_commitment_expects_counts_once_named_by_a_line_or_not(version, uo):
    move(uo, "initial_finance_act", "1000", "100")
    schedule(commit(uo, "80", year=2025, legal_reference="EJ-1"), "80", year=2026)
    line(version, uo, "compulsory", "20")
    assert found(version, "R-08") == []
    schedule(commit(uo, "1", year=2025, legal_reference="EJ-2"), "0.01", year=2026)
    assert len(found(version, "R-08")) == 1
    for number, cp in (("EJ-1", "79.99"), ("EJ-2", "0.01")):
        make_line(version, uo, nature="committed", legal_reference=number, granted=[("0", cp)])
    assert found(version, "R-08") == []


def test_a_coming_year_stays_within_its_trajectory(version, uo):
    Trajectory.objects.create(node=uo.parent, fiscal_year=2027, cp=Decimal(100))
    Trajectory.objects.create(node=uo.parent, fiscal_year=2029, cp=Decimal(1))
    line(version, uo, "committed", "0", "60", "0", "500")
    planned = line(version, uo, "planned", "0", "40", "0", "500")
    assert found(version, "R-10") == []
    planned.amounts.filter(rank=1).update(granted_cp=Decimal("40.01"))
    (sentence,) = found(version, "R-10")
    for words in ("2027", "60,00", "40,01", "100,00"):
        assert words in sentence


def test_without_credits_nor_a_trajectory_nothing_is_compared(version, uo):
    line(version, uo, "compulsory", "150", "60")
    assert found(version, "R-08", "R-10") == []


def test_a_rule_that_is_not_in_force_says_nothing_and_its_severity_is_data(version, uo):
    move(uo, "initial_finance_act", "1", "1")
    line(version, uo, "compulsory", "150")
    reader = person(Role.BUDGET_OFFICER)
    rule = BudgetRule.objects.filter(code="R-08")
    rule.update(severity="block")
    assert "block" in {one.severity for one in problems_of(version, reader) if one.code == "R-08"}
    rule.delete()
    assert found(version, "R-08", user=reader) == []


def test_who_reads_no_line_below_a_node_is_told_nothing_of_it(version, uo):
    move(uo, "initial_finance_act", "1", "1")
    line(version, uo, "compulsory", "150")
    make_project("P-1")
    assert found(version, "R-08", user=person(Role.PORTFOLIO_DIRECTOR, "DNE")) == []


def test_the_controls_ask_the_same_number_of_statements_whatever_the_lines(version, uo):
    move(uo, "initial_finance_act", "1", "1")
    Trajectory.objects.create(node=uo.parent, fiscal_year=2027, cp=Decimal(1))
    reader, counts = person(Role.BUDGET_OFFICER), []
    for size in (1, 12):
        for index in range(size):
            line(version, uo, "compulsory", "150", "60")
            commit(uo, "1", legal_reference=f"EJ-{size}-{index}")
        problems_of(version, reader)
        with CaptureQueriesContext(connection) as seen:
            problems_of(version, reader)
        counts.append(len(seen))
    assert counts[0] == counts[1]
