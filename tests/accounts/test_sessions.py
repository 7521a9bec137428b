"""Sessions: listed, closed, ended by time, by suspension, by a change of password or of roles."""

from __future__ import annotations

import datetime as dt
from unittest import mock

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from oauth2_provider.models import AccessToken

from accounts.entry import enter
from accounts.enums import Role, SessionMethod
from accounts.middleware import page_of
from accounts.models import SessionRecord, User
from accounts.services.clients import create_client
from accounts.services.grants import establish_grant
from accounts.services.people import suspend_person
from accounts.services.sessions import close_session
from tests.accounts.conftest import PASSWORD, log_in, person

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEW = "another-long-password"


def is_in(client) -> bool:
    return client.get("/compte/").status_code == 200


@pytest.fixture
def two(claire):
    """Two browsers of the same person."""
    found = Client(headers={"User-Agent": FIREFOX}), Client()
    for browser in found:
        log_in(browser, "claire")
    return found


def test_a_session_says_from_where_and_since_when_and_keeps_no_key(two, claire):
    record = SessionRecord.objects.order_by("id").first()
    assert (record.device, record.network, record.method) == (
        "Firefox, Linux",
        "127.0.0.1",
        "password",
    )
    keys = {browser.session.session_key for browser in two}
    stored = "".join(str(vars(row)) for row in SessionRecord.objects.all())
    assert not any(key in stored for key in keys)
    page = two[1].get("/compte/").content.decode()
    assert "Firefox, Linux" in page
    assert page.count("127.0.0.1") == 2


def test_one_session_is_closed_at_its_next_request(two, claire):
    first = SessionRecord.objects.order_by("id").first()
    two[1].post(reverse("web:session-close", args=[first.pk]))
    assert [is_in(browser) for browser in two] == [False, True]


def test_the_other_sessions_are_closed_together(two, claire):
    two[1].post(reverse("web:sessions-close"))
    assert [is_in(browser) for browser in two] == [False, True]


def test_the_session_of_somebody_else_cannot_be_closed(two, claire, client):
    person("yann")
    log_in(client, "yann")
    for record in SessionRecord.objects.filter(user=claire):
        assert client.post(reverse("web:session-close", args=[record.pk])).status_code == 404
    assert is_in(two[0])


def test_a_closed_session_is_not_revived_by_its_cookie(two, claire):
    key = two[0].session.session_key
    two[1].post(reverse("web:sessions-close"))
    assert not is_in(Client(headers={"Cookie": f"sessionid={key}"}))
    assert not is_in(two[0])


def test_a_session_ends_after_half_an_hour_without_a_request(client, claire):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        log_in(client, "claire")
        for _ in range(3):
            clock.shift(dt.timedelta(minutes=29))
            assert is_in(client)
        clock.shift(dt.timedelta(minutes=31))
        assert not is_in(client)


def test_a_session_ends_after_ten_hours_however_busy(client, claire):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        log_in(client, "claire")
        for _ in range(29):
            clock.shift(dt.timedelta(minutes=20))
            assert is_in(client)
        clock.shift(dt.timedelta(minutes=21))
        assert not is_in(client)


