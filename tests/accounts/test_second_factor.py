"""The second factor: enrolled, asked for, replayed in vain, recovered, imposed on some."""

from __future__ import annotations

import datetime as dt
import time
import xml.etree.ElementTree as ET

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.enums import Role
from accounts.models import AuditEvent, RecoveryCode, User
from tests.accounts.conftest import PASSWORD, log_in, person

SETUP, CODE = "/compte/second-facteur/", "/connexion/code/"


def code_of(user: User) -> str:
    """Return the code that the person's device shows now."""
    device = TOTPDevice.objects.get(user=user)
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time()
    return f"{totp.token():06d}"


def enrol(client, user: User) -> list[str]:
    """Enrol as a person does; return the recovery codes."""
    client.post(SETUP, {"start": "1"})
    page = client.post(SETUP, {"code": code_of(user)})
    return page.context["codes"]


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as found:
        yield found


@pytest.fixture
def enrolled(claire, clock):
    """Claire with a device; returns her recovery codes. The next code is another one."""
    client = Client()
    log_in(client, "claire")
    codes = enrol(client, claire)
    clock.shift(dt.timedelta(seconds=60))
    return codes


def test_the_key_is_shown_as_a_drawing_and_as_text_before_the_first_code(client, claire):
    log_in(client, "claire")
    client.get(SETUP)
    assert not TOTPDevice.objects.exists()  # looking writes nothing
    client.post(SETUP, {"start": "1"})
    answer = client.get(SETUP)
    page = answer.content.decode()
    svg = page[page.index("<svg class") : page.index("</svg>") + 6]
    path = ET.fromstring(svg).find("path")
    assert path.get("d").startswith("M4 4h1v1h-1z")
    assert "style=" not in svg
    assert answer.context["secret"].replace(" ", "").isalnum()
    assert "img-src 'self' data:" in answer["Content-Security-Policy"]
    assert log_in(Client(), "claire")["Location"] == "/"  # not in force before the first code


def test_a_device_is_confirmed_by_a_code_and_gives_ten_recovery_codes_kept_as_digests(
    client, claire
):
    log_in(client, "claire")
    client.post(SETUP, {"start": "1"})
    assert client.post(SETUP, {"code": "000000"}).status_code == 422
    codes = enrol(client, claire)
    assert len(set(codes)) == 10
    stored = str([vars(row) for row in RecoveryCode.objects.all()])
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)
    assert AuditEvent.objects.filter(verb="second_factor_on").count() == 1


def test_the_password_alone_opens_nothing_any_more(client, claire, enrolled):
    assert log_in(client, "claire")["Location"] == CODE
    assert client.get("/compte/").status_code == 302
    assert client.post(CODE, {"code": "123456"}).status_code == 422
    assert client.post(CODE, {"code": code_of(claire)})["Location"] == "/"
    assert client.get("/compte/").status_code == 200


def test_the_page_of_the_code_is_nothing_without_a_password_before(client, claire, enrolled):
    assert client.get(CODE)["Location"] == reverse("web:login")
    assert client.post(CODE, {"code": code_of(claire)})["Location"] == reverse("web:login")


def test_a_code_is_accepted_once(claire, enrolled):
    code = code_of(claire)
    answers = []
    for _ in range(2):
        browser = Client()
        log_in(browser, "claire")
        answers.append(browser.post(CODE, {"code": code}).status_code)
    assert answers == [302, 422]


def test_a_recovery_code_is_accepted_once(claire, enrolled):
    answers = []
    for typed in (enrolled[0].lower(), enrolled[0], enrolled[1]):
        browser = Client()
        log_in(browser, "claire")
        answers.append(browser.post(CODE, {"code": typed}).status_code)
    assert answers == [302, 422, 302]
    assert AuditEvent.objects.filter(verb="recovery_code_used").count() == 2


def test_five_wrong_codes_close_the_way_for_a_quarter_of_an_hour(claire, enrolled, clock):
    browser = Client()
    for _ in range(5):
        log_in(browser, "claire")
        browser.post(CODE, {"code": "000000"})
    assert browser.post(CODE, {"code": code_of(claire)}).status_code == 422
    clock.shift(dt.timedelta(minutes=15))
    log_in(browser, "claire")
    assert browser.post(CODE, {"code": code_of(claire)}).status_code == 302


