"""Comments: who writes, who is told, what may still be changed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils import timezone

from accounts.models import User
from common.exceptions import StaleEdit
from records.enums import Event
from records.exceptions import (
    NotTheAuthor,
    ReplyToReply,
    ThreadResolved,
    TooLateToEdit,
    Withdrawn,
    WrongThreadState,
)
from records.mentions import mentioned_names, pieces
from records.models import Comment, Notification
from records.selectors import comments_of
from records.services import comments as services
from records.services.notifications import follow_subject, mark_all_read, notify, unread_count


def write(actor, body="Bonjour", **fields):
    given = {"subject_kind": "project", "subject_code": "P-1"}
    return services.write_comment(actor=actor, body=body, **(given | fields))


def told():
    rows = Notification.objects.order_by("recipient__username", "id")
    return [(row.recipient.username, row.event) for row in rows.select_related("recipient")]


def test_only_people_who_see_the_object_are_mentioned_and_told(team):
    comment = write(
        team["manager"], "@inside-director @outside-director @nobody @the-admin @ghost voir"
    )
    mentioned = comment.mentions.values_list("person__username", flat=True)
    assert list(mentioned) == ["inside-director"]
    assert told() == [("inside-director", Event.MENTION)]


def test_a_person_is_told_once_of_a_comment_that_mentions_them_and_that_they_follow(team):
    follow_subject(actor=team["director"], kind="project", code="P-1")
    follow_subject(actor=team["director_out"], kind="project", code="P-1")
    write(team["manager"], "Pour @inside-director")
    assert told() == [("inside-director", Event.MENTION)]
    write(team["manager"], "Suite")
    assert told() == [("inside-director", Event.MENTION), ("inside-director", Event.COMMENT)]


def test_nobody_is_told_of_what_they_did(team):
    follow_subject(actor=team["manager"], kind="project", code="P-1")
    write(team["manager"], "@manager")
    assert told() == []


def test_an_internal_comment_on_a_contract_is_not_the_partners(team, sample):
    code = sample.contract.code
    follow_subject(actor=team["partner"], kind="contract", code=code)
    place = {"subject_kind": "contract", "subject_code": code}
    write(team["contracts"], "interne @holder", **place)
    shared = write(team["contracts"], "partagé @holder", is_shared=True, **place)
    assert told() == [("holder", Event.MENTION)]
    seen = Comment.objects.visible_to(team["partner"]).values_list("body", flat=True)
    assert list(seen) == ["partagé @holder"]
    answer = write(team["partner"], "merci", parent_id=shared.pk, **place)
    assert answer.is_shared
    assert not Comment.objects.visible_to(team["partner_out"]).exists()


def test_answers_have_one_level_and_stay_on_their_object(team, sample):
    first = write(team["manager"])
    answer = write(team["director"], parent_id=first.pk)
    with pytest.raises(ReplyToReply):
        write(team["manager"], parent_id=answer.pk)
    with pytest.raises(Comment.DoesNotExist):
        write(
            team["manager"],
            parent_id=first.pk,
            subject_kind="contract",
            subject_code=sample.contract.code,
        )


def test_a_comment_is_edited_by_its_author_for_a_quarter_of_an_hour(team):
    comment = write(team["manager"], "Avant")
    edit = {"comment_id": comment.pk, "expected_version": 1, "body": "Après"}
    with pytest.raises(NotTheAuthor):
        services.edit_comment(actor=team["director"], **edit)
    services.edit_comment(actor=team["manager"], **edit)
    with pytest.raises(StaleEdit):
        services.edit_comment(actor=team["manager"], **edit)
    assert [one.is_edited for one in comments_of(team["manager"], "project", "P-1")] == [True]
    bodies = comment.history.order_by("history_date", "pk").values_list("body", flat=True)
    assert list(bodies) == ["Avant", "Après"]
    old = timezone.now() - dt.timedelta(minutes=15, seconds=1)
    Comment.objects.filter(pk=comment.pk).update(created_at=old)
    with pytest.raises(TooLateToEdit):
        services.edit_comment(actor=team["manager"], **(edit | {"expected_version": 2}))


def test_an_edit_tells_only_the_people_who_are_newly_mentioned(team):
    comment = write(team["manager"], "@inside-director")
    services.edit_comment(
        actor=team["manager"],
        comment_id=comment.pk,
        expected_version=1,
        body="@inside-director @inside-budget",
    )
    assert told() == [("inside-budget", Event.MENTION), ("inside-director", Event.MENTION)]


def test_a_withdrawn_comment_keeps_its_place_and_takes_no_answer(team):
    comment = write(team["manager"], "Erreur")
    withdrawal = {"comment_id": comment.pk, "expected_version": 1}
    with pytest.raises(ValidationError):
        services.withdraw_comment(actor=team["manager"], reason="", **withdrawal)
    services.withdraw_comment(actor=team["manager"], reason="Erreur", **withdrawal)
    with pytest.raises(Withdrawn):
        write(team["director"], parent_id=comment.pk)
    assert Comment.objects.filter(pk=comment.pk).exists()


def settle(actor, comment, version=1, decision=services.resolve_thread):
    return decision(actor=actor, comment_id=comment.pk, expected_version=version)


def test_a_thread_is_resolved_by_whoever_may_comment_and_opened_again(team):
    comment = write(team["manager"], "Pourquoi ?")
    settled = settle(team["controller"], comment)
    assert (settled.resolved_by, settled.is_resolved) == (team["controller"], True)
    assert not Comment.objects.open_threads().exists()
    with pytest.raises(ThreadResolved):
        write(team["director"], parent_id=comment.pk)
    with pytest.raises(StaleEdit):
        settle(team["director"], comment, decision=services.reopen_thread)
    again = settle(team["director"], comment, 2, services.reopen_thread)
    assert (again.resolved_at, again.resolved_by) == (None, None)
    assert write(team["director"], parent_id=comment.pk).parent == comment
    assert [one.is_edited for one in comments_of(team["manager"], "project", "P-1")] == [False]
    who = comment.history.order_by("history_date", "pk").values_list("resolved_by__username")
    assert list(who) == [(None,), ("the-controller",), (None,)]


def test_only_an_open_thread_is_resolved_and_a_resolved_one_opened(team):
    comment = write(team["manager"])
    answer = write(team["director"], parent_id=comment.pk)
    for wrong in (answer, comment):
        decision = services.resolve_thread if wrong == answer else services.reopen_thread
        with pytest.raises(WrongThreadState):
            settle(team["manager"], wrong, decision=decision)
    settle(team["manager"], comment)
    with pytest.raises(WrongThreadState):
        settle(team["manager"], comment, 2)
    gone = write(team["manager"])
    services.withdraw_comment(
        actor=team["manager"], comment_id=gone.pk, expected_version=1, reason="Erreur"
    )
    with pytest.raises(Withdrawn):
        settle(team["manager"], gone, 2)


@pytest.mark.parametrize(("role", "error"), [("auditor", PermissionDenied), ("partner", Http404)])
def test_who_may_not_comment_resolves_nothing(team, role, error):
    comment = write(team["manager"])
    with pytest.raises(error):
        settle(team[role], comment)


def test_a_project_has_no_part_to_comment(team):
    with pytest.raises(ValidationError):
        write(team["manager"], anchor="0.ae")


@pytest.mark.parametrize("body", ["", "   ", "a" * 5001])
def test_a_comment_has_a_text_of_bounded_length(team, body):
    with pytest.raises(ValidationError):
        write(team["manager"], body)


@pytest.mark.parametrize(
    ("role", "error"),
    [
        ("auditor", PermissionDenied),
        ("director_out", Http404),
        ("manager_out", Http404),
        ("partner", Http404),
        ("admin", Http404),
        ("stranger", Http404),
    ],
)
def test_who_may_not_comment_is_refused(team, role, error):
    with pytest.raises(error):
        write(team[role])
    assert not Comment.objects.exists()


def test_what_one_may_no_longer_read_is_no_longer_told(team):
    write(team["manager"], "@inside-director")
    director = team["director"]
    assert unread_count(director) == 1
    director.grants.update(ended_at=timezone.now())
    again = User.objects.get(pk=director.pk)
    assert not Notification.objects.visible_to(again).exists()
    assert unread_count(again) == 0
    assert mark_all_read(actor=again) == 1


def test_the_same_event_is_told_once(team):
    event = {"event": Event.COMMENT, "kind": "project", "code": "P-1", "key": "comment-1"}
    assert len(notify(people=[team["director"], team["director"]], **event)) == 1
    assert notify(people=[team["director"]], **event) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@a.b, voir", ["a.b"]),
        ("(@anne)", ["anne"]),
        ("@anne.", ["anne.", "anne"]),
        ("mail a@b.fr", []),
        ("@@anne", []),
        ("@", []),
        ("@anne@b.fr", ["anne"]),
    ],
)
def test_a_mention_stands_alone(text, names):
    assert mentioned_names(text) == names


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("https://a.fr/b.", ["https://a.fr/b"]),
        ("(http://a.fr)", ["http://a.fr"]),
        ("javascript:alert(1)", []),
        ("data:text/html,x", []),
        ("ftp://a.fr", []),
        ('https://a.fr/"onclick="x"', ["https://a.fr/"]),
        ("<https://a.fr/>", ["https://a.fr/"]),
        ("HTTPS://A.fr", ["HTTPS://A.fr"]),
    ],
)
def test_only_plain_web_addresses_are_links(text, urls):
    found = pieces(text, set())
    assert [piece.url for piece in found if piece.url] == urls
    assert "".join(piece.text for piece in found) == text
