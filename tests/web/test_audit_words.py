"""The audit log speaks in words: each verb of the code has its own, and no detail is a dump."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from accounts.enums import Role
from accounts.services.audit import record_event
from accounts.services.owned import MOVES
from tests.people import person
from web.administration.words import VERBS, detail_words, object_words, verb_words

ROOT = Path(__file__).resolve().parents[2]
ROOMS = "accounts budgets partners projects records jobs indicators web".split()


def verbs_of_the_code() -> set[str]:
    """Return the verbs that a call names by `verb="…"`."""
    return {
        keyword.value.value
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "verb" and isinstance(keyword.value, ast.Constant)
    }


def test_each_verb_that_the_code_records_has_its_words():
    recorded = verbs_of_the_code() | {verb for _, _, verb in MOVES.values()}
    assert len(recorded) > 25
    assert recorded - set(VERBS) == set()


def test_words_follow_the_language_and_an_old_verb_stays_as_it_is():
    with translation.override("fr"):
        assert verb_words("login_failed") == "connexion refusée"
        assert object_words("grant") == "habilitation"
    assert verb_words("of_long_ago") == "of_long_ago"
    assert object_words("import_draft") == "import_draft"


def test_a_detail_leaves_out_what_is_empty_or_zero():
    detail = {"counts": {"projects": {"created": 2, "updated": 0}}, "fields": ["a", "b"], "by": ""}
    assert detail_words(detail) == "counts.projects.created=2 · fields=a, b"


@pytest.mark.django_db
def test_the_log_is_filtered_by_an_operation_named_in_words():
    reader = person(Role.AUDITOR)
    record_event(actor=reader, verb="exported", object_kind="project", object_code="P-KEPT")
    record_event(actor=reader, verb="edited", object_kind="project", object_code="P-LEFT")
    client = Client()
    client.force_login(reader)
    page = client.get("/administration/journal/?verb=exported", HTTP_ACCEPT_LANGUAGE="fr")
    assert "P-KEPT" in page.content.decode()
    assert "P-LEFT" not in page.content.decode()
