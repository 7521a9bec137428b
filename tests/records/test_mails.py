"""Mail: when it leaves, in which language, never twice, never a figure, and how it stops."""

from __future__ import annotations

import datetime as dt
import io
import re
import smtplib

import pytest
from django.core import mail
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Grant, User
from accounts.services.grants import approve_grant, propose_grant
from accounts.services.preferences import keep_preferences
from jobs.enums import JobState
from jobs.models import Job
from jobs.services import request_job, run_job
from records.enums import Event
from records.models import ImportBatch, Notification
from records.selectors import notifications_of
from records.services import attachments, comments, digests, mails, watch
from records.services.notifications import mark_all_read, notify
from tests.records import files

MONDAY = dt.date(2026, 11, 23)
TUESDAY = dt.date(2026, 11, 24)
AMOUNT = re.compile(r"\d[\d\s.,\u00a0\u202f]*(?:k|M)?\s*(?:€|euros?|EUR)", re.IGNORECASE)


def wants(person, rhythm, language="fr"):
    keep_preferences(actor=person, notification_rhythm=rhythm, language=language)


def write(actor, body="Bonjour @inside-director", **fields):
    given = {"subject_kind": "project", "subject_code": "P-1"}
    return comments.write_comment(actor=actor, body=body, **(given | fields))


def parts(message):
    return [message.subject, message.body, *(text for text, _kind in message.alternatives)]


def send_digests(day, after_commit):
    with after_commit():
        digests.request_digests(day)


def test_the_plain_part_is_not_escaped_and_the_other_is(team, after_commit):
    team["manager"].first_name, team["manager"].last_name = "Inès", "d'A <&>"
    team["manager"].save()
    wants(team["director"], "at_once")
    with after_commit():
        write(team["manager"])
    (message,) = mail.outbox
    assert "Inès d'A <&>" in message.body
    assert "Inès d&#x27;A &lt;&amp;&gt;" in message.alternatives[0][0]


def test_a_mention_leaves_at_once_for_who_wants_it_at_once(team, after_commit):
    wants(team["director"], "at_once")
    with after_commit():
        write(team["manager"])
    (message,) = mail.outbox
    assert message.to == ["inside-director@example.org"]
    assert "http://127.0.0.1:8000/projets/P-1/" in message.body
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    row = Notification.objects.get()
    assert row.mailed_at >= row.mail_taken_at


def test_a_mail_is_in_the_language_of_its_reader(team, after_commit):
    wants(team["director"], "at_once", "en")
    with after_commit():
        write(team["manager"])
    assert "mentioned you in a comment" in mail.outbox[0].body
    assert 'lang="en"' in mail.outbox[0].alternatives[0][0]


@pytest.mark.parametrize("rhythm", ["daily", "weekly", "never"])
def test_nothing_leaves_at_once_for_who_wants_it_later_or_never(team, after_commit, rhythm):
    wants(team["director"], rhythm)
    with after_commit():
        write(team["manager"])
    assert mail.outbox == []


def test_a_mail_job_that_runs_twice_sends_one_message(team, after_commit):
    wants(team["director"], "at_once")
    with after_commit():
        write(team["manager"])
    row = Notification.objects.get()
    job = request_job(kind="records.mail", key="again", payload={"notification": row.pk})
    assert run_job(job.pk).result == {"sent": 0}
    assert len(mail.outbox) == 1


def test_without_the_charge_taken_a_second_run_would_send_a_second_message(team, after_commit):
    wants(team["director"], "at_once")
    with after_commit():
        write(team["manager"])
    Notification.objects.update(mail_taken_at=None, mailed_at=None)
    assert mails.send_pending(Notification.objects.all(), at_once=True) == 1
    assert len(mail.outbox) == 2


@pytest.mark.parametrize(
    ("place", "error", "again"),
    [
        ("open", ConnectionRefusedError("no server"), True),
        ("send_messages", smtplib.SMTPDataError(451, b"later"), True),
        ("send_messages", smtplib.SMTPRecipientsRefused({}), True),
        ("send_messages", smtplib.SMTPServerDisconnected("lost"), False),
        ("send_messages", TimeoutError("silent"), False),
    ],
)
def test_only_what_surely_did_not_leave_is_tried_again(team, monkeypatch, place, error, again):
    wants(team["director"], "at_once")
    write(team["manager"])

    def fail(self, *args):
        raise error

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend." + place, fail)
    rows = Notification.objects.all()
    if again:
        with pytest.raises(type(error)):
            mails.send_pending(rows, at_once=True)
    else:
        mails.send_pending(rows, at_once=True)
    monkeypatch.undo()
    assert mails.send_pending(rows, at_once=True) == int(again)
    assert len(mail.outbox) == int(again)


