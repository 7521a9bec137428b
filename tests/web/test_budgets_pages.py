"""The pages of the ledgers: rows by right, totals by origin, filters, exports, provenance."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import AuditEvent
from budgets.models import (
    Commitment,
    CreditMovement,
    NomenclatureNode,
    Payment,
    ScheduledPayment,
    ServiceDone,
)
from tests.samples import RECORDED

MOST_QUERIES = 20
LISTS = (
    "credit-movements",
    "commitments",
    "services-done",
    "payment-requests",
    "payments",
    "scheduled-payments",
)
DETAILS = (
    ("credit-movement", CreditMovement),
    ("commitment", Commitment),
    ("service-done", ServiceDone),
    ("payment", Payment),
)
NBSP = "\u00a0"


def movement(sample, reference: str, **fields) -> CreditMovement:
    values = {
        "node": sample.uo,
        "project": sample.p2,
        "kind": "virement",
        "ae": Decimal("10"),
        "cp": Decimal("5"),
        "effective_on": dt.date(2025, 3, 1),
        "fiscal_year": 2025,
        "recorded_at": RECORDED,
        **fields,
    }
    return CreditMovement.objects.create(source_reference=reference, **values)


def page(client, user, name: str, query: str = "", **expected) -> str:
    client.force_login(user)
    answer = client.get(reverse(f"web:{name}") + query)
    assert answer.status_code == expected.get("status", 200)
    return answer.content.decode()


def references(client, user, name: str, query: str = "") -> set[str]:
    client.force_login(user)
    answer = client.get(reverse(f"web:{name}") + query)
    return {row[0].text for row in answer.context["table"]}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_needs_a_log_in(client, sample, name):
    answer = client.get(reverse(f"web:{name}"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("web:login"))


@pytest.mark.parametrize("name", [*LISTS, "nomenclature"])
def test_somebody_without_a_grant_is_refused(client, sample, stranger, name):
    page(client, stranger, name, status=403)


@pytest.mark.parametrize(("name", "model"), DETAILS)
def test_a_row_is_shown_with_its_source(client, sample, director, name, model):
    row = model.objects.first()
    model.objects.filter(pk=row.pk).update(source_file="execution.csv", source_line=42)
    client.force_login(director)
    text = client.get(reverse(f"web:{name}", args=[row.pk])).content.decode()
    assert "execution.csv" in text
    assert "<dd>42</dd>" in text
    assert "01/07/2025 10:00" in text


@pytest.mark.parametrize(("name", "model"), DETAILS)
def test_a_row_of_another_project_is_not_there(client, sample, manager, name, model):
    sample.p1.__class__.objects.filter(pk=sample.p1.pk).update(manager=None)
    client.force_login(manager)
    url = reverse(f"web:{name}", args=[model.objects.first().pk])
    assert client.get(url).status_code == 404


def test_a_number_that_no_row_has_is_404(client, sample, director):
    client.force_login(director)
    assert client.get("/budget/paiements/999999999999999999999999/").status_code == 404


def test_rows_are_those_that_the_person_may_read(
    client, sample, director, manager, budget_officer, controller
):
    movement(sample, "M-9")
    movement(sample, "M-10", project=None)
    own = {"M-1", "M-2", "M-3"}
    for user in (director, budget_officer, controller):
        assert references(client, user, "credit-movements") == {*own, "M-9", "M-10"}
    assert references(client, manager, "credit-movements") == own


def test_totals_of_movements_set_apart_what_is_frozen(client, sample, director):
    # M-1 opens 900 000 AE and 700 000 CP; M-2 freezes 100 000 and 50 000, M-3 releases 20 000.
    client.force_login(director)
    totals = client.get(reverse("web:credit-movements")).context["totals"]
    assert [value for _label, value in totals["lines"]] == [
        Decimal("900000.00"),
        Decimal("80000.00"),
        Decimal("700000.00"),
        Decimal("50000.00"),
    ]


def test_one_origin_is_shown_at_a_time(client, sample, director):
    movement(sample, "M-9", data_origin="fictitious")
    assert "M-9" not in references(client, director, "credit-movements")
    assert references(client, director, "credit-movements", "?origin=fictitious") == {"M-9"}
    answer = client.get(reverse("web:credit-movements") + "?origin=fictitious")
    assert answer.context["totals"]["lines"][0][1] == Decimal("10.00")
    assert "pf-fictitious" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "query", "found"),
    [
        ("credit-movements", "?kind=release", {"M-3"}),
        ("credit-movements", "?fiscal_year=2024", set()),
        ("credit-movements", "?date_from=16/01/2025", set()),
        ("credit-movements", "?date_to=2025-01-15&q=m-1", {"M-1"}),
        ("credit-movements", "?nomenclature=0214", {"M-1", "M-2", "M-3"}),
        ("credit-movements", "?node=DNE-TN", set()),
        ("credit-movements", "?node=DNE", {"M-1", "M-2", "M-3"}),
        ("commitments", "?q=retrait", {"C-2"}),
        ("commitments", "?project=P-2", set()),
        ("services-done", "?date_from=01/06/2025", {"S-2"}),
        ("services-done", "?node=DNE-SN", {"S-1", "S-2"}),
        ("payments", "?kind=advance", {"PAY-1"}),
        ("payments", "?kind=payment&project=P-1", {"PAY-2"}),
    ],
)
def test_filters_keep_the_rows_that_they_name(client, sample, director, name, query, found):
    top = NomenclatureNode.objects.create(code="0214", name="Soutien", kind="lolf_programme")
    NomenclatureNode.objects.filter(pk=sample.uo.pk).update(parent=top)
    assert references(client, director, name, query) == found


@pytest.mark.parametrize("name", [*LISTS, "nomenclature"])
@pytest.mark.parametrize(
    "query",
    [
        "?q=%00",
        "?q=" + "x" * 300,
        "?kind=wrong",
        "?fiscal_year=" + "9" * 5000,
        "?date_from=31/02/2025",
        "?date_from=2025-01-02&date_to=2025-01-01",
        "?origin=invented",
        "?project=NOT-ONE",
        "?node=%00",
        "?nomenclature=NOT-ONE",
        "?page=99999999999999999999&size=7&sort=;drop",
    ],
)
def test_a_wrong_filter_is_never_an_error_of_the_server(client, sample, director, name, query):
    client.force_login(director)
    answer = client.get(reverse(f"web:{name}") + query)
    assert answer.status_code == 200
    form = answer.context["form"]
    if form.errors and name != "nomenclature":
        assert answer.context["table"] == []
        assert 'id="error-summary"' in answer.content.decode()


def test_a_project_that_cannot_be_read_is_unknown(client, sample, manager):
    client.force_login(manager)
    answer = client.get(reverse("web:commitments") + "?project=P-2")
    assert "project" in answer.context["form"].errors


def test_each_filter_in_force_can_be_removed(client, sample, director):
    client.force_login(director)
    answer = client.get(reverse("web:commitments") + "?q=EJ&fiscal_year=2025&sort=-amount")
    assert [tag.url for tag in answer.context["tags"]] == [
        "?fiscal_year=2025&sort=-amount",
        "?q=EJ&sort=-amount",
    ]


def test_only_the_sorted_column_says_so(client, sample, director):
    text = page(client, director, "commitments", "?sort=amount")
    assert text.count("aria-sort=") == 1
    client.force_login(director)
    table = client.get(reverse("web:commitments") + "?sort=amount").context["table"]
    assert [row[0].text for row in table] == ["C-2", "C-1"]


def test_nothing_yet_and_nothing_found_are_two_sentences(client, sample, director):
    client.force_login(director)
    url, english = reverse("web:payments"), {"Accept-Language": "en"}
    found = client.get(f"{url}?q=nothing", headers=english).content.decode()
    assert "Nothing matches this filter." in found
    Payment.objects.all().delete()
    assert "fed by the import" in client.get(url, headers=english).content.decode()


@pytest.mark.parametrize("name", [*LISTS, "nomenclature"])
def test_the_number_of_queries_does_not_depend_on_the_rows(client, sample, director, name):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(reverse(f"web:{name}")).status_code == 200
        return len(seen)

    client.force_login(director)
    queries()  # the first page after a log-in writes the session that the next ones follow
    before = queries()
    assert before <= MOST_QUERIES
    for index in range(3):
        movement(
            sample,
            f"N-{index}",
            node=NomenclatureNode.objects.create(
                code=f"N{index}", name="N", kind="uo", parent=sample.uo
            ),
        )
        signed = Commitment.objects.create(
            source_reference=f"N-{index}",
            legal_reference=f"EJ-N{index}",
            node=sample.uo,
            project=sample.p2,
            amount=Decimal("3"),
            committed_on=dt.date(2025, 4, 1),
            fiscal_year=2025,
            commitment_year=2025,
            recorded_at=RECORDED,
        )
        ServiceDone.objects.create(
            source_reference=f"N-{index}",
            commitment=signed,
            amount=Decimal("2"),
            done_on=dt.date(2025, 5, 1),
            fiscal_year=2025,
            recorded_at=RECORDED,
        )
        Payment.objects.create(
            source_reference=f"N-{index}",
            commitment=signed,
            amount=Decimal("1"),
            paid_on=dt.date(2025, 6, 1),
            fiscal_year=2025,
            recorded_at=RECORDED,
        )
    assert queries() == before


def test_a_commitment_shows_what_is_left_to_pay(client, sample, director):
    # EJ-1: 700 000 − 50 000 committed; 200 000 + 280 000 certified; 35 000 + 150 000.55 paid.
    client.force_login(director)
    row = Commitment.objects.get(source_reference="C-1")
    answer = client.get(reverse("web:commitment", args=[row.pk]))
    life = answer.context["life"]
    assert life.committed == Decimal("650000.00")
    assert life.left_to_pay == Decimal("464999.45")
    assert life.left_to_certify == Decimal("170000.00")
    text = answer.content.decode()
    assert f"464{NBSP}999,45{NBSP}€" in text
    assert reverse("web:contract", args=["M-2025-01"]) in text


def test_the_nomenclature_is_a_tree_with_the_sums_of_each_node(client, sample, director):
    top = NomenclatureNode.objects.create(code="0214", name="Soutien", kind="lolf_programme")
    NomenclatureNode.objects.filter(pk=sample.uo.pk).update(parent=top)
    NomenclatureNode.objects.create(code="0141", name="Second degré", kind="lolf_programme")
    client.force_login(director)
    tree = client.get(reverse("web:nomenclature")).context["tree"]
    assert [(line.node.code, line.depth) for line in tree] == [
        ("0141", 0),
        ("0214", 0),
        ("0214-DNEX-UO01", 1),
    ]
    for line in tree[1:]:
        assert (line.ae, line.cp, line.committed) == (900000, 700000, 650000)
    assert (tree[0].ae, tree[0].cp, tree[0].committed) == (0, 0, 0)
    kept = client.get(reverse("web:nomenclature") + "?q=uo01").context["tree"]
    assert [line.node.code for line in kept] == ["0214", "0214-DNEX-UO01"]


def test_the_csv_holds_every_filtered_row_and_its_origin(client, sample, director):
    client.force_login(director)
    answer = client.get(reverse("web:commitments") + "?format=csv&q=retrait")
    text = b"".join(answer.streaming_content).decode()
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["data_origin"] == "operational"
    assert "-50000.00" in row.values()
    assert "2025-05-01" in row.values()
    assert AuditEvent.objects.filter(verb="exported", object_kind="commitments").exists()


def test_the_french_csv_opens_in_a_french_spreadsheet(client, sample, director):
    client.force_login(director)
    answer = client.get(reverse("web:payments") + "?format=csv-fr")
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    assert "150000,55" in text
    assert "02/05/2025" in text


def test_the_workbook_has_typed_cells_and_notes(client, sample, director):
    client.force_login(director)
    answer = client.get(reverse("web:payments") + "?format=xlsx&fiscal_year=2025")
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    values = [cell.value for row in book["data"].iter_rows(min_row=2) for cell in row]
    assert 150000.55 in values
    notes = [(row[0].value, row[1].value) for row in book.worksheets[1].iter_rows()]
    assert ("Exercice", "2025") in notes
    assert ("Unité", "euros, TTC") in notes


def test_a_wrong_filter_is_not_exported(client, sample, director):
    client.force_login(director)
    answer = client.get(reverse("web:payments") + "?format=csv&fiscal_year=x")
    assert answer["Content-Type"].startswith("text/html")


def test_an_unknown_format_shows_the_page(client, sample, director):
    client.force_login(director)
    answer = client.get(reverse("web:payments") + "?format=exe")
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("name", LISTS)
def test_the_caption_says_unit_date_and_source(client, sample, director, name):
    client.force_login(director)
    answer = client.get(reverse(f"web:{name}"), headers={"Accept-Language": "en"})
    text = answer.content.decode()
    assert "euros, TTC" in text
    assert "Jul 2025" in text or "01/07/2025" in text
    assert 'style="' not in text
    assert "<script>" not in text


def test_pages_hold_25_rows_and_the_size_can_change(client, sample, director):
    for index in range(30):
        movement(sample, f"N-{index:02}")
    assert len(references(client, director, "credit-movements")) == 25
    assert len(references(client, director, "credit-movements", "?page=2")) == 8
    assert len(references(client, director, "credit-movements", "?size=50")) == 33


def test_schedules_on_credits_are_filtered_as_those_on_commitments(client, director, sample):
    ScheduledPayment.objects.create(
        movement=CreditMovement.objects.filter(node=sample.uo).first(),
        source_reference="E-CREDITS",
        amount=Decimal("10"),
        forecast_on=dt.date(2025, 6, 1),
        fiscal_year=2026,
        recorded_at=RECORDED,
    )
    for query in (f"?nomenclature={sample.uo.code}", "?project=P-1", "?fiscal_year=2026"):
        found = references(client, director, "scheduled-payments", query)
        assert found == {"E-1", "E-CREDITS"}, query
    assert references(client, director, "scheduled-payments", "?fiscal_year=2025") == set()
