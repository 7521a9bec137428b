"""Pages of the reservations: a decision, its refusal, its end, its history."""

from __future__ import annotations

import pytest
from django.urls import reverse

from budgets.models import Reservation
from tests.budgets.ledger import make_uo, move
from tests.people import person

pytestmark = pytest.mark.django_db
ACT = {
    "fiscal_year": "2026",
    "credit_type": "ht2",
    "label": "Tierce maintenance",
    "cp": "",
}


@pytest.fixture
def uo():
    node = make_uo()
    move(node, "initial_finance_act", "1000")
    return node


@pytest.fixture
def officer(client, uo):
    found = person("budget_officer", uo.code, scope_kind="nomenclature")
    client.force_login(found)
    return found


def reserve(client, uo, ae):
    return client.post(reverse("web:reservation_create"), ACT | {"node": uo.code, "ae": ae})


def test_credits_are_reserved_released_and_told(client, officer, uo):
    made = reserve(client, uo, "400,50")
    row = Reservation.objects.get()
    assert (made.status_code, made.url) == (302, reverse("web:reservation", args=[row.pk]))
    sheet = client.get(made.url).content.decode()
    assert "599,50" in sheet.replace("\u202f", "").replace("\xa0", " ")
    ended = client.post(
        reverse("web:reservation_release", args=[row.pk]), {"version": "1", "reason": "Abandon"}
    )
    assert ended.status_code == 302
    history = client.get(reverse("web:reservation_history", args=[row.pk])).content.decode()
    assert "Abandon" in history
    assert reverse("web:reservation_release", args=[row.pk]) not in client.get(made.url).text


def test_what_is_not_available_is_refused_and_nothing_typed_is_lost(client, officer, uo):
    refused = reserve(client, uo, "1000,01")
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "Tierce maintenance" in page
    assert "1 000,00 €" in page.replace("\u202f", " ").replace("\xa0", " ")
    assert not Reservation.objects.exists()


def test_a_stale_release_is_refused(client, officer, uo):
    reserve(client, uo, "10")
    url = reverse("web:reservation_release", args=[Reservation.objects.get().pk])
    assert client.post(url, {"version": "7", "reason": "Abandon"}).status_code == 422
    assert Reservation.objects.get().state == "pending"


def test_the_list_is_read_in_a_constant_number_of_queries_and_exported(
    client, officer, uo, django_assert_max_num_queries
):
    for _ in range(5):
        reserve(client, uo, "10")
    with django_assert_max_num_queries(25):
        page = client.get(reverse("web:reservations")).content.decode()
    assert page.count("Tierce maintenance") >= 5
    exported = b"".join(client.get(reverse("web:reservations"), {"format": "csv"}))
    assert exported.decode("utf-8-sig").count("Tierce maintenance") == 5
