"""A large file is read, checked and written by slices, and everything is as if it was one.

`IMPORT_SLICE_ROWS` bounds what is in memory. The ledgers, the counts, the report of the check, the
faults and the undo of a file read by slices of three rows are those of the file read whole; only
the numbers that the database gives to rows may be others.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, strategies
from hypothesis import settings as told

from accounts.models import User
from budgets.models import Payment
from records.enums import DraftState
from records.exceptions import TotalsDiffer
from records.importing.faults import KEPT
from records.importing.folder import read_folder
from records.importing.packing import pack_rows, unpack_rows
from records.importing.schema import load_schemas
from records.importing.stage import StagedRow
from records.models import ImportBatch, ImportDraft
from records.services import checking
from records.services.checking import check_draft, commit_draft
from records.services.deposits import Upload, deposit_files
from records.services.facts import FactTable
from records.services.reports import build_report
from records.services.undo import undo_batch
from tests.imports.content import content
from tests.imports.folders import right_tables, run, text_of, write_tables

pytestmark = pytest.mark.django_db
SLICE, WHOLE = 3, 100_000


def payment(number: int, **others: Any) -> dict[str, Any]:
    """Return the line of a payment."""
    return {
        "source_reference": f"DP-{number}",
        "commitment": "EJ-1-1",
        "payment_request": "",
        "amount": f"{number + 1}.50",
        "paid_on": "2025-03-01",
        "fiscal_year": "2025",
        "is_advance": "false",
        "document_version": "",
    } | others


# What may be wrong, or otherwise, with a line: repeated keys, unreadable cells, unknown names.
SPOILT: tuple[dict[str, Any], ...] = (
    {},
    {},
    {},
    {"source_reference": "DP-1"},
    {"source_reference": ""},
    {"amount": "0"},
    {"amount": "douze"},
    {"commitment": "EJ-9"},
    {"paid_on": "31/31/2025"},
    {"document_version": "2", "amount": "77.00"},
    {"amount": "1 000 000,00"},
)
lines = strategies.lists(
    strategies.tuples(strategies.integers(0, 12), strategies.sampled_from(SPOILT)),
    min_size=1,
    max_size=14,
).map(lambda drawn: [payment(number) | others for number, others in drawn])


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    """A folder for the deposited files."""
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def known(tmp_path: Path) -> None:
    """What the database holds before the file."""
    tables = right_tables()
    tables["payments"] = [payment(0), payment(1), payment(2, amount="9.00")]
    assert run(write_tables(tmp_path / "known", tables)).status == "applied"


def deposit(
    actor: User, rows: list[dict[str, Any]], *, is_new: bool = False, keeps: bool = False
) -> ImportDraft:
    """Deposit a file of payments and check it."""
    data = text_of(rows).encode()
    files = [Upload("payments.csv", io.BytesIO(data), len(data))]
    draft = deposit_files(actor=actor, files=files, is_new_version=is_new, keeps_waiting=keeps)
    return check_draft(draft_id=draft.pk)


def record(draft: ImportDraft) -> ImportBatch:
    """Record a deposit that was checked, every anomaly being confirmed."""
    draft.confirmed = [anomaly["key"] for anomaly in draft.report["anomalies"]]
    draft.state = DraftState.COMMITTING
    draft.save()
    return ImportBatch.objects.get(code=commit_draft(draft_id=draft.pk)["batch"])


def outcome(actor: User, rows: list[dict[str, Any]], **options: bool) -> list[Any]:
    """Deposit payments, record and undo them if they are right; return all that was told."""
    with transaction.atomic():
        before = content()
        draft = deposit(actor, rows, **options)
        seen: list[Any] = [draft.recognised, draft.report]
        if not draft.report["errors_total"]:
            batch = record(draft)
            leaning = list(batch.leans_on.order_by("code").values_list("code", flat=True))
            seen += [content(), batch.code, batch.counts, batch.totals, batch.warnings, leaning]
            seen.append(deposit(actor, rows, **options).report)
            undo_batch(actor=actor, batch_id=batch.pk, reason="essai")
            kept = batch.rows.order_by("key").values_list("key", "line", "before", "after")
            seen.append(list(kept))
        assert content() == before
        transaction.set_rollback(True)
    return seen


@told(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=lines, is_new=strategies.booleans(), keeps=strategies.booleans())
@example(rows=[payment(n) for n in range(9)], is_new=False, keeps=False)
@example(rows=[payment(n, amount="5.00") for n in range(9)], is_new=True, keeps=True)
@example(rows=[payment(n % 4) for n in range(9)], is_new=False, keeps=False)
def test_slices_change_nothing_of_what_an_import_does_and_tells(
    settings, known, controller, rows, is_new, keeps
):
    settings.IMPORT_SLICE_ROWS = SLICE
    by_slices = outcome(controller, rows, is_new=is_new, keeps=keeps)
    settings.IMPORT_SLICE_ROWS = WHOLE
    assert by_slices == outcome(controller, rows, is_new=is_new, keeps=keeps)


def test_the_digest_depends_neither_on_the_order_of_lines_nor_on_slices(settings, tmp_path):
    rows = [payment(number) for number in range(7)]
    digests = set()
    for place, size in itertools.product((0, 3, 5), (1, SLICE, WHOLE)):
        settings.IMPORT_SLICE_ROWS = size
        folder = write_tables(
            tmp_path / f"{place}-{size}", {"payments": [*rows[place:], *rows[:place]]}
        )
        digests.add(read_folder(folder).digest())
    assert len(digests) == 1
    twice = write_tables(tmp_path / "twice", {"payments": [*rows, rows[0], rows[0]]})
    other = write_tables(tmp_path / "other", {"payments": [*rows[:6], payment(6, amount="1.00")]})
    assert len({*digests, read_folder(twice).digest(), read_folder(other).digest()}) == 3


def test_a_file_that_cannot_be_read_to_its_end_tells_only_that(settings, tmp_path):
    settings.IMPORT_SLICE_ROWS = SLICE
    folder = write_tables(tmp_path / "cut", {"payments": [payment(n % 4) for n in range(9)]})
    with (folder / "payments.csv").open("a") as stream:
        stream.write('DP-9,"EJ-1-1\n')
    stage = read_folder(folder)
    assert [fault.code for fault in stage.report.errors] == ["quotes"]
    assert len(stage.tables["payments"].every) == 0


def test_the_first_thousand_faults_are_kept_and_all_are_counted(settings, tmp_path):
    settings.IMPORT_SLICE_ROWS = 500
    rows = [payment(n, amount="douze", paid_on="demain") for n in range(2_600)]
    result = run(write_tables(tmp_path / "spoilt", {"payments": rows}))
    # Two cells of each line, and a commitment that nothing holds.
    assert (result.status, result.errors_total) == ("refused", 3 * 2_600)
    assert len(result.errors) == KEPT
    assert [fault.line for fault in result.errors] == sorted([*range(2, 335)] * 3 + [335])


def test_control_totals_are_compared_slice_by_slice(settings, known, controller, monkeypatch):
    settings.IMPORT_SLICE_ROWS = SLICE
    rows = [payment(number) for number in range(3, 12)]
    wanted = Payment.objects.aggregate(total=Sum("amount"))["total"]
    wanted += sum(Decimal(row["amount"]) for row in rows)
    record(deposit(controller, rows))
    assert Payment.objects.aggregate(total=Sum("amount"))["total"] == wanted
    monkeypatch.setattr(FactTable, "stored_total", lambda *_arguments: Decimal(1))
    with pytest.raises(TotalsDiffer):
        record(deposit(controller, [payment(number) for number in range(20, 29)]))


def test_the_report_of_a_check_is_made_after_its_transaction_and_without_the_database(
    settings, known, controller, monkeypatch
):
    settings.IMPORT_SLICE_ROWS = SLICE
    seen: list[tuple[list[Any], int]] = []

    def reported(*arguments: Any) -> dict[str, Any]:
        open_blocks = list(connection.savepoint_ids)
        with CaptureQueriesContext(connection) as asked:
            report = build_report(*arguments)
        seen.append((open_blocks, len(asked)))
        return report

    monkeypatch.setattr(checking, "build_report", reported)
    outside = list(connection.savepoint_ids)
    deposit(controller, [payment(number, amount="0" if number % 2 else "7") for number in range(9)])
    assert seen == [(outside, 0)]


def test_the_rows_of_a_slice_are_read_back_as_they_were_kept():
    values = {"reference": "é", "amount": Decimal("1.50"), "day": dt.date(2025, 3, 1), "items": ()}
    rows = [
        StagedRow(2, ("é", "1,50"), dict(values)),
        StagedRow(3, ("", "-0,00"), values | {"amount": Decimal("-0.00"), "items": ("a", "b")}),
        StagedRow(9, ("x", "12"), values | {"day": None}, frozenset({"day"}), frozenset({"items"})),
    ]
    told = unpack_rows(pack_rows(rows))
    assert told == rows
    assert [str(row.values["amount"]) for row in told] == ["1.50", "-0.00", "1.50"]
    faulty = [StagedRow(4, ("douze",), values | {"amount": "douze"}), rows[0]]
    assert unpack_rows(pack_rows(faulty)) == faulty
    assert unpack_rows(pack_rows([])) == []


def test_only_tables_that_no_other_names_are_read_by_slices():
    schemas = load_schemas()
    named = {foreign.table for schema in schemas.values() for foreign in schema.foreign_keys}
    sliced = {name for name, schema in schemas.items() if schema.has_independent_rows}
    assert sliced == {"service_done", "payment_requests", "payments", "scheduled_payments"}
    assert not sliced & named
    for name in sliced:
        assert schemas[name].kind == "facts"
        assert not schemas[name].unique_keys
