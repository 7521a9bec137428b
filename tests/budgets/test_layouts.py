"""The layouts that are shipped: added once, recognised in their samples, read to the cent."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import AuditEvent, User
from accounts.services.owned import move_record
from budgets.models import Commitment, CreditMovement, Payment, PaymentRequest, ServiceDone
from budgets.services.layouts import FOLDER, Layout, load_layouts, shipped_layouts
from common.fiscal import today
from common.models import RecordState
from records.models import ImportBatch, ImportDraft, ImportMapping
from records.services.checking import check_draft
from records.services.deposits import Upload, deposit_files
from records.services.drafts import confirm_anomalies, request_commit
from records.services.mappings import MAPPING, edit_mapping
from tests.imports.content import content
from tests.imports.folders import run

pytestmark = pytest.mark.django_db

# In the order in which their facts name each other.
ORDER = ("movements", "commitments", "service_done", "payment_requests", "payments")
MODELS = (CreditMovement, Commitment, ServiceDone, PaymentRequest, Payment)
LAYOUTS = {layout.reading.table: layout for layout in shipped_layouts()}
by_table = pytest.mark.parametrize("table", ORDER)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    """A folder for the deposited files."""
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def base(db: None) -> None:
    """The invented nomenclature of the samples, and the shipped layouts."""
    assert run(FOLDER / "samples" / "base").status == "applied"
    load_layouts(actor=None)


def deposit(actor: User, layout: Layout) -> ImportDraft:
    data = layout.sample.read_bytes()
    upload = Upload(layout.sample.name, io.BytesIO(data), len(data))
    draft = deposit_files(actor=actor, files=[upload], may_match=True)
    return check_draft(draft_id=draft.pk)


def commit(actor: User, draft: ImportDraft, after_commit: Any) -> ImportBatch:
    keys = [anomaly["key"] for anomaly in draft.report["anomalies"]]
    confirm_anomalies(actor=actor, draft_id=draft.pk, keys=keys)
    with after_commit():
        request_commit(actor=actor, draft_id=draft.pk)
    return ImportBatch.objects.get(draft=draft)


def bring_up_to(table: str, actor: User, after_commit: Any) -> ImportDraft:
    """Record the samples that come before that of a table; return its own deposit, checked."""
    for former in ORDER[: ORDER.index(table)]:
        commit(actor, deposit(actor, LAYOUTS[former]), after_commit)
    return deposit(actor, LAYOUTS[table])


def last_line(layout: Layout) -> list[Any]:
    """Return the cells of the last line of a sample, that of its totals, as the file has them."""
    if layout.sample.suffix == ".xlsx":
        sheet = load_workbook(layout.sample).active
        return [cell.value for cell in sheet[sheet.max_row]]
    told = layout.reading.options
    text = layout.sample.read_text(encoding=told.encoding or "utf-8-sig")
    return list(csv.reader(text.splitlines(), delimiter=told.separator))[-1]


def amount_of(cell: Any) -> Decimal:
    """Return the amount of a cell: a number, or a text with its sign before or behind."""
    if isinstance(cell, int | float):
        return Decimal(str(cell))
    digits = re.sub(r"[^0-9,]", "", cell).replace(",", ".")
    return -Decimal(digits) if "-" in cell else Decimal(digits)


def totals_of_the_file(layout: Layout) -> dict[str, Decimal]:
    """Return the amounts in euros of the line of totals, by field, with the sign of the table."""
    reading = layout.reading
    cells = dict(zip(reading.headings, last_line(layout), strict=False))
    return {
        field: amount_of(cells[heading]) * reading.options.factor(field)
        for heading, field in reading.columns.items()
        if field in ("amount", "amount_excl_tax", "ae", "cp")
    }


def test_the_five_ledgers_have_a_shipped_layout_of_which_three_differ_in_what_is_hard_to_read():
    assert set(LAYOUTS) == set(ORDER)
    commitments, payments, credits = (
        LAYOUTS[table].reading.options for table in ("commitments", "payments", "movements")
    )
    assert (commitments.header_line, "Sous-total" in commitments.ignored) == (5, True)
    assert (payments.encoding, payments.separator, payments.reversed) == (
        "cp1252",
        ";",
        ("amount",),
    )
    assert (credits.header_rows, credits.unit) == (2, "1000")
    merged = load_workbook(LAYOUTS["movements"].sample).active.merged_cells.ranges
    assert {str(cells) for cells in merged} == {"A3:C3", "D3:E3", "F3:G3", "H3:H4"}
    with pytest.raises(UnicodeDecodeError):
        LAYOUTS["payments"].sample.read_text(encoding="utf-8")


@by_table
def test_a_sample_is_recognised_by_its_headings_and_checked_without_error(
    table, base, budget_officer, after_commit
):
    draft = bring_up_to(table, budget_officer, after_commit)
    file = draft.files.get()
    assert (file.table, file.reading["code"]) == (table, LAYOUTS[table].code)
    assert (draft.state, draft.report["errors"]) == ("checked", [])
    assert {warning["code"] for warning in draft.report["warnings"]} <= {"ignored_line"}


@by_table
def test_the_control_totals_are_those_of_the_last_line_of_the_file_and_are_recorded(
    table, base, budget_officer, after_commit
):
    draft = bring_up_to(table, budget_officer, after_commit)
    told = totals_of_the_file(LAYOUTS[table])
    batch = commit(budget_officer, draft, after_commit)
    controls = batch.totals[table]["2026"]
    for field, total in told.items():
        assert Decimal(controls[field]["file"]) == total
        assert Decimal(controls[field]["recorded"]) == total
    model = MODELS[ORDER.index(table)]
    facts = model.objects.filter(batch=batch)
    assert facts.count() == controls["lines"]["recorded"]
    for field, total in told.items():
        assert sum(getattr(fact, field) for fact in facts) == total


def test_the_same_samples_again_are_imported_already_and_change_nothing(
    base, budget_officer, after_commit
):
    codes = {
        table: commit(budget_officer, deposit(budget_officer, LAYOUTS[table]), after_commit).code
        for table in ORDER
    }
    before, batches = content(), ImportBatch.objects.count()
    for table in ORDER:
        draft = deposit(budget_officer, LAYOUTS[table])
        assert draft.report == {"already": codes[table]}
    assert (content(), ImportBatch.objects.count()) == (before, batches)


def test_layouts_are_added_once_and_what_people_edited_or_closed_stays(budget_officer):
    first = load_layouts(actor=budget_officer)
    assert (len(first.added), first.known) == (5, 0)
    created = AuditEvent.objects.filter(verb="created", object_kind="import_mapping")
    assert created.filter(actor=budget_officer).count() == 5
    edited, closed = ImportMapping.objects.order_by("code")[:2]
    reading = edited.reading(tuple(edited.headings), 1, "")
    edit_mapping(
        actor=budget_officer,
        mapping_id=edited.pk,
        expected_version=1,
        name="Nôtre",
        reading=reading,
    )
    move_record(
        actor=budget_officer, kind=MAPPING, record_id=closed.pk, expected_version=1, move="close",
        on=today(), reason="Autre outil",
    )  # fmt: skip
    again = load_layouts(actor=budget_officer)
    assert (again.added, again.known, ImportMapping.objects.count()) == ((), 5, 5)
    edited.refresh_from_db()
    closed.refresh_from_db()
    assert (edited.name, closed.state) == ("Nôtre", RecordState.CLOSED)


def test_the_mapping_of_somebody_that_has_the_name_of_a_layout_is_left_alone(budget_officer):
    layout = LAYOUTS["payments"]
    load_layouts(actor=None)
    ImportMapping.objects.filter(code=layout.code).update(code="AUTRE")
    assert load_layouts(actor=budget_officer).added == ()
    assert not ImportMapping.objects.filter(code=layout.code).exists()


def test_the_command_tells_what_it_added_then_that_all_is_known(db, capsys):
    call_command("load_layouts")
    told = capsys.readouterr().out
    assert all(layout.name in told for layout in LAYOUTS.values())
    call_command("load_layouts")
    assert "5" in capsys.readouterr().out
    assert ImportMapping.objects.count() == 5


def test_the_list_of_mappings_offers_the_layouts_until_they_are_there(client, budget_officer):
    client.force_login(budget_officer)
    page, action = reverse("web:import-mappings"), reverse("web:import-load-layouts")
    assert action in client.get(page).content.decode()
    answer = client.post(action, follow=True)
    text = answer.content.decode()
    assert answer.redirect_chain == [(page, 302)]
    assert all(layout.name in text for layout in LAYOUTS.values())
    assert action not in text
    assert client.get(action).status_code == 405
    client.post(action)
    assert ImportMapping.objects.count() == 5
