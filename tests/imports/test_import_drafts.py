"""Deposits: recognised, checked, corrected, confirmed, recorded by a job, kept as they came."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AuditEvent, User
from accounts.services.grants import establish_grant
from budgets.models import Commitment
from jobs.models import Job
from records.enums import DraftState
from records.exceptions import DepositRefused, NotReady, WrongDraftState
from records.models import ImportBatch, ImportDraft
from records.services.checking import check_draft, commit_draft, is_ready
from records.services.deposits import Upload, abandon_draft, deposit_files
from records.services.drafts import (
    check_or_ask,
    confirm_anomalies,
    correct_line,
    purge_drafts,
    request_commit,
    set_line_aside,
    take_line_back,
)
from records.services.undo import undo_batch
from tests.imports import restitution as restituted
from tests.imports.content import content
from tests.imports.digests import table_digests
from tests.imports.folders import right_tables, run, text_of, write_tables

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """A folder for the deposited files."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


def upload(name: str, data: bytes) -> Upload:
    return Upload(name, io.BytesIO(data), len(data))


def deposit(actor: User, *files: tuple[str, bytes], **options: Any) -> ImportDraft:
    draft = deposit_files(actor=actor, files=[upload(*file) for file in files], **options)
    return check_draft(draft_id=draft.pk)


def table_file(name: str) -> tuple[str, bytes]:
    return f"{name}.csv", text_of(right_tables()[name]).encode()


@pytest.fixture
def known(tmp_path: Path) -> None:
    """What the database holds before the restitution."""
    assert run(restituted.write_former(tmp_path / "former")).status == "applied"


@pytest.fixture
def draft(known: None, controller: User) -> ImportDraft:
    """The restitution, deposited and checked."""
    return deposit(controller, (restituted.NAME, restituted.restitution()), is_new_version=True)


def only(draft: ImportDraft) -> dict[str, Any]:
    (table,) = draft.report["tables"]
    return table


def commit(actor: User, draft: ImportDraft) -> ImportDraft:
    request_commit(actor=actor, draft_id=draft.pk)
    commit_draft(draft_id=draft.pk)
    draft.refresh_from_db()
    return draft


def test_a_file_is_recognised_by_its_headings_and_read_in_windows_1252(draft):
    (told,) = draft.recognised
    assert (told["name"], told["lines"]) == ("commitments", restituted.LINES)
    assert told["form"] == "csv cp1252 ;"
    assert told["sample"][0][0] == 2
    assert "évolutive" in told["sample"][0][5]


def test_the_check_counts_every_line_once_and_tells_errors_first(draft):
    table = only(draft)
    counted = [table[name] for name in ("created", "updated", "unchanged", "to_check", "errors")]
    assert counted == [37, 212, 1032, 1, 2]
    assert sum(counted) == table["lines"] == restituted.LINES
    places = [(e["file"], e["line"], e["column"], e["code"]) for e in draft.report["errors"]]
    assert places == [
        (restituted.NAME, 14, "amount", "not_a_number"),
        (restituted.NAME, 87, "node", "unknown_reference"),
    ]
    (anomaly,) = draft.report["anomalies"]
    assert (anomaly["line"], anomaly["code"]) == (203, "times_ten")
    assert (anomaly["before"], anomaly["after"]) == ("184000.00", "1840000.00")


def test_the_control_total_is_that_of_the_file(draft):
    (total,) = draft.report["totals"]
    kept = {kind: after for kind, _before, after in restituted.plan_of_lines()}
    lines = restituted.plan_of_lines()
    told = sum(after for kind, _before, after in lines if kind != "wrong_amount")
    assert Decimal(total["file"]) == told
    assert Decimal(total["out"]) == kept["unknown_node"]
    assert Decimal(total["file"]) - Decimal(total["out"]) == Decimal(total["result"])
    assert total["unread"] == 1


def test_a_check_writes_nothing(known, controller):
    before = content()
    draft = deposit(controller, (restituted.NAME, restituted.restitution()), is_new_version=True)
    assert content() == before
    assert not ImportBatch.objects.exclude(counts={}).filter(draft=draft).exists()


