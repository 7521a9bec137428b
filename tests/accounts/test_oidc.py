"""Log-in through a provider: what it opens, and that no forgery opens anything."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, Identity, SessionRecord, User
from accounts.oidc import provider as published
from accounts.oidc import tokens
from accounts.permissions import roles_of
from accounts.services.identities import link_identity
from accounts.services.invitations import invite_person
from accounts.services.people import create_person
from tests.accounts.conftest import log_in
from tests.accounts.oidc_forgeries import FORGERIES, SEEN_BY_US_ALONE, Flow
from tests.accounts.oidc_provider import CLIENT, EC_KEY, SECRET, Provider, jwk_of, signed
from tests.accounts.test_links import link_in
from tests.accounts.test_second_factor import CODE, SETUP


@pytest.fixture
def provider(settings) -> Iterator[Provider]:
    """A provider that the site knows."""
    found = Provider()
    settings.OIDC_ISSUER = found.issuer
    settings.OIDC_RP_CLIENT_ID, settings.OIDC_RP_CLIENT_SECRET = CLIENT, SECRET
    settings.OIDC_ONLY = True
    yield found
    published._known.clear()
    found.stop()


@pytest.fixture
def flow(provider, db) -> Flow:
    return Flow(provider)


@pytest.fixture
def linked(claire, provider) -> User:
    """Claire, whose identity the provider knows."""
    link_identity(actor=None, user=claire, issuer=provider.issuer, subject="subject-1")
    return claire


def is_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def test_there_are_enough_forgeries():
    assert len(FORGERIES) >= 25


@pytest.mark.parametrize("name", FORGERIES)
def test_no_forgery_opens_a_session(flow, linked, name):
    answer = FORGERIES[name](flow)
    assert answer.status_code == 403
    assert not is_in(flow.browser)
    assert AuditEvent.objects.filter(verb="login_failed", object_kind="provider").exists()


@pytest.mark.parametrize("name", sorted(SEEN_BY_US_ALONE))
def test_with_the_checks_off_the_forgery_is_accepted(flow, linked, name, monkeypatch):
    """The twin: tokens are decoded and believed."""

    def believed(token, **_known):
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return claims | {"sub": "subject-1"}

    monkeypatch.setattr("accounts.oidc.backend.read_id_token", believed)
    monkeypatch.setattr("accounts.oidc.backend.read_userinfo", lambda *a, **k: {})
    FORGERIES[name](flow)
    assert is_in(flow.browser)


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_a_linked_person_logs_in_where_they_wanted_to_go(flow, linked, alg):
    if alg == "ES256":
        flow.provider.id_token = lambda c: signed(c, EC_KEY, "ES256", kid="ec-1")
    answer = flow.log_in(next="/projets/")
    assert answer["Location"] == "/projets/"
    assert flow.browser.get("/compte/").status_code == 200
    assert SessionRecord.objects.get().method == "provider"
    assert Identity.objects.get().last_used_at is not None


def test_the_request_bears_state_nonce_and_the_exact_address(flow):
    asked = parse_qs(urlsplit(flow.ask(next="https://evil.example/")).query)
    assert asked["redirect_uri"] == ["http://testserver/connexion/fournisseur/retour/"]
    assert asked["code_challenge_method"] == ["S256"]
    assert all(len(asked[name][0]) >= 32 for name in ("state", "nonce", "code_challenge"))
    assert flow.browser.session["oidc_login_next"] is None


def test_the_key_of_the_session_changes(flow, linked):
    url = flow.ask()
    before = flow.browser.session.session_key
    flow.come_back(flow.provider.authorize(url))
    assert flow.browser.session.session_key != before


def test_an_unknown_identity_is_told_whom_to_ask_and_gets_nothing(flow, db):
    answer = flow.log_in()
    assert answer.status_code == 403
    assert "subject-1" in answer.content.decode()
    assert not User.objects.exists()


def test_an_account_may_be_created_without_any_right(flow, claire, settings):
    settings.OIDC_CREATE_USER = True
    flow.provider.email = "claire@example.org"  # taken: it links nothing, and is not kept
    flow.log_in()
    made = Identity.objects.get().user
    assert made != claire
    assert (made.email, str(made), roles_of(made)) == ("", "Inès Exemple", frozenset())
    assert is_in(flow.browser)


@pytest.mark.parametrize("verified", [False, None, "true"])
def test_an_address_that_is_not_verified_is_not_kept(flow, settings, verified):
    settings.OIDC_CREATE_USER = True
    flow.provider.userinfo = lambda c: (
        "application/jwt",
        signed({**c, "email_verified": verified}),
    )
    flow.log_in()
    assert User.objects.get().email == ""


def test_claims_give_no_role(flow, linked, settings):
    before = roles_of(User.objects.get())
    flow.provider.id_token = lambda c: signed({**c, "roles": ["technical_admin"], "is_staff": True})
    flow.log_in()
    after = User.objects.get()
    assert (roles_of(after), after.is_staff, after.is_superuser) == (before, False, False)


@pytest.fixture
def invitation(admin, provider) -> str:
    """The path of an invitation of somebody new."""
    invite_person(
        actor=admin, user=create_person(actor=admin, username="ines", email="ines@example.org")
    )
    return link_in(mail.outbox[-1])


def test_an_invitation_completed_through_the_provider_links_the_identity(flow, invitation):
    flow.browser.get(invitation)
    page = flow.browser.get(reverse("web:link")).content.decode()
    assert "invitation=1" in page
    assert 'name="password"' not in page  # with a provider, no password
    assert flow.log_in(invitation="1").status_code == 302
    assert Identity.objects.get().user.username == "ines"
    assert flow.browser.get("/compte/").status_code == 200
    assert flow.browser.get(invitation, follow=True).status_code == 410


def test_an_invitation_opened_before_links_nothing_unless_it_is_asked(flow, invitation):
    flow.browser.get(invitation)
    assert flow.log_in().status_code == 403
    assert not Identity.objects.exists()


def test_a_used_invitation_links_nobody_else(flow, invitation, provider):
    other = Flow(provider)
    for one in (flow, other):
        one.browser.get(invitation)
    url = other.ask(invitation="1")
    flow.log_in(invitation="1")
    provider.subject = "subject-2"
    assert other.come_back(provider.authorize(url)).status_code == 403
    assert Identity.objects.count() == 1


def test_a_suspended_account_has_no_way_in(flow, linked):
    User.objects.filter(pk=linked.pk).update(is_active=False)
    assert flow.log_in().status_code == 403


def test_a_password_opens_nothing_but_an_emergency_account(client, linked, provider):
    assert log_in(client, "claire").status_code == 200
    assert not is_in(client)


def test_no_password_link_is_sent_to_who_may_not_use_a_password(client, linked, provider):
    client.post(reverse("web:forgotten"), {"email": linked.email})
    assert mail.outbox == []
    User.objects.filter(pk=linked.pk).update(is_break_glass=True)
    client.post(reverse("web:forgotten"), {"email": linked.email})
    assert len(mail.outbox) == 1


def test_a_provider_that_is_down_says_so_and_leaves_the_emergency_account(flow, admin):
    flow.provider.stop()
    published._known.clear()
    answer = flow.browser.get(reverse("web:oidc-login"))
    assert answer.status_code == 503
    assert "ProConnect" in answer.content.decode()
    User.objects.filter(pk=admin.pk).update(is_break_glass=True)
    assert log_in(flow.browser, "admin").status_code == 302
    assert flow.browser.get("/")["Location"].startswith(SETUP)  # the second factor first
    assert AuditEvent.objects.filter(verb="break_glass_login").exists()
    flow.provider.stop = lambda: None  # stopped already


def test_a_silent_provider_is_waited_for_a_bounded_time(client, db, settings):
    settings.OIDC_TIMEOUT = 0.2
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings.OIDC_ISSUER = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert client.get(reverse("web:oidc-login")).status_code == 503


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"userinfo_endpoint": None},
        {"padding": "x" * 300_000},
    ],
)
def test_a_wrong_configuration_is_not_followed(flow, linked, wrong):
    flow.provider.published = wrong
    assert flow.browser.get(reverse("web:oidc-login")).status_code == 503


def test_a_new_key_is_fetched_and_an_invented_one_does_not_hammer(flow, linked, monkeypatch):
    flow.log_in()
    fresh = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    flow.provider.keys = [jwk_of(fresh, "rsa-2", "RS256")]
    flow.provider.id_token = lambda c: signed(c, fresh, kid="rsa-2")
    flow.provider.userinfo = lambda c: ("application/jwt", signed(c, fresh, kid="rsa-2"))
    asked = flow.provider.asked.count("/jwks")
    other = Client()
    for _ in range(3):
        flow.log_in(other)
    assert flow.provider.asked.count("/jwks") == asked  # too soon
    monkeypatch.setattr(published, "REFETCH_SECONDS", 0)
    assert flow.log_in(other).status_code == 302


def test_a_small_key_is_refused(flow, linked):
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    flow.provider.keys = [jwk_of(small, "rsa-1", "RS256")]
    with pytest.warns(jwt.warnings.InsecureKeyLengthWarning):
        forged = signed({"sub": "x"}, small)
    flow.provider.id_token = lambda c: forged
    assert flow.log_in().status_code == 403


def test_a_provider_that_does_not_sign_its_userinfo_needs_a_setting(flow, linked, settings):
    flow.provider.userinfo = lambda c: ("application/json", json.dumps(c))
    settings.OIDC_USERINFO_SIGNED = False
    assert flow.log_in().status_code == 302
    flow.provider.userinfo = lambda c: ("application/json", json.dumps({**c, "sub": "other"}))
    assert flow.log_in(Client()).status_code == 403


def test_a_second_factor_is_asked_for_unless_the_provider_asked(flow, linked, settings):
    settings.SECOND_FACTOR_ROLES = ["project_manager"]
    flow.log_in()
    assert flow.browser.get("/")["Location"].startswith(SETUP)
    settings.OIDC_SECOND_FACTOR_ACR = ["eidas2"]
    flow.provider.acr = "eidas2"
    other = Client()
    flow.log_in(other)
    assert other.get("/compte/").status_code == 200


def test_whoever_has_a_device_gives_its_code_after_the_provider(flow, linked):
    linked.totpdevice_set.create(name="totp", confirmed=True)
    assert flow.log_in()["Location"] == CODE
    assert not is_in(flow.browser)


def test_logging_out_shows_the_way_out_of_the_provider(flow, linked):
    flow.log_in()
    page = flow.browser.post(reverse("web:logout")).content.decode()
    assert f"{flow.provider.issuer}/logout?id_token_hint=" in page
    assert not is_in(flow.browser)


def test_no_token_is_written_in_the_events(flow, linked):
    flow.log_in()
    FORGERIES["expired"](flow)
    written = str([event.detail for event in AuditEvent.objects.all()])
    assert not any(token.split(".")[2] in written for token in flow.provider.given)


def test_the_window_of_an_id_token_is_short():
    assert tokens.OLDEST_SECONDS <= 600