def test_what_was_begun_with_the_password_waits_five_minutes(client, claire, enrolled, clock):
    log_in(client, "claire")
    clock.shift(dt.timedelta(seconds=301))
    assert client.post(CODE, {"code": code_of(claire)})["Location"] == reverse("web:login")


def test_what_was_begun_is_void_when_the_password_changes(client, claire, enrolled):
    log_in(client, "claire")
    claire.set_password("another-long-password")
    claire.save(update_fields=["password"])
    assert client.post(CODE, {"code": code_of(claire)})["Location"] == reverse("web:login")


def test_the_device_is_removed_with_the_password(client, claire, enrolled):
    log_in(client, "claire")
    client.post(CODE, {"code": code_of(claire)})
    off = reverse("web:second-factor-off")
    assert client.post(off, {"current": "no"}).status_code == 422
    assert client.post(off, {"current": PASSWORD}).status_code == 302
    assert not TOTPDevice.objects.exists()
    assert not RecoveryCode.objects.exists()


def test_new_recovery_codes_void_the_former_ones(client, claire, enrolled):
    log_in(client, "claire")
    client.post(CODE, {"code": code_of(claire)})
    page = client.post(reverse("web:recovery-codes"), {"current": PASSWORD})
    assert len(page.context["codes"]) == 10
    browser = Client()
    log_in(browser, "claire")
    assert browser.post(CODE, {"code": enrolled[0]}).status_code == 422


@pytest.fixture
def imposed(settings):
    settings.SECOND_FACTOR_ROLES = ["technical_admin"]


def test_a_technical_administrator_does_nothing_without_it(client, admin, imposed, clock):
    log_in(client, "admin")
    for path in ("/utilisateurs/", "/compte/", "/"):
        assert client.get(path)["Location"].startswith(f"{SETUP}?next=")
    refused = client.get("/api/v1/users/")
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_required")
    before = client.session.session_key
    enrol(client, admin)
    assert client.session.session_key != before
    assert client.get("/utilisateurs/").status_code == 200
    assert client.get("/api/v1/users/").status_code == 200


def test_what_asks_for_no_log_in_asks_for_no_second_factor(client, admin, imposed):
    log_in(client, "admin")
    client.get("/")
    assert client.post(reverse("web:set_language"), {"language": "en"})["Location"] == "/"
    assert client.get("/", follow=True).context["is_due"] is True
    assert client.post(reverse("web:logout"))["Location"] == reverse("web:login")


def test_it_cannot_be_removed_by_who_must_have_it(client, admin, imposed, clock):
    log_in(client, "admin")
    enrol(client, admin)
    refused = client.post(reverse("web:second-factor-off"), {"current": PASSWORD})
    assert refused.status_code == 422
    assert TOTPDevice.objects.exists()


def test_an_emergency_account_does_nothing_without_it(client, db):
    person("secours", is_break_glass=True)
    log_in(client, "secours")
    assert client.get("/")["Location"].startswith(SETUP)
    assert AuditEvent.objects.filter(verb="break_glass_login", object_code="secours").exists()


def test_a_role_given_in_the_middle_of_a_session_asks_for_the_code(
    client, claire, enrolled, settings
):
    log_in(client, "claire")
    client.post(CODE, {"code": code_of(claire)})
    other = Client()
    other.force_login(claire)  # a session that gave no second factor
    assert other.get("/compte/").status_code == 200
    settings.SECOND_FACTOR_ROLES = [Role.PROJECT_MANAGER.value]
    assert other.get("/compte/")["Location"].startswith(f"{CODE}?next=")
    assert client.get("/compte/").status_code == 200


def test_the_technical_administration_is_behind_it(client, db, clock):
    staff = person("staff", is_staff=True, is_superuser=True)
    place = "/administration-technique/"
    assert client.get(place, follow=True).redirect_chain[-1][0].startswith(reverse("web:login"))
    log_in(client, "staff")
    asked = client.get(place, follow=True).redirect_chain[-1][0]
    assert asked == f"{SETUP}?next={place}"
    enrol(client, staff)
    assert client.get(place).status_code == 200
