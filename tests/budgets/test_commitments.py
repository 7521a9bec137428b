"""Commitments typed over their lines, what moves them, and what follows them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.services.grants import establish_grant
from budgets.exceptions import (
    CommitmentExceeded,
    CreditsExceeded,
    ReferenceTaken,
    RowsRefused,
    RuleBroken,
)
from budgets.models import Commitment, NomenclatureNode, Payment, Reservation, RuleOverride
from budgets.rules.vat import excl_tax, incl_tax, left_by_rounding
from budgets.selectors.ceilings import held_by
from budgets.services.acts import Leg, decide_act
from budgets.services.commitments import Entry, Line, record_commitment, record_commitments
from budgets.services.following import (
    Paid,
    Request,
    Service,
    record_all_following,
    record_following,
)
from budgets.services.line_moves import move_line
from budgets.services.reservations import available_on, reserve_credits
from tests.budgets.ledger import make_uo, move
from tests.people import person

DAY = dt.date(2026, 5, 4)


@pytest.fixture
def uo(db):
    node = make_uo()
    move(node, "initial_finance_act", "1000", "400")
    return node


@pytest.fixture
def officer(uo):
    return person("budget_officer", uo.code, scope_kind="nomenclature")


def line(node, amount=None, **fields):
    return Line(node=node, amount=amount and Decimal(amount), **fields)


def sign(officer, *lines, amount, reference="1000001", **fields):
    return record_commitment(
        actor=officer, legal_reference=reference, fiscal_year=2026, committed_on=DAY,
        amount=Decimal(amount), lines=lines, **fields,
    )  # fmt: skip


def ae_left(uo):
    return Decimal(available_on(uo, "ht2", 2026).ae_available).scaleb(-2)


def test_a_commitment_over_two_uo_consumes_the_ae_of_each(officer, uo):
    other = make_uo("0214-DNEX-UO02")
    move(other, "initial_finance_act", "50")
    both = person("budget_officer")
    rows = sign(both, line(uo, "900"), line(other, "50"), amount="950")
    assert [row.source_reference for row in rows] == ["1000001/1", "1000001/2"]
    assert (ae_left(uo), ae_left(other)) == (Decimal("100.00"), Decimal(0))
    with pytest.raises(PermissionDenied):
        sign(officer, line(uo, "1"), line(other, "1"), amount="2", reference="1000002")


def test_the_last_cent_is_committed_and_the_next_one_is_refused(officer, uo):
    sign(officer, line(uo, "1000"), amount="1000")
    with pytest.raises(CreditsExceeded):
        sign(officer, line(uo, "0.01"), amount="0.01", reference="1000002")


def test_the_lines_sum_to_the_amount_to_the_cent(officer, uo):
    with pytest.raises(RuleBroken) as refused:
        sign(officer, line(uo, "10"), line(uo, "20"), amount="30.01")
    assert (refused.value.context["rule"], refused.value.context["parts"]) == ("R-21", "30.00")


def test_a_line_given_without_tax_is_recorded_with_it(officer, uo):
    with_rate = {"amount_excl_tax": Decimal("100.05"), "vat_rate": Decimal("5.5")}
    (row,) = sign(officer, line(uo, **with_rate), amount="105.55")
    assert (row.amount, row.amount_excl_tax) == (Decimal("105.55"), Decimal("100.05"))
    with pytest.raises(ValidationError) as refused:
        sign(officer, line(uo, "105.60", **with_rate), amount="105.60", reference="1000002")
    assert list(refused.value.message_dict) == ["lines[0].amount"]


def test_a_commitment_is_recorded_once(officer, uo):
    sign(officer, line(uo, "1"), amount="1")
    with pytest.raises(ReferenceTaken):
        sign(officer, line(uo, "1"), amount="1")


def test_the_reservation_that_it_was_made_for_is_consumed_by_it(officer, uo):
    held = reserve_credits(
        actor=officer, node=uo, fiscal_year=2026, label="Achat", ae=Decimal(1000)
    )
    with pytest.raises(CreditsExceeded):
        sign(officer, line(uo, "1"), amount="1")
    sign(officer, line(uo, "990"), amount="990", reservation_id=held.pk, reservation_version=1)
    held.refresh_from_db()
    assert (held.state, held.legal_reference) == ("consumed", "1000001")
    assert ae_left(uo) == Decimal("10.00")


def test_a_refused_commitment_leaves_its_reservation_pending(officer, uo):
    held = reserve_credits(actor=officer, node=uo, fiscal_year=2026, label="Achat", ae=Decimal(10))
    with pytest.raises(CreditsExceeded):
        sign(officer, line(uo, "1000.01"), amount="1000.01", reservation_id=held.pk)
    assert Reservation.objects.get().state == "pending"


def test_an_operation_commits_what_was_allotted_to_its_tranche_and_no_more(officer, uo):
    tranche = NomenclatureNode.objects.create(code="TF1", name="TF1", kind="tranche")

    def allot(reference, ae):
        leg = Leg(node=uo, ae=Decimal(ae), cp=Decimal(0), tranche=tranche)
        return decide_act(
            actor=officer, kind="allocation", fiscal_year=2026, effective_on=DAY,
            legal_basis="Décision d'affectation", act_reference=reference, legs=[leg],
        )  # fmt: skip

    allot("AFF-1", "700")
    with pytest.raises(CreditsExceeded):
        sign(officer, line(uo, "300.01"), amount="300.01")
    with pytest.raises(RuleBroken) as refused:
        sign(officer, line(uo, "700.01", tranche=tranche), amount="700.01")
    assert (refused.value.context["rule"], refused.value.context["allotted"]) == ("R-03", "700.00")
    sign(officer, line(uo, "600", tranche=tranche), line(uo, "300"), amount="900")
    with pytest.raises(RuleBroken):
        allot("AFF-2", "-100.01")
    allot("AFF-3", "-100")
    assert ae_left(uo) == Decimal("100.00")


def test_a_complement_is_dated_as_a_commitment_is(officer, uo):
    (row,) = sign(officer, line(uo, "10"), amount="10")
    with pytest.raises(RuleBroken) as refused:
        withdraw(officer, row, "1", year=2027, service_from=dt.date(2027, 1, 1))
    assert refused.value.context["rule"] == "R-13"


def withdraw(officer, row, amount, year=2026, **fields):
    return move_line(
        actor=officer, commitment_id=row.pk, amount=Decimal(amount), moved_on=DAY,
        fiscal_year=year, reason="Solde", **fields,
    )  # fmt: skip


def test_a_withdrawal_of_the_exercise_gives_the_ae_back(officer, uo):
    (row,) = sign(officer, line(uo, "1000"), amount="1000")
    back = withdraw(officer, row, "-400")
    assert (back.commitment_year, back.source_reference) == (2026, "1000001/1/1")
    assert ae_left(uo) == Decimal("400.00")
    withdraw(officer, row, "400")
    with pytest.raises(CreditsExceeded):
        withdraw(officer, row, "0.01")


def test_a_withdrawal_on_a_former_exercise_gives_ae_only_when_recyclable(officer, uo):
    (row,) = sign(officer, line(uo, "1000"), amount="1000")
    assert withdraw(officer, row, "-100", 2027).commitment_year == 2026
    assert available_on(uo, "ht2", 2027).ae_available == 0
    withdraw(officer, row, "-100", 2027, is_recyclable=True)
    assert available_on(uo, "ht2", 2027).ae_available == 10000
    with pytest.raises(ValidationError):
        withdraw(officer, row, "-1", is_recyclable=True)


def test_nothing_certified_is_withdrawn(officer, uo):
    (row,) = sign(officer, line(uo, "1000"), amount="1000")
    certify(officer, row, "700")
    with pytest.raises(CommitmentExceeded) as refused:
        withdraw(officer, row, "-300.01")
    assert refused.value.context["most"] == "300.00"
    withdraw(officer, row, "-300")


def certify(officer, row, amount):
    entry = Service(commitment=row, amount=Decimal(amount), fiscal_year=2026, done_on=DAY)
    return record_following(actor=officer, entry=entry)


def pay(officer, row, amount, kind="payment"):
    entry = Paid(commitment=row, amount=Decimal(amount), fiscal_year=2026, paid_on=DAY, kind=kind)
    return record_following(actor=officer, entry=entry)


def test_service_done_and_requests_stay_within_the_commitment(officer, uo):
    (row,) = sign(officer, line(uo, "100"), amount="100")
    certify(officer, row, "100")
    with pytest.raises(RuleBroken) as refused:
        certify(officer, row, "0.01")
    assert refused.value.context["rule"] == "R-04"
    asked = {"commitment": row, "fiscal_year": 2026, "requested_on": DAY, "number": "DP1"}
    record_following(actor=officer, entry=Request(amount=Decimal(100), **asked))
    with pytest.raises(CommitmentExceeded):
        record_following(actor=officer, entry=Request(amount=Decimal("0.01"), **asked))


def test_a_payment_follows_the_service_and_an_advance_comes_before_it(officer, uo):
    (row,) = sign(officer, line(uo, "300"), amount="300")
    with pytest.raises(RuleBroken):
        pay(officer, row, "0.01")
    pay(officer, row, "90", "advance")
    certify(officer, row, "100")
    pay(officer, row, "60")
    with pytest.raises(CommitmentExceeded):
        pay(officer, row, "90.01", "recovery")
    pay(officer, row, "40", "recovery")
    with pytest.raises(RuleBroken):
        pay(officer, row, "0.01", "recovery")
    assert sum(paid.amount for paid in Payment.objects.all()) == Decimal("150.00")
    advances = Payment.objects.filter(is_advance=True)
    assert sum(paid.amount for paid in advances) == Decimal("50.00")


def test_a_payment_stays_within_the_cp_of_the_uo(officer, uo):
    (row,) = sign(officer, line(uo, "900"), amount="900")
    certify(officer, row, "900")
    with pytest.raises(CreditsExceeded) as refused:
        pay(officer, row, "400.01")
    assert refused.value.context["ledger"] == "CP"
    pay(officer, row, "400")


def test_who_may_passes_a_ceiling_with_a_reason_on_the_record(officer, uo):
    director = person("portfolio_director")
    establish_grant(
        user=director, role="budget_officer", scope_code="", valid_from=dt.date(2020, 1, 1)
    )
    asked = {"amount": "1000.01", "override_reason": "Décision du ministre"}
    with pytest.raises(PermissionDenied):
        sign(officer, line(uo, "1000.01"), **asked)
    sign(director, line(uo, "1000.01"), **asked)
    made = RuleOverride.objects.get()
    assert (made.rule.code, made.amount) == ("R-01", Decimal("0.01"))


def test_a_withdrawal_row_and_a_former_exercise_are_refused(officer, uo):
    (row,) = sign(officer, line(uo, "10"), amount="10")
    back = withdraw(officer, row, "-1")
    with pytest.raises(ValidationError):
        certify(officer, back, "1")
    with pytest.raises(ValidationError):
        record_following(
            actor=officer,
            entry=Service(commitment=row, amount=Decimal(1), fiscal_year=2025, done_on=DAY),
        )


def test_lists_are_all_or_nothing_and_read_the_database_as_sets(
    officer, uo, django_assert_max_num_queries
):
    def entry(number, amount):
        return Entry(
            legal_reference=f"E{number}", fiscal_year=2026, committed_on=DAY,
            amount=Decimal(amount), lines=[line(uo, amount)],
        )  # fmt: skip

    with pytest.raises(RowsRefused) as refused:
        record_commitments(actor=officer, entries=[entry(1, "600"), entry(2, "401"), entry(1, "1")])
    assert sorted(refused.value.errors) == [1, 2]
    assert not Commitment.objects.exists()
    with django_assert_max_num_queries(25):
        record_commitments(actor=officer, entries=[entry(number, "4") for number in range(100)])
    rows = list(Commitment.objects.select_related("node", "project"))
    services = [
        Service(commitment=row, amount=Decimal(4), fiscal_year=2026, done_on=DAY) for row in rows
    ]
    with django_assert_max_num_queries(25):
        record_all_following(actor=officer, entries=services)
    payments = [
        Paid(commitment=row, amount=Decimal(4), fiscal_year=2026, paid_on=DAY) for row in rows
    ]
    with django_assert_max_num_queries(25):
        record_all_following(actor=officer, entries=payments)
    cents = held_by([uo], 2026, uo.data_origin)[uo.pk, "ht2"]
    assert (cents.ae_available, cents.cp_left) == (60000, 0)


MONEY = st.decimals(0, 10**9, places=2, allow_nan=False)
RATES = st.sampled_from([Decimal("20"), Decimal("10"), Decimal("8.5"), Decimal("5.5"), Decimal(0)])


def test_the_cent_of_a_line_is_rounded_half_up():
    assert incl_tax(Decimal("0.10"), Decimal("5")) == Decimal("0.11")
    assert incl_tax(Decimal("-0.10"), Decimal("5")) == Decimal("-0.11")
    lines = [incl_tax(Decimal("33.33"), Decimal(20))] * 3
    assert left_by_rounding(lines, Decimal("119.99")) == Decimal("-0.01")


@given(MONEY, RATES)
def test_without_tax_and_with_it_agree_within_half_a_cent(amount, rate):
    assert abs(incl_tax(excl_tax(amount, rate), rate) - amount) <= Decimal("0.01")
    assert excl_tax(incl_tax(amount, rate), rate) == amount