def test_a_job_whose_server_refuses_is_queued_again(team, monkeypatch, after_commit):
    wants(team["director"], "at_once")

    def fail(self, *args):
        raise smtplib.SMTPDataError(451, b"later")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)
    write(team["manager"])
    job = Job.objects.get(kind="records.mail")
    with pytest.raises(smtplib.SMTPDataError):
        run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.QUEUED, 1)
    monkeypatch.undo()
    Job.objects.update(due_at=timezone.now())
    assert run_job(job.pk).result == {"sent": 1}
    assert len(mail.outbox) == 1


def test_a_daily_digest_gathers_what_is_unread(team, after_commit):
    for number in range(3):
        write(team["manager"], f"{number} @inside-director")
    send_digests(TUESDAY, after_commit)
    (message,) = mail.outbox
    assert message.body.count("/projets/P-1/") == 3
    send_digests(TUESDAY, after_commit)
    assert len(mail.outbox) == 1


def test_what_was_read_in_the_page_is_not_mailed(team, after_commit):
    write(team["manager"])
    mark_all_read(actor=team["director"])
    send_digests(TUESDAY, after_commit)
    assert mail.outbox == []


def test_a_weekly_digest_leaves_on_monday_or_after_a_week(team, after_commit):
    wants(team["director"], "weekly")
    write(team["manager"])
    Notification.objects.update(happened_at=dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC))
    assert digests.people_to_write_to(TUESDAY) == []
    assert digests.people_to_write_to(MONDAY) == [team["director"].pk]
    late = dt.date(2026, 12, 1)
    assert digests.people_to_write_to(late) == [team["director"].pk]


def test_whoever_lost_the_right_gets_no_mail(team, after_commit):
    write(team["manager"])
    team["director"].grants.update(ended_at=timezone.now())
    send_digests(TUESDAY, after_commit)
    assert mail.outbox == []


def test_whoever_left_or_has_no_address_gets_no_mail(team, after_commit):
    write(team["manager"])
    User.objects.filter(pk=team["director"].pk).update(is_active=False)
    send_digests(TUESDAY, after_commit)
    User.objects.filter(pk=team["director"].pk).update(is_active=True, email="")
    send_digests(TUESDAY, after_commit)
    assert mail.outbox == []


def all_events(team, sample):
    """Tell every event, with amounts wherever a person can write one."""
    actor = team["manager"]
    User.objects.filter(pk=actor.pk).update(first_name="1 234,56 €", last_name="12 k€")
    actor.refresh_from_db()
    sample.p1.title = "Projet à 3 000 000 €"
    sample.p1.save()
    write(actor, "Devis de 12 000 € @inside-director")
    attachments.attach_document(
        actor=actor,
        subject_kind="project",
        subject_code="P-1",
        content=io.BytesIO(files.PDF),
        file_name="Devis 45 000 €.pdf",
        size=len(files.PDF),
        title="Devis 45 000 € TTC",
    )
    for event in Event:
        notify(
            event=event,
            kind="project",
            code="P-1",
            key=f"test-{event}",
            people=[team["director"]],
            actor=actor,
        )


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_mail_bears_an_amount(team, sample, after_commit, language):
    wants(team["director"], "at_once", language)
    with after_commit():
        all_events(team, sample)
    assert len(mail.outbox) == len(Event) + 1
    wants(team["director"], "daily", language)
    Notification.objects.update(mail_taken_at=None, mailed_at=None)
    send_digests(TUESDAY, after_commit)
    assert len(mail.outbox) == len(Event) + 2
    for message in mail.outbox:
        for text in parts(message):
            assert not AMOUNT.search(text), text
            assert "Devis" not in text


def test_the_net_that_removes_amounts_is_needed(team, sample, monkeypatch, after_commit):
    monkeypatch.setattr(mails, "without_figures", lambda text: text)
    wants(team["director"], "at_once")
    with after_commit():
        all_events(team, sample)
    assert any(AMOUNT.search(text) for message in mail.outbox for text in parts(message))


