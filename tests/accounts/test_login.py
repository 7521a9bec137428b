"""Log-in by password: counted tries, one answer for everybody, demonstration accounts refused."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.checks import check_demo_accounts, check_provider
from accounts.models import AuditEvent, TryCounter
from tests.accounts.conftest import PASSWORD, log_in, person

LOCK = dt.timedelta(minutes=15)


def verbs() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("verb", flat=True))


def test_a_person_logs_in_and_sees_their_last_log_in(client, claire):
    assert log_in(client, "claire")["Location"] == "/"
    assert "première connexion" in client.get("/compte/").content.decode() or claire
    client.post(reverse("web:logout"))
    log_in(client, "claire")
    shown = client.get("/compte/").content.decode()
    assert timezone.localtime(claire.date_joined).strftime("%d/%m/%Y") in shown
    assert verbs().count("login") == 2
    assert "logout" in verbs()


@pytest.mark.parametrize("typed", ["CLAIRE", "Claire", " claire ", "\uff43laire"])
def test_a_user_name_is_found_whatever_its_case_and_form(client, claire, typed):
    assert log_in(client, typed).status_code == 302


def test_ten_tries_reach_the_password_then_none_for_a_quarter_of_an_hour(client, claire):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(10):
            assert log_in(client, "claire", "wrong").status_code == 200
        refused = log_in(client, "claire")
        assert refused.status_code == 429
        assert 0 < int(refused["Retry-After"]) <= 900
        clock.shift(LOCK - dt.timedelta(seconds=1))
        assert log_in(client, "claire").status_code == 429
        clock.shift(dt.timedelta(seconds=1))
        assert log_in(client, "claire").status_code == 302


def test_no_window_of_a_quarter_of_an_hour_holds_more_than_ten_tries(client, claire):
    let_through = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for second in range(0, 3600, 30):
            if log_in(client, "claire", "wrong").status_code == 200:
                let_through.append(second)
            clock.shift(dt.timedelta(seconds=30))
    windows = [sum(start <= at < start + 900 for at in let_through) for start in let_through]
    assert max(windows) == 10
    assert len(let_through) > 20  # and nobody is locked out for ever


def test_an_unknown_name_is_answered_and_locked_like_a_known_one(client, claire):
    texts = {}
    for name in ("claire", "nobody"):
        pages = [log_in(client, name, "wrong") for _ in range(11)]
        shown = pages[0].content.decode().replace(name, "NAME")
        token = pages[0].context["csrf_token"]
        texts[name] = (shown.replace(str(token), "T").count("fr-alert"), pages[0].status_code)
        assert [page.status_code for page in pages] == [200] * 10 + [429]
    assert texts["claire"] == texts["nobody"]


def test_success_forgets_the_failures(client, claire):
    for _ in range(3):
        for _ in range(9):
            log_in(client, "claire", "wrong")
        assert log_in(client, "claire").status_code == 302
        client.post(reverse("web:logout"))


def test_a_forged_header_moves_no_counter(client, claire, settings):
    settings.TRIES_BY_NETWORK = 5
    for number in range(12):
        answer = log_in(
            client, f"name{number}", "wrong", headers={"X-Forwarded-For": f"192.0.2.{number}"}
        )
    assert answer.status_code == 429
    assert TryCounter.objects.filter(kind="network").count() == 1


def test_behind_a_trusted_proxy_the_address_it_saw_is_counted(client, claire, settings):
    settings.TRIES_BY_NETWORK = 5
    settings.TRUSTED_PROXY_COUNT = 1
    for number in range(6):
        header = {"X-Forwarded-For": f"203.0.113.{number}, 192.0.2.7"}
        answer = log_in(client, f"name{number}", "wrong", headers=header)
    assert answer.status_code == 429
    elsewhere = log_in(client, "claire", headers={"X-Forwarded-For": "192.0.2.8"})
    assert elsewhere.status_code == 302


def test_an_attacker_does_not_lock_the_owner_out_of_a_known_browser(client, claire):
    log_in(client, "claire")
    client.post(reverse("web:logout"))
    attacker = Client()
    for _ in range(11):
        answer = log_in(attacker, "claire", "wrong")
    assert answer.status_code == 429
    assert log_in(client, "claire").status_code == 302


def test_the_mark_of_a_browser_is_of_no_use_to_another_name_nor_when_forged(client, claire):
    person("yann")
    log_in(client, "claire")
    client.post(reverse("web:logout"))
    attacker = Client()
    for _ in range(11):
        log_in(attacker, "yann", "wrong")
    assert log_in(client, "yann").status_code == 429
    attacker.cookies["pf_device"] = "WyJ5YW5uIiwieCJd:forged:forged"
    assert log_in(attacker, "yann").status_code == 429


def test_what_was_typed_as_a_name_is_written_nowhere_when_it_is_no_account(client, db):
    log_in(client, "my-password-typed-as-a-name", "x")
    event = AuditEvent.objects.get(verb="login_failed")
    assert (event.object_code, event.detail["known"]) == ("", False)
    assert "my-password" not in "".join(TryCounter.objects.values_list("key", flat=True))


def test_a_lock_is_recorded_once(client, claire):
    for _ in range(15):
        log_in(client, "claire", "wrong")
    assert verbs().count("locked") == 1
    assert verbs().count("login_failed") == 10


@pytest.mark.parametrize("fields", [{"is_demo": True}, {"is_machine": True}, {"is_active": False}])
def test_some_accounts_have_no_way_in(client, db, fields):
    person("closed", **fields)
    assert log_in(client, "closed").status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_session_of_the_demonstration_is_worth_nothing_when_debug_is_off(client, db, settings):
    settings.DEBUG = True
    demo = person("demo", is_demo=True)
    assert log_in(client, "demo").status_code == 302
    assert client.get("/compte/").status_code == 200
    settings.DEBUG = False
    assert client.get("/compte/").status_code == 302
    assert demo.is_active


def test_the_demonstration_is_not_loaded_when_debug_is_off(db, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError):
        call_command("load_demo")


def test_a_check_refuses_demonstration_accounts_in_production(db, settings):
    settings.DEBUG = False
    assert check_demo_accounts() == []
    person("demo", is_demo=True)
    assert [found.id for found in check_demo_accounts()] == ["accounts.E001"]
    settings.DEBUG = True
    assert check_demo_accounts() == []


def test_a_check_refuses_a_provider_in_clear_text_or_without_a_client(settings):
    assert check_provider() == []
    settings.OIDC_ISSUER = "http://provider.example"
    assert [found.id for found in check_provider()] == ["accounts.E002", "accounts.E003"]


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "///x"],
)
def test_the_log_in_leads_nowhere_else(client, claire, wanted):
    answer = log_in(client, "claire", data={"next": wanted})
    assert answer["Location"] == "/"


def test_the_key_of_the_session_changes_at_the_log_in(client, claire):
    client.get(reverse("web:link"))
    session = client.session
    session["planted"] = 1
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted
    log_in(client, "claire")
    assert client.session.session_key != planted
    assert not Client(headers={"Cookie": f"sessionid={planted}"}).session.get("_auth_user_id")


def test_the_password_backend_never_reads_the_code_of_a_provider(db, rf):
    request = rf.post("/connexion/?code=x&state=y")
    request.session = {}
    assert authenticate(request, username="nobody", password=PASSWORD) is None
