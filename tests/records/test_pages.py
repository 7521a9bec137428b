"""Pages of the documents, comments and notifications, as people open them."""

from __future__ import annotations

import io
import os
import re
from html.parser import HTMLParser

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from records.models import Attachment, Comment, Notification, Subscription
from records.services import attachments, comments
from tests.records import files
from tests.records.payloads import XSS


class Marks(HTMLParser):
    """Counts what could run in a page: scripts without a source, handlers, strange addresses."""

    def __init__(self):
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            if name.startswith("on"):
                self.found.append(f"{tag} {name}")
            plain = (value or "").strip().lower()
            if name in ("href", "src", "action") and plain.startswith(("javascript:", "data:")):
                self.found.append(f"{tag} {name}={plain}")
        if tag == "script" and not dict(attrs).get("src", "").startswith("/static/"):
            self.found.append("script")


def marks_of(text: str) -> list[str]:
    parser = Marks()
    parser.feed(text)
    strange = parser.tags & {"iframe", "object", "embed", "base", "marquee", "video", "math"}
    return parser.found + sorted(strange)


def marks(response) -> list[str]:
    return marks_of(response.content.decode())


def upload(name="avis.pdf", content=files.PDF):
    return SimpleUploadedFile(name, content, content_type="text/html")


def attach(actor, **fields):
    given = {
        "subject_kind": "project",
        "subject_code": "P-1",
        "content": io.BytesIO(files.PDF),
        "file_name": "avis.pdf",
        "size": len(files.PDF),
    }
    return attachments.attach_document(actor=actor, **(given | fields))


def write(actor, body="Bonjour", **fields):
    given = {"subject_kind": "project", "subject_code": "P-1"}
    return comments.write_comment(actor=actor, body=body, **(given | fields))


@pytest.fixture
def manager_client(client, team):
    client.force_login(team["manager"])
    return client


def test_a_document_is_attached_read_replaced_and_withdrawn_by_pages(manager_client):
    address = reverse("web:attach", args=["project", "P-1"])
    assert manager_client.get(address).status_code == 200
    sent = manager_client.post(address, {"content": upload(), "kind": "opinion", "title": "Avis"})
    assert sent.status_code == 302
    assert sent.headers["Location"] == "/projets/P-1/#records"
    document = Attachment.objects.get()
    sheet = manager_client.get("/projets/P-1/").content.decode()
    assert "Avis" in sheet
    assert document.files.get().sha256[:12] in sheet
    page = reverse("web:attachment", args=[document.pk])
    replaced = manager_client.post(
        f"{page}remplacer/", {"content": upload("b.png", files.PNG), "version": 1}
    )
    assert replaced.status_code == 302
    stale = manager_client.post(f"{page}decrire/", {"title": "Autre", "kind": "note", "version": 1})
    assert stale.status_code == 422
    assert 'value="Autre"' in stale.content.decode()
    withdrawn = manager_client.post(f"{page}retirer/", {"reason": "Doublon", "version": 2})
    assert withdrawn.status_code == 302
    shown = manager_client.get(page).content.decode()
    assert "Doublon" in shown
    assert document.files.count() == 2
    assert manager_client.post(f"{page}retirer/", {"reason": "x", "version": 3}).status_code == 422


def test_a_file_is_saved_by_the_browser_and_never_shown(manager_client, team):
    row = attach(team["manager"], file_name="Été & “page”.pdf")
    answer = manager_client.get(reverse("web:attachment_download", args=[row.pk, 1]))
    assert b"".join(answer.streaming_content) == files.PDF
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.headers["Content-Disposition"]
    assert told.startswith('attachment; filename="_t')
    assert told.endswith(".pdf")
    assert told.isascii()
    assert manager_client.get(f"/pieces-jointes/{row.pk}/telecharger/2/").status_code == 404


def test_a_refused_file_says_why_and_keeps_what_was_typed(manager_client):
    address = reverse("web:attach", args=["project", "P-1"])
    bad = upload("page.pdf", b"<html><script>alert(1)</script></html>")
    answer = manager_client.post(address, {"content": bad, "kind": "note", "title": "Mon titre"})
    assert answer.status_code == 422
    assert 'value="Mon titre"' in answer.content.decode()
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    "role", ["director_out", "manager_out", "partner_out", "admin", "stranger"]
)
def test_out_of_scope_nothing_is_there(client, team, role):
    row, comment = attach(team["manager"]), write(team["manager"])
    client.force_login(team[role])
    for address in (
        f"/pieces-jointes/{row.pk}/",
        f"/pieces-jointes/{row.pk}/telecharger/1/",
        f"/pieces-jointes/{row.pk}/retirer/",
        "/pieces-jointes/joindre/project/P-1/",
        f"/commentaires/{comment.pk}/repondre/",
        "/commentaires/ecrire/project/P-1/",
        "/mentions/project/P-1/?q=m",
        "/documents/project/P-1/",
    ):
        assert client.get(address).status_code in (403, 404), address
    assert client.post("/suivi/project/P-1/").status_code == 404
    assert client.post("/suivi/project/P-1/", {"stop": "1"}).status_code == 404