def test_without_the_guard_an_idle_session_lives_on(client, claire, settings):
    """The twin: the same hour of silence, without the middleware."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "SessionGuard" not in name]
    with time_machine.travel(timezone.now(), tick=False) as clock:
        log_in(client, "claire")
        clock.shift(dt.timedelta(hours=1))
        assert is_in(client)


def test_suspension_ends_sessions_and_tokens_at_once(client, claire, admin):
    log_in(client, "claire")
    made = create_client(name="robot", scopes=["read"])
    made.client.application.user = claire
    made.client.application.save()
    AccessToken.objects.create(
        user=claire,
        application=made.client.application,
        token="t" * 20,
        expires=timezone.now() + dt.timedelta(hours=1),
        scope="read",
    )
    suspend_person(actor=admin, user_id=claire.pk, expected_version=1, reason="Départ")
    assert not is_in(client)
    assert not AccessToken.objects.exists()
    assert not SessionRecord.objects.filter(user=claire, ended_at__isnull=True).exists()
    assert log_in(client, "claire").status_code == 200  # and no way back in


def test_the_password_is_changed_with_the_current_one_and_closes_the_others(two, claire):
    url = reverse("web:password")
    wrong = two[1].post(url, {"current": "no", "password": NEW, "again": NEW})
    assert wrong.status_code == 422
    differ = two[1].post(url, {"current": PASSWORD, "password": NEW, "again": NEW + "x"})
    assert differ.status_code == 422
    weak = two[1].post(url, {"current": PASSWORD, "password": "short", "again": "short"})
    assert weak.status_code == 422
    before = two[1].session.session_key
    done = two[1].post(url, {"current": PASSWORD, "password": NEW, "again": NEW})
    assert done.status_code == 302
    assert two[1].session.session_key != before
    assert [is_in(browser) for browser in two] == [False, True]
    assert User.objects.get(pk=claire.pk).check_password(NEW)


def test_the_current_password_is_not_guessed_from_an_open_session(client, claire):
    log_in(client, "claire")
    url = reverse("web:password")
    for _ in range(10):
        client.post(url, {"current": "no", "password": NEW, "again": NEW})
    right = client.post(url, {"current": PASSWORD, "password": NEW, "again": NEW})
    assert right.status_code == 422


def test_the_key_changes_when_the_roles_change(client, claire):
    log_in(client, "claire")
    client.get("/compte/")
    before = client.session.session_key
    establish_grant(user=claire, role=Role.BUDGET_OFFICER)
    assert is_in(client)
    assert client.session.session_key != before
    assert not is_in(Client(headers={"Cookie": f"sessionid={before}"}))


def test_a_form_posted_after_the_session_ended_is_shown_again_to_its_author(client, claire):
    log_in(client, "claire")
    SessionRecord.objects.update(ended_at=timezone.now())
    url = reverse("web:project_create")
    answer = client.post(url, {"code": "P-77", "title": "Titre long à retaper"})
    assert answer["Location"] == f"{reverse('web:login')}?next={url}"
    back = log_in(client, "claire", data={"next": url})
    assert back["Location"] == url
    page = client.get(url).content.decode()
    assert "Titre long à retaper" in page
    assert "Titre long à retaper" not in client.get(url).content.decode()  # shown once


def test_somebody_else_on_that_browser_gets_nothing_of_it(client, claire):
    person("yann", Role.PROJECT_MANAGER)
    log_in(client, "claire")
    SessionRecord.objects.update(ended_at=timezone.now())
    url = reverse("web:project_create")
    client.post(url, {"title": "Titre confidentiel"})
    log_in(client, "yann", data={"next": url})
    assert "Titre confidentiel" not in client.get(url).content.decode()
    assert "kept_form" not in client.session


def test_the_form_is_kept_when_the_cookie_itself_is_gone(client, claire):
    log_in(client, "claire")
    del client.cookies["sessionid"]
    url = reverse("web:project_create")
    client.post(url, {"title": "Titre gardé", "password": "never-kept"})
    log_in(client, "claire", data={"next": url})
    assert "never-kept" not in str(client.session["kept_form"])
    assert "Titre gardé" in client.get(url).content.decode()


def test_a_stranger_stores_nothing_by_posting(client, db):
    client.post(reverse("web:project_create"), {"title": "x" * 1000})
    assert "kept_form" not in client.session


def test_htmx_is_sent_to_the_log_in_page_whole(client, db):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/projets/?q=x"}
    answer = client.get(reverse("web:jobs"), headers=headers)
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == f"{reverse('web:login')}?next=/projets/%3Fq%3Dx"


@pytest.mark.parametrize("claimed", ["https://evil.example/x", "//evil.example", "javascript:x"])
def test_a_claimed_page_of_another_site_is_not_believed(rf, claimed):
    assert page_of(rf.post("/projets/", headers={"Referer": claimed})) == "/projets/"


def test_a_first_request_that_fails_leaves_a_session_that_goes_on(claire):
    browser = Client(raise_request_exception=False)
    browser.force_login(claire)
    with mock.patch("accounts.middleware.is_api_path", side_effect=RuntimeError):
        assert browser.get("/compte/").status_code == 500
    record = SessionRecord.objects.get()
    assert is_in(browser)
    assert is_in(browser)
    assert SessionRecord.objects.get() == record


def test_a_session_closed_after_its_failed_first_request_stays_closed(claire):
    browser = Client(raise_request_exception=False)
    browser.force_login(claire)
    with mock.patch("accounts.middleware.is_api_path", side_effect=RuntimeError):
        browser.get("/compte/")
    close_session(actor=claire, record_id=SessionRecord.objects.get().pk)
    assert not is_in(browser)


def test_who_logs_in_again_in_the_same_browser_has_one_open_session(client, claire):
    log_in(client, "claire")
    former = client.session.session_key
    request = client.get("/compte/").wsgi_request
    enter(request, claire, method=SessionMethod.PASSWORD)
    assert request.session.session_key != former
    assert SessionRecord.objects.open_at(timezone.now()).get().pk == request.session_record.pk
    assert SessionRecord.objects.count() == 2
