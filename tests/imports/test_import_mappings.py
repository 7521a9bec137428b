"""Files whose headings are not those of a table: matched once, read by the same mapping after."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import AuditEvent, User
from accounts.services.owned import move_record
from budgets.models import Commitment, CreditMovement, Payment, ServiceDone
from common.exceptions import StaleEdit
from common.tabular import Row
from common.tabular.parsing import CellError, parse_ordered_date
from records.exceptions import DepositRefused, MappingUnfit
from records.importing.headings import merge_headings
from records.importing.proposal import propose_columns
from records.importing.reading import Options, Reading
from records.importing.schema import load_schemas
from records.models import ImportBatch, ImportDraft, ImportMapping
from records.services.checking import check_draft, is_ready
from records.services.deposits import Upload, deposit_files
from records.services.drafts import confirm_anomalies, correct_line, request_commit
from records.services.mappings import MAPPING, match_file
from records.services.proposing import Asked, propose_reading
from records.services.undo import undo_batch
from tests.imports import layouts
from tests.imports.content import content
from tests.imports.folders import right_tables, run, write_tables

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    """A folder for the deposited files."""
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def known(tmp_path: Path) -> None:
    """A portfolio whose facts the extracts name."""
    assert run(write_tables(tmp_path / "known", right_tables())).status == "applied"


def deposit(actor: User, name: str, data: bytes, **options: Any) -> ImportDraft:
    upload = Upload(name, io.BytesIO(data), len(data))
    return deposit_files(actor=actor, files=[upload], **{"may_match": True, **options})


def proposed(draft: ImportDraft, **asked: Any) -> Reading:
    file = draft.files.get()
    return propose_reading(file.path, file.name, Asked(**asked)).reading


def match(actor: User, draft: ImportDraft, reading: Reading, name: str = "Source") -> ImportDraft:
    match_file(actor=actor, draft_id=draft.pk, position=0, name=name, reading=reading)
    return check_draft(draft_id=draft.pk)


def faults(draft: ImportDraft) -> list[tuple[int, str, str, str]]:
    return [
        (fault["line"], fault["heading"], fault["code"], fault["value"])
        for fault in draft.report["errors"]
    ]


def commit(actor: User, draft: ImportDraft, after_commit: Any) -> ImportBatch:
    assert faults(draft) == []
    keys = [anomaly["key"] for anomaly in draft.report["anomalies"]]
    confirm_anomalies(actor=actor, draft_id=draft.pk, keys=keys)
    with after_commit():
        request_commit(actor=actor, draft_id=draft.pk)
    return ImportBatch.objects.get(draft=draft)


def with_options(reading: Reading, **changes: Any) -> Reading:
    return replace(reading, options=replace(reading.options, **changes))


def commitments_reading(draft: ImportDraft) -> Reading:
    """What is proposed of the commitments, the dates, and the reference of a line of an EJ."""
    reading = proposed(draft)
    columns = {told: name for told, name in reading.columns.items() if told != "N° de poste"}
    values = {"source_reference": "{N° EJ}-{N° de poste}"}
    return with_options(replace(reading, columns=columns), dates="dmy", values=values)


def test_a_preamble_totals_and_cp1252_of_commitments(controller, known, after_commit):
    draft = deposit(controller, "INF_BUD_53.csv", layouts.COMMITMENTS)
    assert (draft.state, draft.recognised, draft.files.get().table) == ("draft", [], "")
    reading = proposed(draft)
    assert (reading.table, reading.options.header_line, reading.options.header_rows) == (
        "commitments", 5, 1,
    )  # fmt: skip
    assert reading.columns == {
        "N° EJ": "legal_reference", "N° de poste": "source_reference", "Centre financier": "node",
        "Projet": "project", "Objet": "label", "Montant engagé": "amount",
        "Date EJ": "committed_on", "Exercice": "fiscal_year",
    }  # fmt: skip
    # A line of an EJ is known by both of its numbers: the line alone comes again.
    draft = match(controller, draft, with_options(reading, dates="dmy"))
    assert faults(draft)[0] == (8, "N° de poste", "duplicate_key", "10")
    told = {(warning["line"], warning["code"]) for warning in draft.report["warnings"]}
    assert told == {(9, "ignored_line"), (10, "ignored_line"), (12, "ignored_line")}
    assert draft.recognised[0]["form"] == "csv cp1252 ;"


def test_a_reference_is_made_of_two_headings(controller, known, after_commit):
    draft = deposit(controller, "INF_BUD_53.csv", layouts.COMMITMENTS)
    draft = match(controller, draft, commitments_reading(draft))
    batch = commit(controller, draft, after_commit)
    facts = Commitment.objects.filter(batch=batch).order_by("source_line")
    assert [(f.source_reference, f.source_line, f.amount) for f in facts] == [
        ("1012345678-10", 6, Decimal("12400.00")),
        ("1012345678-20", 7, Decimal("1600.50")),
        ("1012345679-10", 8, Decimal("-250.00")),
        ("1012345680-10", 11, Decimal("100.00")),
    ]
    first = facts[0]
    assert (first.legal_reference, first.committed_on) == ("1012345678", dt.date(2026, 9, 30))
    assert (first.label, first.source_file) == ("Réalisation", "INF_BUD_53.csv")


def test_merged_headings_over_two_rows_of_a_workbook_of_payments(controller, known, after_commit):
    draft = deposit(controller, "Extraction DP.xlsx", layouts.payments())
    reading = proposed(draft, table="payments", header_line=2, header_rows=2)
    assert reading.options.sheet == "Extraction"
    assert reading.headings == (
        "N° de pièce", "Engagement / Numéro", "Engagement / Date", "Paiement / Montant",
        "Paiement / Date", "Exercice",
    )  # fmt: skip
    assert reading.columns == {
        "N° de pièce": "source_reference", "Paiement / Montant": "amount",
        "Exercice": "fiscal_year",
    }  # fmt: skip
    chosen = {"Engagement / Numéro": "commitment", "Paiement / Date": "paid_on"}
    draft = match(controller, draft, replace(reading, columns={**reading.columns, **chosen}))
    batch = commit(controller, draft, after_commit)
    facts = Payment.objects.filter(batch=batch).order_by("source_line")
    assert [(f.source_reference, f.source_line, f.amount, f.paid_on) for f in facts] == [
        ("P-1", 4, Decimal("150.25"), dt.date(2026, 10, 1)),
        ("P-2", 5, Decimal("49.75"), dt.date(2026, 10, 2)),
    ]


def test_thousands_of_euros_words_and_a_value_for_the_whole_file_of_credits(
    budget_officer, known, after_commit
):
    draft = deposit(budget_officer, "credits.txt.csv", layouts.CREDITS)
    reading = with_options(
        proposed(draft),
        unit="1000",
        mark=",",
        values={"fiscal_year": "2026"},
        equivalents={"kind": {"LFI": "initial_finance_act", "gel": "freeze"}},
    )
    draft = match(budget_officer, draft, reading)
    totals = {total["column"]: total["file"] for total in draft.report["totals"]}
    assert totals == {"ae": "1515000.00", "cp": "1212505.00"}
    batch = commit(budget_officer, draft, after_commit)
    facts = CreditMovement.objects.filter(batch=batch).order_by("source_line")
    assert [(f.kind, f.ae, f.cp, f.fiscal_year) for f in facts] == [
        ("initial_finance_act", Decimal("1500000.00"), Decimal("1200500.00"), 2026),
        ("freeze", Decimal("15000.00"), Decimal("12005.00"), 2026),
    ]


def test_the_other_sign_and_days_in_digits_of_service_done(controller, known, after_commit):
    draft = deposit(controller, "sf.csv", layouts.SERVICE_DONE)
    reading = proposed(draft, separator=";")
    assert reading.unread() == ["Lieu, site"]
    reading = with_options(reading, dates="ymd", reversed=("amount",))
    batch = commit(controller, match(controller, draft, reading), after_commit)
    facts = ServiceDone.objects.filter(batch=batch).order_by("source_line")
    assert [(f.amount, f.done_on) for f in facts] == [
        (Decimal("40.50"), dt.date(2026, 9, 30)),
        (Decimal("-10.25"), dt.date(2026, 10, 1)),
    ]


def test_headings_of_a_merged_row_stand_for_those_on_their_right():
    rows = [Row(1, ("A", None, "", "B")), Row(2, ("x", "y", None, None)), Row(3, (None, "z", 3))]
    assert merge_headings(rows[:1]) == ["A", "", "", "B"]
    assert merge_headings(rows[:2]) == ["A / x", "A / y", "", "B"]
    assert merge_headings([Row(1, ("Montant", "Montant"))]) == ["Montant", "Montant (2)"]


def test_fields_are_proposed_by_folded_names_titles_and_synonyms():
    schema = load_schemas()["commitments"]
    told = ["  montant ae ", "LEGAL_REFERENCE", "n° ej", "Centre Financier", "Inconnu"]
    assert propose_columns(schema, told) == {
        "  montant ae ": "amount", "LEGAL_REFERENCE": "legal_reference",
        "Centre Financier": "node",
    }  # fmt: skip
    # What was chosen before comes first.
    assert propose_columns(schema, told, {"INCONNU": "amount"})["Inconnu"] == "amount"


def test_the_next_file_of_the_source_is_read_at_once(controller, known, after_commit):
    first = deposit(controller, "octobre.csv", layouts.COMMITMENTS)
    reading = commitments_reading(first)
    commit(controller, match(controller, first, reading, "Chorus EJ"), after_commit)
    lines = layouts.COMMITMENTS.decode("cp1252").splitlines()
    # One line less above, the columns in another order, no total: the same headings.
    moved = [";".join(reversed(line.split(";"))) for line in lines[1:8]]
    moved[-1] = moved[-1].replace("1012345679", "1012345999")
    data = "\r\n".join([*moved, ""]).encode("cp1252")
    draft = deposit(controller, "novembre.csv", data, may_match=False)
    file = draft.files.get()
    mapping = ImportMapping.objects.get()
    assert (file.table, file.reading["code"], file.reading["version"]) == (
        "commitments", "CHORUS-EJ", 1,
    )  # fmt: skip
    assert file.reading["options"]["header_line"] == 4
    draft = check_draft(draft_id=draft.pk)
    (table,) = draft.report["tables"]
    assert (table["created"], table["unchanged"], table["errors"]) == (1, 2, 0)
    assert mapping.version == 1


def test_other_headings_are_asked_for_again_with_the_closest_choices_proposed(controller, known):
    first = deposit(controller, "octobre.csv", layouts.COMMITMENTS)
    match(controller, first, commitments_reading(first), "Chorus EJ")
    data = layouts.COMMITMENTS.replace(b"Projet;Objet", b"Projet;Remarques")
    draft = deposit(controller, "novembre.csv", data)
    assert draft.files.get().table == ""
    reading = proposed(draft)
    assert reading.table == "commitments"
    assert reading.options.values == {"source_reference": "{N° EJ}-{N° de poste}"}
    assert reading.options.dates == "dmy"
    assert "Remarques" in reading.unread()


def test_an_error_names_the_line_and_the_heading_of_the_file_and_is_corrected_in_place(
    controller, known, after_commit
):
    data = layouts.COMMITMENTS.replace(b"1 600,50", b"1 6OO,50").replace(
        b"1012345680;10;0214-UO1", b"1012345680;10;DNE999"
    )
    draft = deposit(controller, "octobre.csv", data)
    draft = match(controller, draft, commitments_reading(draft))
    assert faults(draft) == [
        (7, "Montant engagé", "not_a_number", "1 6OO,50"),
        (11, "Centre financier", "unknown_reference", "DNE999"),
    ]
    for line, cells in ((7, {"amount": "1 600,50"}), (11, {"node": "0214-UO1"})):
        correct_line(
            actor=controller, draft_id=draft.pk, table="commitments", line=line, cells=cells
        )
    batch = commit(controller, check_draft(draft_id=draft.pk), after_commit)
    assert Commitment.objects.filter(batch=batch).count() == 4


def test_a_row_that_is_wider_than_the_headings_is_one_fault(controller, known):
    data = layouts.COMMITMENTS.replace(b";100,00;", b";;100,00;")
    draft = deposit(controller, "octobre.csv", data)
    draft = match(controller, draft, commitments_reading(draft))
    assert faults(draft) == [(11, "", "ragged_row", "9")]


def test_an_edit_of_a_mapping_changes_no_deposit_and_keeps_each_version(controller, known):
    draft = deposit(controller, "octobre.csv", layouts.COMMITMENTS)
    reading = commitments_reading(draft)
    match(controller, draft, reading, "Chorus EJ")
    other = deposit(controller, "autre.csv", layouts.COMMITMENTS)
    assert other.files.get().reading["version"] == 1
    match(controller, other, with_options(reading, reversed=("amount",)), "Chorus EJ")
    mapping = ImportMapping.objects.get()
    assert mapping.version == 2
    told = [row.options["reversed"] for row in mapping.history.order_by("history_id")]
    assert told == [[], ["amount"]]
    amounts = [
        check_draft(draft_id=kept.pk).report["totals"][0]["result"] for kept in (draft, other)
    ]
    assert amounts == ["13850.50", "-13850.50"]
    event = AuditEvent.objects.filter(verb="edited", object_kind="import_mapping").get()
    assert (event.object_code, event.actor) == ("CHORUS-EJ", controller)


def test_a_mapping_that_says_nothing_new_keeps_its_version(controller, known):
    draft = deposit(controller, "octobre.csv", layouts.COMMITMENTS)
    reading = commitments_reading(draft)
    match(controller, draft, reading)
    match(controller, draft, reading)
    assert ImportMapping.objects.get().version == 1


def test_what_the_table_or_the_file_does_not_have_is_refused(controller, known):
    draft = deposit(controller, "octobre.csv", layouts.COMMITMENTS)
    right = commitments_reading(draft)
    columns = dict(right.columns)
    del columns["Montant engagé"]
    wrong = {
        "missing": replace(right, columns=columns),
        "twice": replace(right, columns={**right.columns, "Objet": "amount"}),
        "unknown": replace(right, columns={**right.columns, "Objet": "colour"}),
        "table": replace(right, table="users"),
        "heading": with_options(right, values={"source_reference": "{Facture}"}),
    }
    for name, reading in wrong.items():
        with pytest.raises(ValidationError):
            match(controller, draft, reading, name)
    assert not ImportMapping.objects.exists()
    assert draft.files.get().table == ""


def test_a_closed_mapping_reads_nothing_any_more(controller, known):
    draft = deposit(controller, "octobre.csv", layouts.COMMITMENTS)
    match(controller, draft, commitments_reading(draft))
    mapping = ImportMapping.objects.get()
    move_record(
        actor=controller, kind=MAPPING, record_id=mapping.pk, expected_version=1, move="close",
        on=dt.date(2026, 11, 26), reason="Nouvelle restitution",
    )  # fmt: skip
    with pytest.raises(DepositRefused):
        deposit(controller, "novembre.csv", layouts.COMMITMENTS, may_match=False)
    assert deposit(controller, "novembre.csv", layouts.COMMITMENTS).files.get().table == ""


def test_a_mapping_is_named_for_a_file_that_holds_its_headings_among_others(controller, known):
    draft = deposit(controller, "octobre.csv", layouts.COMMITMENTS)
    match(controller, draft, commitments_reading(draft))
    mapping = ImportMapping.objects.get()
    data = layouts.COMMITMENTS.replace(b"EJ;Exercice", b"EJ;Exercice;Gestionnaire")
    lines = data.splitlines()
    wider = b"\n".join([*lines[:5], *[line + b";X" for line in lines[5:8]], b""])
    named = deposit(controller, "novembre.csv", wider, mapping=mapping, may_match=False)
    assert named.files.get().table == "commitments"
    with pytest.raises(MappingUnfit):
        deposit(controller, "credits.csv", layouts.CREDITS, mapping=mapping, may_match=False)


def test_two_decisions_on_the_same_version_of_a_deposit_do_not_both_match_it(controller, known):
    draft = deposit(controller, "octobre.csv", layouts.COMMITMENTS)
    reading = commitments_reading(draft)
    told = {"actor": controller, "draft_id": draft.pk, "position": 0, "reading": reading}
    match_file(**told, name="Un", expected_version=draft.version)
    with pytest.raises(StaleEdit):
        match_file(**told, name="Deux", expected_version=draft.version)
    assert ImportMapping.objects.get().name == "Un"


def test_a_batch_read_by_a_mapping_is_undone_as_any_other(controller, known, after_commit):
    before = content()
    draft = deposit(controller, "octobre.csv", layouts.COMMITMENTS)
    batch = commit(controller, match(controller, draft, commitments_reading(draft)), after_commit)
    assert content() != before
    undo_batch(actor=controller, batch_id=batch.pk, reason="Essai")
    assert content() == before


def test_the_same_content_in_another_layout_is_already_imported(controller, known, after_commit):
    draft = deposit(controller, "octobre.csv", layouts.COMMITMENTS)
    reading = commitments_reading(draft)
    batch = commit(controller, match(controller, draft, reading), after_commit)
    lines = layouts.COMMITMENTS.decode("cp1252").splitlines()
    data = "\n".join([*lines[4:8], lines[10], ""]).encode()
    again = deposit(controller, "net.csv", data)
    assert check_draft(draft_id=again.pk).report == {"already": batch.code}
    assert not is_ready(again)


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("30.09.2026", "dmy", dt.date(2026, 9, 30)),
        ("9/30/26", "mdy", dt.date(2026, 9, 30)),
        ("2026 09 30", "ymd", dt.date(2026, 9, 30)),
        ("1092026", "dmy", dt.date(2026, 9, 1)),
        ("30.13.2026", "dmy", None),
        ("30.09-2026", "dmy", None),
        ("2026.09.30", "dmy", None),
        ("30.09.026", "dmy", None),
        ("hier", "ymd", None),
    ],
)
def test_a_date_in_digits_is_read_in_the_order_that_is_said(text, order, day):
    if day:
        assert parse_ordered_date(text, order) == day
        return
    with pytest.raises(CellError):
        parse_ordered_date(text, order)


def test_an_encoding_that_is_said_is_proved_and_no_other_is_tried(controller, known):
    data = layouts.COMMITMENTS.decode("cp1252").encode("cp850")
    draft = deposit(controller, "octobre.csv", data)
    assert "Édité" not in " ".join(proposed(draft).headings)
    reading = proposed(draft, encoding="cp850", table="commitments")
    assert "Montant engagé" in reading.columns
    assert Options.from_dict(reading.options.as_dict()) == reading.options