def test_nothing_is_recorded_while_an_error_or_an_anomaly_is_left(draft, controller):
    before = content()
    with pytest.raises(NotReady):
        request_commit(actor=controller, draft_id=draft.pk)
    correct_line(
        actor=controller, draft_id=draft.pk, table="commitments", line=14,
        cells={"amount": "12 400,00"},
    )  # fmt: skip
    set_line_aside(
        actor=controller, draft_id=draft.pk, table="commitments", line=87, reason="À revoir"
    )
    draft = check_draft(draft_id=draft.pk)
    assert (only(draft)["errors"], only(draft)["created"], only(draft)["aside"]) == (0, 38, 1)
    assert not is_ready(draft)
    with pytest.raises(NotReady):
        request_commit(actor=controller, draft_id=draft.pk)
    assert content() == before


def ready(draft: ImportDraft, controller: User) -> ImportDraft:
    """Correct one line, set the other aside, confirm the anomaly."""
    correct_line(
        actor=controller, draft_id=draft.pk, table="commitments", line=14,
        cells={"amount": "12 400,00"},
    )  # fmt: skip
    set_line_aside(
        actor=controller, draft_id=draft.pk, table="commitments", line=87, reason="À revoir"
    )
    draft = check_draft(draft_id=draft.pk)
    keys = [anomaly["key"] for anomaly in draft.report["anomalies"]]
    draft = confirm_anomalies(actor=controller, draft_id=draft.pk, keys=keys)
    assert is_ready(draft)
    return draft


def test_what_was_corrected_and_confirmed_is_recorded_and_undone(draft, controller):
    before = content()
    draft = commit(controller, ready(draft, controller))
    assert draft.state == DraftState.APPLIED
    counts = draft.batch.counts["commitments"]
    assert counts == {"created": 38, "updated": 213, "unchanged": 1032}
    lines = restituted.plan_of_lines()
    told = sum(after for kind, _before, after in lines if kind != "unknown_node")
    assert Commitment.objects.aggregate(sum=Sum("amount"))["sum"] == told
    undo_batch(actor=controller, batch_id=draft.batch.pk, reason="Essai")
    assert content() == before


def test_the_same_file_again_is_already_imported_and_changes_nothing(draft, controller):
    first = commit(controller, ready(draft, controller))
    before = table_digests()
    again = deposit(controller, (restituted.NAME, restituted.restitution()), is_new_version=True)
    assert again.report == {"already": first.batch.code}
    assert not is_ready(again)
    changed = {name for name, digest in table_digests().items() if digest != before[name]}
    assert changed == {"records_importdraft", "records_draftfile"}


def test_recording_twice_records_once(draft, controller):
    draft = commit(controller, ready(draft, controller))
    before = content()
    assert commit_draft(draft_id=draft.pk)["batch"] == draft.batch.code
    assert content() == before


def test_a_confirmation_holds_for_the_values_that_were_shown(draft, controller):
    draft = ready(draft, controller)
    correct_line(
        actor=controller, draft_id=draft.pk, table="commitments", line=203,
        cells={"amount": "2 840 000,00"},
    )  # fmt: skip
    assert not is_ready(check_draft(draft_id=draft.pk))


def test_a_line_set_aside_is_taken_back(draft, controller):
    set_line_aside(
        actor=controller, draft_id=draft.pk, table="commitments", line=87, reason="À revoir"
    )
    take_line_back(actor=controller, draft_id=draft.pk, table="commitments", line=87)
    assert only(check_draft(draft_id=draft.pk))["errors"] == 2


def test_a_change_of_sign_and_lost_lines_are_anomalies(known, controller):
    rows = restituted.restitution().decode("cp1252").splitlines()
    kept = [rows[0], *(row for row in rows[1:1000] if "DNE999" not in row and "OO,00" not in row)]
    cells = kept[5].split(";")
    cells[5] = f"-{cells[5]}"
    kept[5] = ";".join(cells)
    data = "\r\n".join(kept).encode("cp1252")
    draft = deposit(controller, ("commitments.csv", data), is_new_version=True)
    codes = sorted(anomaly["code"] for anomaly in draft.report["anomalies"])
    assert codes[:1] + codes[-1:] == ["lost_lines", "times_ten"]
    assert "sign_change" in codes


