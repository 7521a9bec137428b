"""Invitations and password links: one person, one use, a time; the first administrator."""

from __future__ import annotations

import datetime as dt
import re
from io import StringIO

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import LinkKind, Role
from accounts.exceptions import LinkRefused, NoAddress
from accounts.models import AccountLink, AuditEvent, SessionRecord, User
from accounts.permissions import roles_of
from accounts.services.invitations import invite_person
from accounts.services.links import link_digest, make_link, use_link_for_password
from accounts.services.people import create_person, suspend_person
from tests.accounts.conftest import PASSWORD, log_in

NEW = "another-long-password"
TYPED = {"password": NEW, "again": NEW}


@pytest.fixture
def ines(db, admin) -> User:
    """Somebody who was just created."""
    return create_person(actor=admin, username="Inès", email="Ines@Example.org", first_name="Inès")


def link_in(message) -> str:
    """Return the path of the link of a message."""
    return re.search(r"https?://[^/]+(/lien/\S+/)", message.body)[1]


def test_an_invited_person_chooses_a_password_and_logs_in(client, ines, admin):
    assert (ines.username, ines.email) == ("inès", "ines@example.org")
    assert not ines.has_usable_password()
    assert invite_person(actor=admin, user=ines)
    path = link_in(mail.outbox[0])
    assert mail.outbox[0].to == ["ines@example.org"]
    answer = client.get(path)
    assert answer["Location"] == reverse("web:link")  # the secret leaves the address bar
    assert "inès" in client.get(reverse("web:link")).content.decode()
    assert client.post(reverse("web:link"), TYPED)["Location"] == reverse("web:login")
    assert log_in(client, "inès", NEW).status_code == 302
    assert AuditEvent.objects.filter(verb="invitation_accepted", object_code="inès").exists()


def test_a_message_is_plain_text(ines, admin):
    ines.first_name = "Inès d’A <&'>"
    invite_person(actor=admin, user=ines)
    assert "Inès d’A <&'>" in mail.outbox[0].body
    assert not mail.outbox[0].body.startswith("\n")


def test_the_secret_is_kept_nowhere(client, ines, admin):
    invite_person(actor=admin, user=ines)
    secret = link_in(mail.outbox[0]).split("/")[2]
    assert len(secret) >= 40
    client.get(f"/lien/{secret}/")
    stored = str([vars(row) for row in AccountLink.objects.all()])
    stored += str([vars(row) for row in AuditEvent.objects.all()]) + str(dict(client.session))
    assert secret not in stored


def test_a_link_is_used_once_even_from_two_browsers(ines, admin):
    invite_person(actor=admin, user=ines)
    path = link_in(mail.outbox[0])
    browsers = Client(), Client()
    for browser in browsers:
        browser.get(path)
    answers = [browser.post(reverse("web:link"), TYPED).status_code for browser in browsers]
    assert answers == [302, 410]
    assert browsers[0].get(path, follow=True).status_code == 410


def test_looking_at_a_link_spends_nothing(client, ines, admin):
    invite_person(actor=admin, user=ines)
    for _ in range(3):
        client.get(link_in(mail.outbox[0]))
        assert client.get(reverse("web:link")).status_code == 200


def test_a_weak_password_leaves_the_link_usable(client, ines, admin):
    invite_person(actor=admin, user=ines)
    client.get(link_in(mail.outbox[0]))
    weak = {"password": "azerty", "again": "azerty"}
    assert client.post(reverse("web:link"), weak).status_code == 422
    assert client.post(reverse("web:link"), TYPED).status_code == 302


@pytest.mark.parametrize(
    ("kind", "seconds"), [(LinkKind.INVITATION, 72 * 3600), (LinkKind.RESET, 3600)]
)
def test_a_link_lasts_its_time_and_no_longer(ines, admin, kind, seconds):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        late = make_link(actor=admin, user=ines, kind=kind)
        clock.shift(dt.timedelta(seconds=seconds))
        with pytest.raises(LinkRefused):
            use_link_for_password(digest=link_digest(late), password=NEW)
        early = make_link(actor=admin, user=ines, kind=kind)
        clock.shift(dt.timedelta(seconds=seconds - 1))
        assert use_link_for_password(digest=link_digest(early), password=NEW) == ines


def test_a_second_invitation_voids_the_first(client, ines, admin):
    for _ in range(2):
        invite_person(actor=admin, user=ines)
    first, second = (link_in(message) for message in mail.outbox)
    assert client.get(first, follow=True).status_code == 410
    assert client.get(second, follow=True).status_code == 200


