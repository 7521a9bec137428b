"""Pages of what is typed in the ledgers: lines without JavaScript, refusals told where they are."""

from __future__ import annotations

import pytest
from django.urls import reverse

from budgets.models import Commitment, CreditMovement, Payment, ServiceDone
from tests.budgets.ledger import make_uo, move
from tests.people import person

pytestmark = pytest.mark.django_db
ACT = {
    "kind": "virement", "act_reference": "DV-1", "legal_basis": "LOLF art. 12-I",
    "effective_on": "01/03/2026", "fiscal_year": "2026", "lines-count": "2",
}  # fmt: skip
SIGNED = {
    "legal_reference": "EJ-1", "committed_on": "01/03/2026", "fiscal_year": "2026",
    "amount": "120", "lines-count": "1",
}  # fmt: skip


@pytest.fixture
def uo():
    node = make_uo()
    move(node, "initial_finance_act", "1000")
    return node


@pytest.fixture
def other(uo):
    return make_uo("0214-DNEX-UO02")


@pytest.fixture
def officer(client, uo, other):
    found = person("budget_officer")
    client.force_login(found)
    return found


def lines(*several):
    return {
        f"lines-{number}-{name}": value
        for number, fields in enumerate(several)
        for name, value in ({"credit_type": "ht2"} | fields).items()
    }


def legs(uo, other, ae="10", back="-10"):
    return lines(
        {"node": f"{uo.code} {uo.name}", "ae": back, "cp": "-10"},
        {"node": other.code, "ae": ae, "cp": "10"},
    )