def test_files_are_kept_as_they_came_under_names_of_ours(draft, media, controller):
    (file,) = draft.files.all()
    data = restituted.restitution()
    assert file.path.read_bytes() == data
    assert file.sha256 == hashlib.sha256(data).hexdigest()
    assert restituted.NAME not in str(file.path)
    set_line_aside(
        actor=controller, draft_id=draft.pk, table="commitments", line=87, reason="À revoir"
    )
    check_draft(draft_id=draft.pk)
    assert file.path.read_bytes() == data


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\temp\\payments.csv", "a\x00\u202eb.csv"])
def test_a_name_is_shown_and_never_a_path(name, controller, media, known):
    draft = deposit_files(actor=controller, files=[upload(name, restituted.restitution())])
    (file,) = draft.files.all()
    assert not set(file.name) & set("/\\\x00\u202e")
    assert file.path.is_relative_to(media)


def test_several_files_are_one_import(controller, director):
    establish_grant(
        user=controller, role=Role.BUDGET_OFFICER, scope_code="", valid_from=dt.date(2020, 1, 1)
    )
    files = [table_file("nomenclature"), table_file("movements")]
    tables = right_tables()["movements"]
    tables[0]["project"] = ""
    files[1] = ("mouvements 2025.csv", text_of(tables).encode())
    draft = deposit(controller, *files)
    assert [table["name"] for table in draft.recognised] == ["nomenclature", "movements"]
    assert draft.report["errors"] == []
    assert commit(controller, draft).state == DraftState.APPLIED


def test_what_is_no_table_is_refused_and_leaves_nothing(controller, media):
    for files in ([("notes.csv", b"a;b\n1;2\n")], [], [table_file("payments")] * 2):
        with pytest.raises(DepositRefused):
            deposit_files(actor=controller, files=[upload(*file) for file in files])
    assert not ImportDraft.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_a_deposit_is_bounded(controller, settings):
    settings.IMPORT_MAX_BYTES = 100
    with pytest.raises(DepositRefused):
        deposit(controller, (restituted.NAME, restituted.restitution()))


def test_a_role_imports_its_own_tables_only(known, controller):
    draft = deposit(controller, table_file("partners"))
    assert [error["code"] for error in draft.report["errors"]] == ["table_not_allowed"]


def test_a_budget_officer_imports_within_their_perimeter_only(known, db):
    user = User.objects.create_user(username="bop")
    establish_grant(
        user=user, role=Role.BUDGET_OFFICER, scope_code="9999", scope_kind="nomenclature",
        valid_from=dt.date(2020, 1, 1),
    )  # fmt: skip
    draft = deposit(user, table_file("commitments"))
    assert {error["code"] for error in draft.report["errors"]} == {"out_of_reach"}
    assert only(draft)["errors"] == 2


def test_the_job_records_and_tells_its_end(draft, controller, after_commit):
    draft = ready(draft, controller)
    with after_commit():
        job = request_commit(actor=controller, draft_id=draft.pk)
    job = Job.objects.get(pk=job.pk)
    draft.refresh_from_db()
    assert (job.state, draft.state) == ("succeeded", DraftState.APPLIED)
    assert job.result["batch"] == draft.batch.code


def test_a_large_deposit_is_checked_by_a_job(draft, controller, settings, after_commit):
    settings.IMPORT_CHECK_LINES = 10
    with after_commit():
        asked = check_or_ask(actor=controller, draft_id=draft.pk)
    assert asked.job is not None
    draft.refresh_from_db()
    assert draft.state == DraftState.CHECKED


def test_an_abandoned_deposit_loses_its_files_and_nothing_else(draft, controller, after_commit):
    (file,) = draft.files.all()
    with after_commit():
        abandon_draft(actor=controller, draft_id=draft.pk)
    assert not file.path.exists()
    with pytest.raises(WrongDraftState):
        correct_line(actor=controller, draft_id=draft.pk, table="commitments", line=14, cells={})
    assert AuditEvent.objects.filter(verb="abandoned").exists()


def test_deposits_left_alone_are_purged_and_recorded_ones_kept(draft, controller, after_commit):
    (file,) = draft.files.all()
    with after_commit():
        assert purge_drafts(before=timezone.now() - dt.timedelta(days=1)) == 0
        assert purge_drafts(before=timezone.now() + dt.timedelta(seconds=1)) == 1
    assert not file.path.exists()


def test_a_folder_imported_by_command_and_the_page_is_one_content(tmp_path, known, controller):
    run(write_tables(tmp_path / "command", {"commitments": right_tables()["commitments"]}))
    draft = deposit(controller, table_file("commitments"))
    assert "already" in draft.report