@pytest.mark.parametrize("method", ["page", "one click"])
def test_the_link_of_a_mail_stops_the_mail_without_a_log_in(team, client, after_commit, method):
    wants(team["director"], "at_once")
    with after_commit():
        write(team["manager"])
    link = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>")
    path = link.removeprefix("http://127.0.0.1:8000")
    if method == "page":
        page = client.get(path)
        assert page.status_code == 200
        assert team["director"].preferences.notification_rhythm == "at_once"
        answer = client.post(path)
    else:
        client.handler.enforce_csrf_checks = True
        answer = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    team["director"].preferences.refresh_from_db()
    assert team["director"].preferences.notification_rhythm == "never"
    with after_commit():
        write(team["manager"])
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("token", ["x", "1:abc", "MQ:1abc:xxxx"])
def test_a_forged_link_leads_nowhere(client, team, token):
    assert client.get(f"/desabonnement/{token}/").status_code == 404
    assert client.post(f"/desabonnement/{token}/").status_code == 404


def news():
    rows = Notification.objects.order_by("recipient__username", "event")
    return [(row.recipient.username, row.event) for row in rows.select_related("recipient")]


def test_who_asked_for_a_job_is_told_that_it_was_parked(team):
    ended = {"due_at": timezone.now(), "finished_at": timezone.now()}
    for state in JobState:
        Job.objects.create(
            kind="indicators.compute",
            key=state,
            state=state,
            requested_by=team["controller"],
            **ended,
        )
    assert watch.tell_news() == 2
    assert news() == [("the-controller", Event.JOB_FAILED)] * 2
    assert watch.tell_news() == 0


def test_who_imported_is_told_that_it_is_done(team):
    ImportBatch.objects.create(
        code="PORTFOLIO-1",
        kind="portfolio",
        source="x",
        digest="d",
        imported_at=timezone.now(),
        imported_by=team["controller"],
    )
    assert watch.tell_news() == 1
    assert news() == [("the-controller", Event.IMPORT_DONE)]


def test_a_proposed_role_is_told_to_who_approves_and_an_approved_one_to_its_holder(team, person):
    second = person("second-admin", Role.TECHNICAL_ADMIN)
    newcomer = person("newcomer")
    grant = propose_grant(actor=team["admin"], user=newcomer, role=Role.AUDITOR)
    assert watch.tell_news() == 1
    assert news() == [("second-admin", Event.GRANT_PROPOSED)]
    approve_grant(actor=second, grant_id=grant.pk)
    assert watch.tell_news() == 2
    assert news()[:2] == [
        ("newcomer", Event.GRANT_APPROVED),
        ("second-admin", Event.GRANT_PROPOSED),
    ]
    assert Grant.objects.get(pk=grant.pk).approved_by == second


def test_old_news_are_not_told(team):
    Job.objects.create(
        kind="indicators.compute",
        state=JobState.QUARANTINE,
        requested_by=team["controller"],
        due_at=timezone.now(),
        finished_at=timezone.now() - dt.timedelta(days=3),
    )
    assert watch.tell_news() == 0


def test_each_event_leads_to_a_page_that_its_reader_opens(team, person, client):
    second = person("second-admin", Role.TECHNICAL_ADMIN)
    propose_grant(actor=team["admin"], user=person("newcomer"), role=Role.AUDITOR)
    ended = {"due_at": timezone.now(), "finished_at": timezone.now()}
    Job.objects.create(
        kind="indicators.compute",
        state=JobState.FAILED,
        requested_by=team["controller"],
        **ended,
    )
    ImportBatch.objects.create(
        code="PORTFOLIO-1",
        kind="portfolio",
        source="x",
        digest="d",
        imported_at=timezone.now(),
        imported_by=team["controller"],
    )
    watch.tell_news()
    opened = []
    for reader in (second, team["controller"]):
        client.force_login(reader)
        for told in notifications_of(reader, list(Notification.objects.visible_to(reader))):
            opened.append(told.notification.event)
            assert client.get(told.subject.url).status_code == 200, told.subject.url
    assert sorted(opened) == [Event.GRANT_PROPOSED, Event.IMPORT_DONE, Event.JOB_FAILED]
