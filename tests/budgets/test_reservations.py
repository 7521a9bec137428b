"""Decisions reserve what they use, within what is available."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import AuditEvent
from budgets.exceptions import CreditsExceeded, ReservationClosed
from budgets.models import Reservation
from budgets.services.reservations import (
    consume_reservation,
    release_reservation,
    reserve_credits,
)
from common.exceptions import StaleEdit
from tests.budgets.ledger import commit, make_uo, move
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def uo():
    node = make_uo()
    move(node, "initial_finance_act", "1000", "400")
    return node


@pytest.fixture
def officer(uo):
    return person("budget_officer", uo.code, scope_kind="nomenclature")


def reserve(officer, uo, ae, cp="0", **fields):
    return reserve_credits(
        actor=officer, node=uo, fiscal_year=2026, label="Tierce maintenance",
        ae=Decimal(ae), cp=Decimal(cp), **fields,
    )  # fmt: skip


def test_a_reservation_takes_the_last_cent_and_the_next_one_is_refused(officer, uo):
    commit(uo, "600")
    reserve(officer, uo, "399.99")
    reserve(officer, uo, "0.01")
    with pytest.raises(CreditsExceeded) as refused:
        reserve(officer, uo, "0.01")
    assert refused.value.context["available"] == "0.00"
    assert Reservation.objects.count() == 2


def test_what_is_frozen_and_the_cp_of_the_exercise_bound_too(officer, uo):
    move(uo, "precautionary_reserve", "100", "50")
    with pytest.raises(CreditsExceeded):
        reserve(officer, uo, "900.01")
    with pytest.raises(CreditsExceeded) as refused:
        reserve(officer, uo, "10", "350.01")
    assert refused.value.context["ledger"] == "CP"
    reserve(officer, uo, "900", "350")


def test_credits_of_another_type_or_origin_are_not_used(officer, uo):
    move(uo, "initial_finance_act", "500", credit_type="t2")
    move(uo, "initial_finance_act", "500", data_origin="fictitious")
    with pytest.raises(CreditsExceeded):
        reserve(officer, uo, "1000.01")
    reserve(officer, uo, "500", credit_type="t2")


def test_a_released_reservation_gives_back_and_a_consumed_one_leaves_it_to_the_commitment(
    officer, uo
):
    first = reserve(officer, uo, "600")
    release_reservation(
        actor=officer, reservation_id=first.pk, expected_version=1, reason="Abandon"
    )
    second = reserve(officer, uo, "1000")
    consume_reservation(
        actor=officer, reservation_id=second.pk, expected_version=1, legal_reference="EJ-1"
    )
    commit(uo, "1000", legal_reference="EJ-1")
    with pytest.raises(CreditsExceeded):
        reserve(officer, uo, "0.01")
    events = AuditEvent.objects.filter(object_kind="reservation").order_by("pk")
    verbs = list(events.values_list("verb", flat=True))
    assert verbs == ["reserved", "released", "reserved", "consumed"]


def test_a_closed_or_stale_reservation_is_not_closed_again(officer, uo):
    made = reserve(officer, uo, "10")
    known = {"actor": officer, "reservation_id": made.pk, "reason": "Abandon"}
    with pytest.raises(StaleEdit):
        release_reservation(**known, expected_version=2)
    release_reservation(**known, expected_version=1)
    with pytest.raises(ReservationClosed):
        release_reservation(**known, expected_version=2)


def test_a_reservation_needs_a_uo_a_right_on_it_and_a_positive_amount(officer, uo):
    other = make_uo("0214-DNEX-UO02")
    with pytest.raises(PermissionDenied):
        reserve(officer, other, "1")
    with pytest.raises(PermissionDenied):
        reserve(person("management_controller"), uo, "1")
    with pytest.raises(ValidationError):
        reserve(officer, uo, "0")
    with pytest.raises(ValidationError):
        reserve(officer, uo, "-5")