def test_who_may_only_read_sees_no_control_and_is_refused(client, team):
    row, comment = attach(team["manager"]), write(team["manager"])
    client.force_login(team["auditor"])
    sheet = client.get("/projets/P-1/").content.decode()
    assert f"/pieces-jointes/{row.pk}/" in sheet
    assert "/pieces-jointes/joindre/" not in sheet
    assert "/commentaires/" not in sheet
    for address in (
        f"/pieces-jointes/{row.pk}/retirer/",
        "/pieces-jointes/joindre/project/P-1/",
        f"/commentaires/{comment.pk}/modifier/",
        "/commentaires/ecrire/project/P-1/",
    ):
        assert client.post(address, {}).status_code == 403, address


def test_a_controller_adds_but_does_not_change_what_others_added(client, team):
    row, comment = attach(team["manager"]), write(team["manager"])
    client.force_login(team["controller"])
    sent = client.post("/commentaires/ecrire/project/P-1/", {"body": "Vu"})
    assert sent.status_code == 302
    for address in (f"/pieces-jointes/{row.pk}/retirer/", f"/commentaires/{comment.pk}/retirer/"):
        assert client.post(address, {"reason": "x", "version": 1}).status_code == 403
    own = Comment.objects.get(body="Vu")
    answer = client.post(f"/commentaires/{own.pk}/retirer/", {"reason": "x", "version": 1})
    assert answer.status_code == 302


def seed(actor, payload):
    """Write one payload everywhere that people write; return the pages that show it alone."""
    row = attach(actor, title=payload, file_name=f"a{payload[:60]}z.pdf")
    first = write(actor, payload)
    write(actor, f"@manager {payload} https://x.example/{payload}", parent_id=first.pk)
    comments.withdraw_comment(
        actor=actor, comment_id=write(actor, payload).pk, expected_version=1, reason=payload
    )
    return (
        f"/pieces-jointes/{row.pk}/",
        f"/pieces-jointes/{row.pk}/decrire/",
        f"/commentaires/{first.pk}/repondre/",
        f"/commentaires/{first.pk}/modifier/",
    )


# The pages that show all the payloads are always read; those of one payload, for one in five.
EVERY_PAGE = os.environ.get("STORM") == "full"


def test_what_people_write_runs_nowhere(manager_client, team):
    shown = [seed(team["manager"], payload) for payload in XSS]
    pages = [page for own in (shown if EVERY_PAGE else shown[::5]) for page in own]
    for address in (*pages, "/projets/P-1/", "/documents/project/P-1/"):
        answer = manager_client.get(address)
        assert answer.status_code == 200
        assert marks(answer) == [], address
    sheet = manager_client.get("/projets/P-1/").content.decode()
    assert sheet.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 3


def test_the_same_payloads_unescaped_would_be_seen():
    seen = [payload for payload in XSS if marks_of(f"<p>{payload}</p>")]
    assert len(seen) >= 30


def test_forty_payloads_are_tried():
    assert len(set(XSS)) == 40


def test_comments_are_threaded_one_level_and_links_are_safe(manager_client, team):
    first = write(team["director"], "Voir https://example.org/a?b=1&c=2. Et @manager !")
    answer = manager_client.post(f"/commentaires/{first.pk}/repondre/", {"body": "Vu"})
    assert answer.status_code == 302
    reply = Comment.objects.get(body="Vu")
    again = manager_client.post(f"/commentaires/{reply.pk}/repondre/", {"body": "Non"})
    assert again.status_code == 422
    sheet = manager_client.get("/projets/P-1/").content.decode()
    assert (
        '<a href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer nofollow">' in sheet
    )
    assert '<strong class="pf-mention">@manager</strong>' in sheet
    assert re.search(r"pf-remarks--answers.*Vu", sheet, re.DOTALL)


