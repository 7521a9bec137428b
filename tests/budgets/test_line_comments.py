"""Comments on the lines of a programming: their cells, who reads them, the versions made after."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.enums import Role, ScopeKind
from records.enums import Event
from records.models import Comment, Notification
from records.selectors import comments_of
from records.services.comments import resolve_thread, write_comment
from tests.budgets.ledger import make_project, make_uo
from tests.budgets.programming import at_state, make_line, make_version
from tests.people import person

KIND = "programming_line"


@pytest.fixture
def line(db):
    made = make_version("requests")
    return make_line(made, make_uo(), label="Hébergement", project=make_project())


def budget(line):
    return person(Role.BUDGET_OFFICER, line.node.code, scope_kind=ScopeKind.NOMENCLATURE)


def write(actor, line, body="Pourquoi ?", **fields):
    about = {"subject_kind": KIND, "subject_code": line.code}
    return write_comment(actor=actor, body=body, **(about | fields))


def address(line, name="programming_line"):
    version = line.programming_version
    return reverse(f"web:{name}", args=[version.fiscal_year, version.number, line.pk])


def test_a_cell_of_a_line_is_commented_and_named_by_its_year(line):
    actor = budget(line)
    write(actor, line, anchor="1.cp")
    write(actor, line, "Tout")
    places = [one.place for one in comments_of(actor, KIND, line.code)]
    assert places == ["CP 2028", ""]
    answer = write(actor, line, "Voici", parent_id=Comment.objects.first().pk)
    assert answer.anchor == "1.cp"


@pytest.mark.parametrize("anchor", ["9.ae", "0.rae", "0", "x"])
def test_what_is_no_cell_is_refused(line, anchor):
    with pytest.raises(ValidationError):
        write(budget(line), line, anchor=anchor)


def test_who_does_not_see_the_line_sees_and_writes_nothing(client, line):
    write(budget(line), line)
    outside = person(Role.PROJECT_MANAGER)
    with pytest.raises(Http404):
        write(outside, line)
    assert not Comment.objects.visible_to(outside).exists()
    api = APIClient()
    api.force_login(outside)
    found = api.get("/api/v1/comments/", {"subject_kind": KIND, "subject_code": line.code})
    assert found.json()["results"] == []
    one = Comment.objects.get()
    assert api.get(f"/api/v1/comments/{one.pk}/").status_code == 404
    client.force_login(outside)
    assert client.get(address(line)).status_code == 404
    assert client.get(f"/commentaires/{one.pk}/resoudre/").status_code == 404


def test_who_reads_the_line_without_the_right_to_comment_only_reads(client, line):
    write(budget(line), line, "Pourquoi ce montant ?")
    auditor = person(Role.AUDITOR)
    with pytest.raises(PermissionDenied):
        write(auditor, line)
    client.force_login(auditor)
    page = client.get(address(line)).content.decode()
    assert "Pourquoi ce montant ?" in page
    assert 'name="body"' not in page
    assert "/resoudre/" not in page


def test_the_person_mentioned_is_told_once(line):
    actor, other = budget(line), person(Role.MANAGEMENT_CONTROLLER, username="controle")
    comment = write(actor, line, "@controle @controle voir", anchor="0.ae")
    write(actor, line, "merci", parent_id=comment.pk)
    told = Notification.objects.filter(recipient=other)
    assert [row.event for row in told] == [Event.MENTION]


def test_a_thread_follows_its_line_into_the_versions_made_after(line):
    actor = budget(line)
    comment = write(actor, line, anchor="0.ae")
    later = make_line(
        make_version("conference"), line.node, project=line.project, lineage=line.lineage
    )
    (found,) = comments_of(actor, KIND, later.code)
    assert (found.comment, found.former.label) == (comment, "2027-V1 · Hébergement")
    write(actor, later, "Ici")
    assert len(comments_of(actor, KIND, later.code)) == 2
    assert len(comments_of(actor, KIND, line.code)) == 1
    assert len(comments_of(person(Role.PROJECT_MANAGER), KIND, later.code)) == 0


def test_a_frozen_version_is_still_talked_about(line):
    actor = budget(line)
    at_state(line.programming_version, "validated")
    comment = write(actor, line)
    settled = resolve_thread(actor=actor, comment_id=comment.pk, expected_version=1)
    assert settled.resolved_by == actor


def test_the_plain_form_of_a_line_comments_resolves_and_opens_again(client, line):
    client.force_login(budget(line))
    page = client.get(address(line)).content.decode()
    assert '<option value="1.cp">CP 2028</option>' in page
    assert "is_shared" not in page
    sent = client.post(
        reverse("web:comment", args=[KIND, line.code]), {"body": "Trop", "anchor": "1.cp"}
    )
    assert sent.headers["Location"] == f"{address(line)}?origin=operational#records"
    comment = Comment.objects.get()
    assert comment.anchor == "1.cp"
    for place, version, state in (("resoudre", 1, True), ("rouvrir", 2, False)):
        sent = client.post(f"/commentaires/{comment.pk}/{place}/", {"version": version})
        assert sent.headers["Location"].endswith("#records")
        comment.refresh_from_db()
        assert comment.is_resolved is state
    stale = client.post(f"/commentaires/{comment.pk}/resoudre/", {"version": 1})
    assert stale.status_code == 422
