"""« Corriger »: a counter-entry and a new fact; the former stays, and the past is what it was."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db.models import Sum
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.enums import Role
from budgets.exceptions import AlreadyCorrected, NothingCorrected
from budgets.models import Commitment, CreditMovement, Payment, ServiceDone
from budgets.services.corrections import CORRECTABLE, correct_fact
from projects.models import Project
from tests.people import person

pytestmark = pytest.mark.django_db
MODELS = (CreditMovement, Commitment, ServiceDone, Payment)


@pytest.mark.parametrize("model", MODELS)
def test_the_total_is_that_of_the_correction_and_the_past_is_what_it_was(sample, model):
    officer = person(Role.BUDGET_OFFICER)
    fact = model.objects.order_by("pk").first()
    amount = CORRECTABLE[model].amounts[0]
    before = model.objects.aggregate(total=Sum(amount))["total"]
    moment = timezone.now()
    wanted = getattr(fact, amount) + Decimal("1.23")
    new = correct_fact(
        actor=officer, model=model, fact_id=fact.pk, changes={amount: wanted}, reason="Saisie"
    )
    rows = model.objects.all()
    assert rows.aggregate(total=Sum(amount))["total"] == before + Decimal("1.23")
    assert rows.known_at(moment).aggregate(total=Sum(amount))["total"] == before
    counter = model.objects.get(reverses=fact)
    assert getattr(counter, amount) == -getattr(fact, amount)
    assert (new.document_reference, new.document_version) == (fact.source_reference, 2)
    assert counter.fiscal_year == fact.fiscal_year


def test_a_correction_marks_the_figures_of_the_project_as_changed(sample):
    payment = Payment.objects.first()
    project = payment.commitment.project
    correct_fact(
        actor=person(Role.BUDGET_OFFICER),
        model=Payment,
        fact_id=payment.pk,
        changes={"amount": Decimal("1")},
        reason="x",
    )
    version = Project.objects.get(pk=project.pk).figures_version
    assert version == project.figures_version + 1


def test_a_fact_is_corrected_once_and_its_correction_in_turn(sample):
    officer = person(Role.BUDGET_OFFICER)
    first = Payment.objects.first()

    def correct(fact, amount):
        return correct_fact(
            actor=officer,
            model=Payment,
            fact_id=fact.pk,
            changes={"amount": Decimal(amount)},
            reason="x",
        )

    second = correct(first, "10")
    with pytest.raises(AlreadyCorrected):
        correct(first, "20")
    with pytest.raises(AlreadyCorrected):
        correct(Payment.objects.get(reverses=first), "20")
    with pytest.raises(NothingCorrected):
        correct(second, "10")
    third = correct(second, "20")
    assert (third.document_version, third.source_reference) == (3, f"{first.source_reference}#3")


def test_the_page_shows_both_and_keeps_what_was_typed_wrong(sample):
    client = Client()
    client.force_login(person(Role.BUDGET_OFFICER))
    payment = Payment.objects.first()
    sheet = f"/budget/paiements/{payment.pk}/"
    assert f"{sheet}corriger/" in client.get(sheet).content.decode()
    form = {
        "amount": "12,345", "paid_on": "01/03/2025", "fiscal_year": "2025", "reason": "Erreur",
    }  # fmt: skip
    wrong = client.post(f"{sheet}corriger/", form)
    assert wrong.status_code == 422
    assert "12,345" in wrong.content.decode()
    right = client.post(f"{sheet}corriger/", form | {"amount": "12,34"})
    assert right.status_code == 302
    page = client.get(right.url).content.decode()
    assert f"{payment.source_reference}#1-" in page
    assert "Erreur" in page
    assert f"{sheet}corriger/" not in client.get(sheet).content.decode()


def test_a_reader_has_no_button_and_is_refused(sample):
    client = Client()
    client.force_login(person(Role.AUDITOR))
    payment = Payment.objects.first()
    assert "corriger" not in client.get(f"/budget/paiements/{payment.pk}/").content.decode()
    assert client.get(f"/budget/paiements/{payment.pk}/corriger/").status_code == 403


def test_the_api_corrects_once_a_key(sample):
    client = APIClient()
    client.force_login(person(Role.BUDGET_OFFICER))
    payment = Payment.objects.first()
    url = f"/api/v1/payments/{payment.pk}/correct/"
    body = {"amount": "12.34", "reason": "Erreur"}
    headers = {"Idempotency-Key": "correction-0001"}
    first = client.post(url, body, format="json", headers=headers)
    again = client.post(url, body, format="json", headers=headers)
    assert (first.status_code, first.json()["amount"]) == (201, "12.34")
    assert again.json() == first.json()
    assert Payment.objects.filter(document_reference=payment.source_reference).count() == 2
    refused = client.post(url, body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_corrected")