def test_suspension_voids_the_links(client, ines, admin):
    invite_person(actor=admin, user=ines)
    suspend_person(actor=admin, user_id=ines.pk, expected_version=1, reason="Erreur")
    assert client.get(link_in(mail.outbox[0]), follow=True).status_code == 410


@pytest.mark.parametrize("token", ["x", "x" * 43, "%00", "é"])
def test_an_unknown_link_is_refused_like_a_spent_one(client, db, token):
    answer = client.get(f"/lien/{token}/", follow=True)
    assert answer.status_code == 410
    assert "plus valable" in answer.content.decode() or "no longer valid" in answer.content.decode()


def test_nobody_is_invited_without_an_address(admin, db):
    user = create_person(actor=admin, username="without")
    with pytest.raises(NoAddress):
        invite_person(actor=admin, user=user)


def test_a_mail_server_that_is_down_stops_nothing(ines, admin, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert invite_person(actor=admin, user=ines) is False
    assert AuditEvent.objects.get(verb="invited").detail["sent"] is False


def test_a_forgotten_password_is_set_again_and_closes_the_sessions(client, claire):
    browser = Client()
    log_in(browser, "claire")
    answer = client.post(reverse("web:forgotten"), {"email": "CLAIRE@example.org"})
    assert answer.status_code == 200
    client.get(link_in(mail.outbox[0]))
    client.post(reverse("web:link"), TYPED)
    assert browser.get("/compte/").status_code == 302
    assert not SessionRecord.objects.filter(user=claire, ended_at__isnull=True).exists()
    assert log_in(client, "claire", PASSWORD).status_code == 200
    assert log_in(client, "claire", NEW).status_code == 302


@pytest.mark.parametrize("who", ["known", "unknown", "suspended", "invited", "demo", "machine"])
def test_the_answer_is_the_same_for_every_address(client, claire, admin, who):
    if who == "suspended":
        suspend_person(actor=admin, user_id=claire.pk, expected_version=1, reason="x")
    if who == "invited":
        claire.set_unusable_password()
    claire.is_demo, claire.is_machine = who == "demo", who == "machine"
    User.objects.bulk_update([claire], ["is_demo", "is_machine", "password"])
    address = "nobody@example.org" if who == "unknown" else "claire@example.org"
    answer = client.post(reverse("web:forgotten"), {"email": address})
    token = str(answer.context["csrf_token"])
    shown = answer.content.decode().replace(token, "T").replace(answer["X-Request-ID"], "R")
    assert "claire" not in shown
    assert answer.status_code == 200
    assert 'role="status"' in shown
    assert len(mail.outbox) == (who == "known")


def test_the_answer_takes_the_same_time_for_every_address(client, claire, settings, monkeypatch):
    settings.PASSWORD_LINK_ANSWER_SECONDS = 0.4
    slept: list[float] = []
    monkeypatch.setattr("web.auth.link_views.monotonic", iter([0, 0.3, 5, 5.01]).__next__)
    monkeypatch.setattr("web.auth.link_views.sleep", slept.append)
    for address in ("claire@example.org", "nobody@example.org"):
        client.post(reverse("web:forgotten"), {"email": address})
    assert [round(0.3 + slept[0], 3), round(0.01 + slept[1], 3)] == [0.4, 0.4]


def test_an_address_is_not_flooded(client, claire):
    for _ in range(8):
        client.post(reverse("web:forgotten"), {"email": "claire@example.org"})
    assert len(mail.outbox) == 5


def test_the_first_administrator_gets_a_link_and_no_password(client, db):
    told = StringIO()
    call_command("create_first_admin", username="Root", email="root@example.org", stdout=told)
    path = re.search(r"(/lien/\S+/)", told.getvalue())[1]
    user = User.objects.get(username="root")
    assert not user.has_usable_password()
    assert not user.is_staff
    assert not user.is_superuser
    assert roles_of(user) == {Role.TECHNICAL_ADMIN}
    client.get(path)
    client.post(reverse("web:link"), TYPED)
    assert log_in(client, "root", NEW).status_code == 302


def test_there_is_one_first_administrator(db, admin):
    with pytest.raises(CommandError):
        call_command("create_first_admin", username="other", email="other@example.org")


def test_a_lost_first_link_is_replaced_for_the_same_person_alone(db):
    arguments = {"username": "root", "email": "root@example.org"}
    call_command("create_first_admin", **arguments, stdout=StringIO())
    call_command("create_first_admin", **arguments, stdout=StringIO())
    with pytest.raises(CommandError):
        call_command("create_first_admin", username="root2", email="root2@example.org")
    assert User.objects.count() == 1
