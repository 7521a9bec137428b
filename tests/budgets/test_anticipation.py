"""What is signed ahead of its exercise (R-13; LF 2005 art. 108, domain.md §1.5 and §1.8).

From 1 November of N on the credits of N + 1, up to a quarter of the credits of the current year of
the titles concerned, neither personnel nor investment, for a service not before 1 January N + 1.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from budgets.exceptions import RowsRefused, RuleBroken
from budgets.models import NomenclatureNode
from budgets.services.commitments import Entry, Line, record_commitments
from budgets.services.line_moves import move_line
from tests.budgets.ledger import make_uo, move
from tests.people import person

NOVEMBER = dt.date(2025, 11, 1)


@pytest.fixture
def uo(db):
    node = make_uo()
    move(node, "initial_finance_act", "1000", "400")
    return node


@pytest.fixture
def officer(uo):
    return person("budget_officer", uo.code, scope_kind="nomenclature")


def line(node, amount, **fields):
    return Line(node=node, amount=Decimal(amount), **fields)


@pytest.fixture
def title_3(uo):
    category = NomenclatureNode.objects.create(
        code="C31", name="C31", kind="category", external_code="31"
    )
    move(uo, "initial_finance_act", "400", year=2025, category=category)
    move(uo, "initial_finance_act", "1000", year=2025)
    return category


def ahead(number, on, *lines, service_from=dt.date(2026, 1, 1)):
    total = sum(one.amount for one in lines)
    return Entry(
        legal_reference=f"E{number}", fiscal_year=2026, committed_on=on, amount=total, lines=lines,
        service_from=service_from,
    )  # fmt: skip


def test_a_quarter_of_the_credits_of_a_title_is_committed_from_1_november(officer, uo, title_3):
    # LF 2005 art. 108: 25 % of the 400 € of title 3 opened in 2025, the year when it is signed, is
    # 100 €, whatever the UO holds besides, and whatever 2026 opens.
    move(uo, "initial_finance_act", "999", category=title_3)
    halves = [ahead(number, NOVEMBER, line(uo, "50", category=title_3)) for number in (1, 2)]
    assert len(record_commitments(actor=officer, entries=halves)) == 2
    last_day = ahead(3, dt.date(2026, 12, 31), line(uo, "1", category=title_3))
    record_commitments(actor=officer, entries=[last_day])
    with pytest.raises(RowsRefused) as refused:
        record_commitments(
            actor=officer,
            entries=[
                ahead(4, NOVEMBER, line(uo, "100", category=title_3)),
                ahead(5, NOVEMBER, line(uo, "350.01")),
            ],
        )
    told = [error.context for error in refused.value.errors.values()]
    assert [context["rule"] for context in told] == ["R-13"] * 2
    assert [(context["used"], context["limit"]) for context in told] == [
        ("200.00", "100.00"),
        ("350.01", "350.00"),
    ]


def test_the_credits_of_the_coming_exercise_do_not_bound_what_is_signed_ahead(officer, uo):
    # 2026 alone has credits (1 000 €): a quarter of nothing is nothing.
    with pytest.raises(RowsRefused) as refused:
        record_commitments(actor=officer, entries=[ahead(1, NOVEMBER, line(uo, "0.01"))])
    context = refused.value.errors[0].context
    assert (context["rule"], context["limit"]) == ("R-13", "0.00")
    move(uo, "initial_finance_act", "0.04", year=2025)
    record_commitments(actor=officer, entries=[ahead(1, NOVEMBER, line(uo, "0.01"))])


def test_what_is_signed_ahead_says_when_its_service_begins_and_it_is_in_its_exercise(
    officer, uo, title_3
):
    asked = line(uo, "1", category=title_3)
    with pytest.raises(RowsRefused) as refused:
        record_commitments(
            actor=officer,
            entries=[
                ahead(1, NOVEMBER, asked, service_from=None),
                ahead(2, NOVEMBER, asked, service_from=dt.date(2025, 12, 31)),
            ],
        )
    missing, early = refused.value.errors.values()
    assert list(missing.message_dict) == ["service_from"]
    assert early.context["rule"] == "R-13"
    ((row,),) = record_commitments(actor=officer, entries=[ahead(3, NOVEMBER, asked)])
    assert row.service_from == dt.date(2026, 1, 1)
    in_its_year = ahead(4, dt.date(2026, 5, 4), asked, service_from=None)
    record_commitments(actor=officer, entries=[in_its_year])


def test_a_complement_signed_ahead_says_when_its_service_begins(officer, uo, title_3):
    ((row,),) = record_commitments(
        actor=officer,
        entries=[
            ahead(1, dt.date(2026, 3, 2), line(uo, "10", category=title_3), service_from=None)
        ],
    )
    own = {"actor": officer, "commitment_id": row.pk, "amount": Decimal(1), "reason": "Suite"}
    signed = {"moved_on": dt.date(2026, 11, 2), "fiscal_year": 2027}
    move(uo, "initial_finance_act", "400", category=title_3)
    move(uo, "initial_finance_act", "400", year=2027, category=title_3)
    with pytest.raises(ValidationError):
        move_line(**own, **signed)
    with pytest.raises(RuleBroken):
        move_line(**own, **signed, service_from=dt.date(2026, 12, 31))
    made = move_line(**own, **signed, service_from=dt.date(2027, 1, 4))
    assert (made.service_from, made.fiscal_year) == (dt.date(2027, 1, 4), 2027)


@pytest.mark.parametrize(
    ("on", "number"),
    [
        (dt.date(2025, 10, 31), "31"),
        (dt.date(2027, 1, 1), "31"),
        (NOVEMBER, "51"),
        (NOVEMBER, "21"),
    ],
)
def test_nothing_is_committed_out_of_the_exercise_nor_ahead_on_titles_2_and_5(
    officer, uo, on, number
):
    kind = "t2" if number == "21" else "ht2"
    category = NomenclatureNode.objects.create(
        code="C", name="C", kind="category", external_code=number
    )
    move(uo, "initial_finance_act", "400", category=category, credit_type=kind)
    asked = line(uo, "1", category=category, credit_type=kind)
    with pytest.raises(RowsRefused) as refused:
        record_commitments(actor=officer, entries=[ahead(1, on, asked)])
    assert refused.value.errors[0].context["rule"] == "R-13"