def test_a_completion_names_only_people_who_see_the_object(manager_client, team):
    def names(text):
        found = manager_client.get("/mentions/project/P-1/", {"q": text}).json()["people"]
        return [person["username"] for person in found]

    assert names("inside") == ["inside-budget", "inside-director"]
    assert names("outside") == []
    assert names("nobody") == []
    assert names("") == []
    assert names("\x00") == []


def test_following_is_a_choice(manager_client, team):
    manager_client.post("/suivi/project/P-1/")
    assert Subscription.objects.filter(person=team["manager"]).count() == 1
    manager_client.post("/suivi/project/P-1/", {"stop": "1"})
    assert not Subscription.objects.exists()


def test_the_bell_counts_what_is_unread_and_reading_empties_it(manager_client, team):
    write(team["director"], "@manager bonjour")
    page = manager_client.get("/").content.decode()
    assert '<span class="pf-count">1</span>' in page
    row = Notification.objects.get(recipient=team["manager"])
    listed = manager_client.get("/notifications/").content.decode()
    assert "/projets/P-1/" in listed
    answer = manager_client.post(f"/notifications/{row.pk}/lire/")
    assert answer.headers["Location"] == "/projets/P-1/"
    assert "pf-count" not in manager_client.get("/").content.decode()
    write(team["director"], "@manager encore")
    manager_client.post("/notifications/tout-lire/")
    assert not Notification.objects.filter(read_at=None).exists()


def test_somebody_elses_notification_is_not_there(client, team):
    write(team["director"], "@manager bonjour")
    row = Notification.objects.get(recipient=team["manager"])
    client.force_login(team["director"])
    assert client.post(f"/notifications/{row.pk}/lire/").status_code == 404
    assert "/projets/P-1/" not in client.get("/notifications/").content.decode()


@pytest.mark.parametrize("address", ["/projets/P-1/", "/notifications/", "/documents/project/P-1/"])
def test_a_page_costs_the_same_queries_for_one_remark_and_for_many(
    manager_client, team, django_assert_max_num_queries, address
):
    def add(count):
        for number in range(count):
            attach(team["director"], title=f"d{number}")
            first = write(team["director"], f"@manager {number}")
            write(team["director"], "@inside-budget", parent_id=first.pk)

    add(1)
    with django_assert_max_num_queries(80) as few:
        manager_client.get(address)
    add(8)
    with django_assert_max_num_queries(len(few)):
        manager_client.get(address)


def test_the_contract_the_amendment_and_the_movement_show_theirs(client, team, sample):
    client.force_login(team["director"])
    amendment = sample.contract.amendments.first()
    attach(team["director"], subject_kind="contract", subject_code=sample.contract.code, title="K1")
    attach(team["director"], subject_kind="credit_movement", subject_code="M-1", title="K2")
    assert "K1" in client.get(f"/contrats/{sample.contract.code}/").content.decode()
    movement = sample.p1.credit_movements.get(source_reference="M-1")
    assert "K2" in client.get(f"/budget/mouvements/{movement.pk}/").content.decode()
    if amendment is not None:
        code = amendment.source_reference
        sent = client.post(
            f"/pieces-jointes/joindre/amendment/{code}/",
            {"content": upload(), "kind": "contract", "title": "K3"},
        )
        assert sent.headers["Location"] == f"/documents/amendment/{code}/"
        assert "K3" in client.get(f"/documents/amendment/{code}/").content.decode()


def test_an_export_counts_the_documents_that_the_reader_may_open(client, team, sample):
    attach(team["director"])
    withdrawn = attach(team["director"])
    attachments.withdraw_document(
        actor=team["director"], attachment_id=withdrawn.pk, expected_version=1, reason="x"
    )
    code = sample.contract.code
    attach(team["contracts"], subject_kind="contract", subject_code=code)
    attach(team["contracts"], subject_kind="contract", subject_code=code, is_shared=True)

    def last_column(role, address):
        client.force_login(team[role])
        answer = client.get(address, {"format": "csv"})
        lines = b"".join(answer.streaming_content).decode().splitlines()
        return [line.rsplit(",", 1)[-1] for line in lines if line]

    assert last_column("director", "/projets/")[1] == "1"
    assert last_column("director", "/contrats/")[1] == "2"
    assert last_column("partner", "/contrats/")[1] == "1"


def test_the_history_of_a_project_tells_its_documents_and_comments(manager_client, team):
    attach(team["director"], title="Délibération 12")
    write(team["director"], "Bonjour")
    sheet = manager_client.get("/projets/P-1/").content.decode()
    history = sheet[sheet.index('id="history"') :]
    assert "Délibération 12 (avis.pdf, 1)" in history