def test_an_act_is_typed_shown_with_its_balance_and_cancelled(client, officer, uo, other):
    made = client.post(reverse("web:credit-act-create"), ACT | legs(uo, other))
    first = CreditMovement.objects.get(source_reference="DV-1/1")
    assert (made.status_code, made.url) == (302, reverse("web:credit-act", args=[first.pk]))
    page = client.get(made.url, HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert "DV-1/2" in page
    cancel = reverse("web:credit-act-cancel", args=[first.pk])
    assert cancel in page
    assert client.post(cancel, {"reason": ""}).status_code == 422
    assert client.post(cancel, {"reason": "Erreur de saisie"}).status_code == 302
    page = client.get(made.url).content.decode()
    assert "Erreur de saisie" in page
    assert cancel not in page
    assert CreditMovement.objects.filter(act_reference="DV-1").count() == 4


def test_an_act_that_does_not_balance_is_refused_and_nothing_typed_is_lost(
    client, officer, uo, other
):
    refused = client.post(reverse("web:credit-act-create"), ACT | legs(uo, other, ae="9,99"))
    assert refused.status_code == 422
    assert 'value="9,99"' in refused.content.decode()
    assert not CreditMovement.objects.filter(act_reference="DV-1").exists()


def test_what_is_wrong_with_a_line_is_told_on_it(client, officer, uo, other):
    unknown = client.post(
        reverse("web:credit-act-create"), ACT | legs(uo, other) | {"lines-1-node": "NULLE-PART"}
    )
    assert unknown.status_code == 422
    assert 'id="id_lines-1-node_error"' in unknown.content.decode()
    empty = client.post(
        reverse("web:credit-act-create"),
        ACT | {"kind": "freeze"} | legs(uo, other, back="-1") | {"lines-1-ae": "1"},
    )
    assert 'id="id_lines-0-ae_error"' in empty.content.decode()


def test_a_line_is_added_and_removed_without_javascript(client, officer, uo, other):
    url = reverse("web:credit-act-create")
    typed = ACT | legs(uo, other)
    more = client.post(url, typed | {"more": "1"})
    assert (more.status_code, more.content.decode().count('name="remove"')) == (200, 3)
    assert "error-summary" not in more.content.decode()
    less = client.post(url, typed | {"remove": "0"}).content.decode()
    assert 'name="lines-1-node"' not in less
    assert f'value="{other.code}"' in less.split("<datalist")[0]
    odd = client.post(url, typed | {"remove": "x", "lines-count": "99999"})
    assert odd.status_code == 200
    assert not CreditMovement.objects.filter(act_reference="DV-1").exists()


def test_a_commitment_given_without_tax_then_what_follows_it(client, officer, uo):
    line = lines({"node": uo.code, "amount_excl_tax": "100", "vat_rate": "20"})
    made = client.post(reverse("web:commitment-create"), SIGNED | line)
    row = Commitment.objects.get()
    assert (made.status_code, made.url) == (302, reverse("web:commitment", args=[row.pk]))
    page = client.get(made.url).content.decode()
    pages = {name: reverse(f"web:commitment-{name}", args=[row.pk]) for name in (
        "service", "payment", "move", "request",
    )}  # fmt: skip
    assert all(url in page for url in pages.values())
    follows = {"fiscal_year": "2026", "amount": "60"}
    paid = {**follows, "paid_on": "02/04/2026", "kind": "payment"}
    early = client.post(pages["payment"], paid)
    assert early.status_code == 422
    assert client.post(pages["service"], {**follows, "done_on": "01/04/2026"}).status_code == 302
    assert client.post(pages["payment"], paid).status_code == 302
    asked = {**follows, "requested_on": "01/04/2026", "number": "DP-1"}
    assert client.post(pages["request"], asked).status_code == 302
    moved = {**follows, "amount": "-60", "moved_on": "03/04/2026", "reason": "Solde"}
    assert client.post(pages["move"], moved).status_code == 302
    assert client.post(pages["move"], moved).status_code == 422
    assert (ServiceDone.objects.count(), Payment.objects.count()) == (1, 1)
    back = Commitment.objects.get(amount__lt=0)
    assert pages["move"] not in client.get(reverse("web:commitment", args=[back.pk])).text


def test_lines_that_do_not_sum_to_the_document_are_refused(client, officer, uo):
    line = lines({"node": uo.code, "amount": "119,99"})
    refused = client.post(reverse("web:commitment-create"), SIGNED | line)
    assert refused.status_code == 422
    assert "R-21" in refused.content.decode()


def test_the_lists_lead_to_the_pages_of_what_may_be_typed(client, officer, uo):
    assert reverse("web:credit-act-create") in client.get(reverse("web:credit-movements")).text
    assert reverse("web:commitment-create") in client.get(reverse("web:commitments")).text


def test_a_carry_over_names_the_finance_law_that_raises_its_ceiling_and_nothing_else_does(
    client, officer, uo, other
):
    law = {"ceiling_law": "LF 2026, art. 77", "kind": "carry_over", "lines-count": "1"}
    leg = lines({"node": uo.code, "ae": "0", "cp": "40"})
    made = client.post(reverse("web:credit-act-create"), ACT | law | leg)
    assert made.status_code == 302, made.content.decode()
    assert CreditMovement.objects.get(kind="carry_over").ceiling_law == "LF 2026, art. 77"
    assert "LF 2026, art. 77" in client.get(made.url).content.decode()
    wrong = ACT | law | legs(uo, other) | {"kind": "virement", "lines-count": "2"}
    page = client.post(reverse("web:credit-act-create"), wrong | {"act_reference": "DV-2"})
    assert page.status_code == 422
    assert not CreditMovement.objects.filter(act_reference="DV-2").exists()


def test_what_is_signed_ahead_of_its_exercise_says_on_its_page_when_its_service_begins(
    client, officer, uo
):
    move(uo, "initial_finance_act", "1000", year=2025)
    ahead = SIGNED | {"committed_on": "03/11/2025"} | lines({"node": uo.code, "amount": "120"})
    address = reverse("web:commitment-create")
    refused = client.post(address, ahead)
    assert refused.status_code == 422
    assert "quand son service commence" in refused.content.decode()
    assert client.post(address, ahead | {"service_from": "31/12/2025"}).status_code == 422
    made = client.post(address, ahead | {"service_from": "05/01/2026"})
    assert made.status_code == 302
    assert "05/01/2026" in client.get(made.url).content.decode()
