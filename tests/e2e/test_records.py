"""Documents, comments and notifications in a real browser: what people write runs nowhere."""

from __future__ import annotations

import io
from typing import Any

import pytest

from accounts.models import User
from records.services import attachments, comments
from records.services.notifications import unread_count
from tests.records import files
from tests.records.payloads import XSS

pytestmark = pytest.mark.browser
PROJECT = {"subject_kind": "project", "subject_code": "EX-01"}


@pytest.fixture
def media(settings: Any, tmp_path: Any) -> None:
    """The folder of the received files."""
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def seeded(demo: None, media: None) -> list[int]:
    """The forty payloads in every text that people write about a project."""
    actor = User.objects.get(username="directrice")
    first = comments.write_comment(actor=actor, body="Premier", **PROJECT)
    documents = []
    for payload in XSS:
        document = attachments.attach_document(
            actor=actor,
            content=io.BytesIO(files.PDF),
            file_name=f"a{payload}z.pdf",
            size=len(files.PDF),
            title=payload,
            **PROJECT,
        )
        documents.append(document.pk)
        comments.write_comment(
            actor=actor, body=f"@controle {payload}", parent_id=first.pk, **PROJECT
        )
    return documents


def test_forty_payloads_run_nowhere(visit: Any, seeded: list[int]) -> None:
    visitor = visit()
    dialogs: list[str] = []
    visitor.page.on("dialog", lambda shown: (dialogs.append(shown.message), shown.dismiss()))
    visitor.log_in("controle")
    pages = ["/projets/EX-01/", "/documents/project/EX-01/", "/notifications/"]
    pages += [f"/pieces-jointes/{document}/" for document in seeded]
    for path in pages:
        assert visitor.go(path) == 200, path
    assert dialogs == []
    assert visitor.complaints == []


def test_a_name_is_completed_by_keyboard_and_the_person_is_told(visit: Any, media: None) -> None:
    visitor = visit()
    before = unread_count(User.objects.get(username="controle"))
    visitor.log_in("directrice")
    visitor.go("/projets/EX-01/")
    area = visitor.page.locator("#comment-body")
    area.press_sequentially("Pour @contr")
    visitor.page.wait_for_selector(".pf-completions [aria-selected=true]")
    area.press("Enter")
    assert area.input_value() == "Pour @controle "
    with visitor.page.expect_navigation():
        visitor.page.locator("#records form.pf-form button[type=submit]").click()
    assert visitor.page.locator(".pf-mention").inner_text() == "@controle"
    other = visit()
    other.log_in("controle")
    other.go("/")
    bell = other.page.locator("a[href='/notifications/'] .pf-count").first
    assert bell.inner_text() == str(before + 1)
    assert visitor.complaints == []
    assert other.complaints == []


def test_a_document_is_attached_without_javascript_and_saved_never_shown(
    chromium: Any, live_server: Any, demo: None, media: None
) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="fr")
    page = context.new_page()
    page.goto(f"{live_server.url}/connexion/")
    page.fill("input[name=username]", "directrice")
    page.fill("input[name=password]", "demonstration-2026")
    page.click("main button[type=submit]")
    page.goto(f"{live_server.url}/pieces-jointes/joindre/project/EX-01/")
    page.set_input_files(
        "#id_content", {"name": "avis.pdf", "mimeType": "application/pdf", "buffer": files.PDF}
    )
    page.fill("#id_title", "Avis du conseil")
    page.click("main form[enctype] button[type=submit]")
    page.wait_for_url("**/projets/EX-01/#records")
    with page.expect_download() as saved:
        page.click("#records a[href$='/telecharger/1/']")
    assert saved.value.suggested_filename == "avis.pdf"
    assert page.url.endswith("/projets/EX-01/#records")
    context.close()
