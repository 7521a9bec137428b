"""Attaching, replacing, describing and withdrawing documents; what stands on the disk."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import sys

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction
from django.http import Http404

from accounts.models import AuditEvent
from common.exceptions import StaleEdit
from records.exceptions import AlteredFile, FileRefused, ScanRefused, Withdrawn
from records.models import Attachment, AttachmentFile, Subscription
from records.rules.files import LARGEST_FILE
from records.services import attachments as services
from records.services.storage import open_verified, path_of
from tests.records import files


def attach(actor, *, content=files.PDF, name="avis.pdf", size=None, **fields):
    given = {"subject_kind": "project", "subject_code": "P-1", **fields}
    return services.attach_document(
        actor=actor,
        content=io.BytesIO(content),
        file_name=name,
        size=len(content) if size is None else size,
        **given,
    )


def stored_files(media):
    return [path for path in media.rglob("*") if path.is_file()] if media.exists() else []


def test_a_document_is_kept_with_its_hash_under_a_name_made_by_the_server(team, media):
    attachment = attach(team["manager"], name="../../Avis du conseil.pdf", kind="opinion")
    file = attachment.files.get()
    assert (attachment.title, file.file_name) == ("Avis du conseil.pdf", "Avis du conseil.pdf")
    assert file.sha256 == hashlib.sha256(files.PDF).hexdigest()
    assert (file.size, file.media_type) == (len(files.PDF), "application/pdf")
    (path,) = stored_files(media)
    assert path == path_of(file.stored_name)
    assert len(path.name) == 64
    assert "Avis" not in str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert AuditEvent.objects.filter(verb="attached", object_code="P-1").count() == 1


def test_two_identical_files_are_two_documents(team, media):
    attach(team["manager"])
    attach(team["manager"])
    assert len(stored_files(media)) == 2


def test_a_newer_file_keeps_the_former_ones(team, media):
    attachment = attach(team["manager"])
    services.replace_document(
        actor=team["director"],
        attachment_id=attachment.pk,
        expected_version=1,
        content=io.BytesIO(files.PNG),
        file_name="plan.png",
        size=len(files.PNG),
    )
    assert list(attachment.files.values_list("number", "file_name")) == [
        (1, "avis.pdf"),
        (2, "plan.png"),
    ]
    assert len(stored_files(media)) == 2


def test_a_withdrawn_document_stays_with_its_reason_and_is_read_only(team, media):
    attachment = attach(team["manager"])
    withdrawn = services.withdraw_document(
        actor=team["manager"], attachment_id=attachment.pk, expected_version=1, reason="Doublon"
    )
    assert (withdrawn.is_withdrawn, withdrawn.withdrawal_reason) == (True, "Doublon")
    assert len(stored_files(media)) == 1
    with pytest.raises(Withdrawn):
        services.describe_document(
            actor=team["manager"],
            attachment_id=attachment.pk,
            expected_version=2,
            changes={"title": "X"},
        )


def test_a_withdrawal_needs_a_reason(team):
    attachment = attach(team["manager"])
    with pytest.raises(ValidationError):
        services.withdraw_document(
            actor=team["manager"], attachment_id=attachment.pk, expected_version=1, reason=" "
        )


def test_a_stale_description_is_refused_and_the_former_title_stays_in_the_history(team):
    attachment = attach(team["manager"])
    services.describe_document(
        actor=team["manager"],
        attachment_id=attachment.pk,
        expected_version=1,
        changes={"title": "Nouveau titre"},
    )
    with pytest.raises(StaleEdit):
        services.describe_document(
            actor=team["manager"],
            attachment_id=attachment.pk,
            expected_version=1,
            changes={"title": "Autre"},
        )
    titles = attachment.history.order_by("history_date", "pk").values_list("title", flat=True)
    assert list(titles) == ["avis.pdf", "Nouveau titre"]


@pytest.mark.parametrize("fault", ["type", "size", "name"])
def test_a_refused_file_leaves_nothing(team, media, fault):
    content, name = files.PDF, "a.pdf"
    if fault == "type":
        content = files.BAD["page.pdf"]
    elif fault == "size":
        content = b"a" * (LARGEST_FILE + 1)
        name = "a.txt"
    else:
        name = "../"
    with pytest.raises(FileRefused):
        attach(team["manager"], content=content, name=name, title="Titre")
    assert not Attachment.objects.exists()
    assert stored_files(media) == []


def test_a_size_that_lies_does_not_pass_the_bound(team, media):
    content = b"a" * (LARGEST_FILE + 1)
    with pytest.raises(FileRefused):
        attach(team["manager"], content=content, name="a.txt", size=10)
    assert stored_files(media) == []


def test_exactly_twenty_megabytes_are_kept(team, media):
    attachment = attach(team["manager"], content=b"a" * LARGEST_FILE, name="a.txt")
    assert attachment.files.get().size == LARGEST_FILE


@pytest.mark.parametrize(
    ("program", "refused"),
    [
        ([sys.executable, "-c", "import sys; sys.exit(0)"], False),
        ([sys.executable, "-c", "import sys; sys.exit(1)"], True),
        (["/absent/scanner"], True),
        ([sys.executable, "-c", "import time; time.sleep(30)"], True),
    ],
    ids=["clean", "infected", "absent", "silent"],
)
def test_a_file_that_the_scanner_does_not_clear_is_refused(team, media, settings, program, refused):
    settings.ATTACHMENT_SCAN_COMMAND = program
    settings.ATTACHMENT_SCAN_SECONDS = 2
    if refused:
        with pytest.raises(ScanRefused):
            attach(team["manager"])
        assert stored_files(media) == []
        assert not Attachment.objects.exists()
    else:
        assert attach(team["manager"]).files.get().is_scanned


def test_the_scanner_is_given_the_file_itself(team, settings, tmp_path):
    seen = tmp_path / "seen"
    program = "import sys, shutil; shutil.copy(sys.argv[2], sys.argv[1])"
    settings.ATTACHMENT_SCAN_COMMAND = [sys.executable, "-c", program, str(seen)]
    attach(team["manager"])
    assert seen.read_bytes() == files.PDF


def test_a_row_that_cannot_be_written_leaves_no_file(team, media, monkeypatch):
    def refuse(self, *args, **kwargs):
        raise ValidationError("refused")

    monkeypatch.setattr(AttachmentFile, "full_clean", refuse)
    with pytest.raises(ValidationError), transaction.atomic():
        attach(team["manager"])
    assert stored_files(media) == []


@pytest.mark.parametrize("damage", ["altered", "removed"])
def test_a_damaged_file_is_not_served(team, damage):
    file = attach(team["manager"]).files.get()
    path = path_of(file.stored_name)
    if damage == "altered":
        path.chmod(0o600)
        path.write_bytes(files.PDF + b" ")
    else:
        path.unlink()
    with pytest.raises(AlteredFile):
        open_verified(file.stored_name, file.sha256)


def test_who_attaches_a_document_follows_the_object(team):
    attach(team["manager"])
    followed = Subscription.objects.values_list("person__username", "subject_code")
    assert list(followed) == [("manager", "P-1")]


ATTACH = {
    "project": dict.fromkeys(["director", "manager", "budget", "contracts", "controller"], "ok")
    | {"auditor": "refused"},
    "contract": dict.fromkeys(
        ["director", "manager", "budget", "contracts", "controller", "partner"], "ok"
    )
    | {"auditor": "refused"},
    "credit_movement": dict.fromkeys(["director", "manager", "budget", "controller"], "ok")
    | {"auditor": "refused"},
}


def code_of(kind, sample):
    return {"project": "P-1", "contract": sample.contract.code, "credit_movement": "M-1"}[kind]


@pytest.mark.parametrize("kind", ATTACH)
def test_who_may_attach_is_who_reads_the_object_and_holds_the_verb_there(team, sample, kind):
    found = {}
    for role, user in team.items():
        try:
            attach(user, subject_kind=kind, subject_code=code_of(kind, sample))
            found[role] = "ok"
        except PermissionDenied:
            found[role] = "refused"
        except Http404:
            found[role] = "unseen"
    assert found == dict.fromkeys(team, "unseen") | ATTACH[kind]


@pytest.mark.parametrize("kind", ATTACH)
def test_who_reads_documents_is_who_reads_the_object(team, sample, kind):
    attach(team["controller"], subject_kind=kind, subject_code=code_of(kind, sample))
    seen = {role for role, user in team.items() if Attachment.objects.visible_to(user).exists()}
    # What the house keeps for itself is not the partner's.
    assert seen == set(ATTACH[kind]) - {"partner"}


def test_a_partner_reads_what_is_shared_and_what_it_attached(team, sample):
    code = sample.contract.code
    attach(team["contracts"], subject_kind="contract", subject_code=code, title="interne")
    attach(team["contracts"], subject_kind="contract", subject_code=code, title="p", is_shared=True)
    own = attach(team["partner"], subject_kind="contract", subject_code=code, title="le sien")
    assert own.is_shared
    seen = Attachment.objects.visible_to(team["partner"])
    assert set(seen.values_list("title", flat=True)) == {"p", "le sien"}
    assert not Attachment.objects.visible_to(team["partner_out"]).exists()


def test_an_object_of_no_room_cannot_be_written_about(team):
    with pytest.raises(Http404):
        attach(team["director"], subject_kind="user", subject_code="manager")
    with pytest.raises(Http404):
        attach(team["director"], subject_kind="job", subject_code="1")


def test_the_check_of_the_disk_names_what_is_missing_altered_or_of_no_row(team, media, capsys):
    rows = [attach(team["manager"]).files.get() for _ in range(3)]
    call_command("verify_attachments")
    assert "3 files checked, 0 faults" in capsys.readouterr().out
    path_of(rows[0].stored_name).unlink()
    path_of(rows[1].stored_name).write_bytes(b"x")
    lost = media / "ab" / ("ab" * 32)
    lost.parent.mkdir(exist_ok=True)
    lost.write_bytes(b"x")
    os.utime(lost, (0, 0))
    with pytest.raises(CommandError) as failed:
        call_command("verify_attachments")
    assert failed.value.returncode == 1
    told = capsys.readouterr().err
    assert all(word in told for word in ("missing", "altered", "of no row"))
