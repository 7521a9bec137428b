"""Forged and replayed tokens and answers, each with its name. None may open a session.

A forgery is a function of the flow: it prepares the provider or the browser, and brings back the
answer of the callback. `SEEN_BY_US_ALONE` are those that our own checks alone stop: with the checks
off they are accepted.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import jwt
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from jwt.algorithms import RSAAlgorithm

from tests.accounts.oidc_provider import (
    CLIENT,
    EC_KEY,
    FOREIGN_KEY,
    RSA_KEY,
    SECRET,
    Claims,
    Provider,
    encode,
    hs256,
    jwk_of,
    pem_of,
    signed,
)


class Flow:
    """One browser and the provider."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.browser = Client()

    def ask(self, browser: Client | None = None, **query: str) -> str:
        """Begin a log-in; return the address at the provider."""
        answer = (browser or self.browser).get(reverse("web:oidc-login"), query)
        return str(answer["Location"])

    def come_back(self, query: dict[str, str], browser: Client | None = None) -> HttpResponse:
        """Bring the browser back with these parameters."""
        return (browser or self.browser).get(reverse("web:oidc-callback"), query)  # type: ignore[return-value]

    def log_in(self, browser: Client | None = None, **query: str) -> HttpResponse:
        """Do the whole log-in."""
        return self.come_back(self.provider.authorize(self.ask(browser, **query)), browser)


Forgery = Callable[[Flow], Any]
FORGERIES: dict[str, Forgery] = {}
SEEN_BY_US_ALONE: set[str] = set()


def forged_token(name: str, make: Callable[[Claims], Any], *, ours: bool = True) -> None:
    """Add a forgery that replaces the ID token."""

    def forgery(flow: Flow) -> Any:
        flow.provider.id_token = make
        return flow.log_in()

    FORGERIES[name] = forgery
    if ours:
        SEEN_BY_US_ALONE.add(name)


def forged_userinfo(name: str, make: Callable[[Claims], tuple[str, str]]) -> None:
    """Add a forgery that replaces the userinfo."""

    def forgery(flow: Flow) -> Any:
        flow.provider.userinfo = make
        return flow.log_in()

    FORGERIES[name] = forgery
    SEEN_BY_US_ALONE.add(name)


def forgery(function: Forgery) -> Forgery:
    """Add a forgery of the dialogue itself."""
    FORGERIES[function.__name__] = function
    return function


def without(claims: Claims, *names: str) -> Claims:
    return {name: value for name, value in claims.items() if name not in names}


def unsigned(claims: Claims) -> str:
    return f"{encode({'alg': 'none', 'typ': 'JWT'})}.{encode(claims)}."


def edited(claims: Claims) -> str:
    head, _, signature = signed({**claims, "sub": "another"}).split(".")
    return f"{head}.{encode(claims)}.{signature}"


NOW = time.time
forged_token("alg_none", unsigned)
forged_token("alg_none_in_capitals", lambda c: f"{encode({'alg': 'NONE'})}.{encode(c)}.")
forged_token("hs256_with_the_public_key", lambda c: hs256(c, pem_of(RSA_KEY)))
forged_token("hs256_with_the_client_secret", lambda c: hs256(c, SECRET.encode()))
forged_token("rs512_of_the_right_key", lambda c: signed(c, alg="RS512"))
forged_token("ps256_of_the_right_key", lambda c: signed(c, alg="PS256"))
forged_token("key_of_somebody_else", lambda c: signed(c, FOREIGN_KEY))
forged_token("kid_of_a_key_of_another_kind", lambda c: signed(c, kid="ec-1"))
forged_token("ec_signature_under_the_rsa_kid", lambda c: signed(c, EC_KEY, "ES256", kid="rsa-1"))
forged_token("kid_unknown", lambda c: signed(c, kid="rsa-9"))
forged_token("kid_absent", lambda c: jwt.encode(c, RSA_KEY, "RS256"))
forged_token("kid_is_a_path", lambda c: signed(c, kid="../../dev/null"))
forged_token(
    "header_with_its_own_jwk",
    lambda c: signed(c, FOREIGN_KEY, jwk=jwk_of(FOREIGN_KEY, "rsa-1", "RS256")),
)
forged_token("header_with_jku", lambda c: signed(c, jku="https://evil.example/jwks"))
forged_token("header_with_x5u", lambda c: signed(c, x5u="https://evil.example/cert"))
forged_token("header_with_crit", lambda c: signed(c, crit=["exp"]))
forged_token("issuer_of_another", lambda c: signed({**c, "iss": "https://evil.example"}))
forged_token("issuer_with_a_slash_more", lambda c: signed({**c, "iss": c["iss"] + "/"}))
forged_token("audience_of_another_client", lambda c: signed({**c, "aud": "other"}))
forged_token("several_audiences_without_azp", lambda c: signed({**c, "aud": [CLIENT, "other"]}))
forged_token("azp_of_another_client", lambda c: signed({**c, "azp": "other"}))
forged_token("expired", lambda c: signed({**c, "exp": NOW() - 60}))
forged_token("without_expiry", lambda c: signed(without(c, "exp")))
forged_token("not_before_in_the_future", lambda c: signed({**c, "nbf": NOW() + 120}))
forged_token("issued_in_the_future", lambda c: signed({**c, "iat": NOW() + 120}))
forged_token("issued_long_ago", lambda c: signed({**c, "iat": NOW() - 3600}))
forged_token("without_nonce", lambda c: signed(without(c, "nonce")))
forged_token("nonce_of_another_log_in", lambda c: signed({**c, "nonce": "x" * 32}))
forged_token("at_hash_of_another_token", lambda c: signed({**c, "at_hash": encode(b"x" * 16)}))
forged_token("without_subject", lambda c: signed(without(c, "sub")), ours=False)
forged_token("empty_subject", lambda c: signed({**c, "sub": ""}), ours=False)
forged_token("subject_that_is_no_text", lambda c: _raw({**c, "sub": ["subject-1"]}), ours=False)
forged_token("payload_edited_after_the_signature", edited)
forged_token("signature_truncated", lambda c: signed(c)[:-8])
forged_token("signature_removed", lambda c: signed(c).rsplit(".", 1)[0] + ".")
forged_token("double_dots", lambda c: signed(c).replace(".", "..", 1), ours=False)
forged_token("no_token", lambda c: None, ours=False)
forged_userinfo("userinfo_unsigned", lambda c: ("application/json", _json(c)))
forged_userinfo("userinfo_signed_by_another", lambda c: ("application/jwt", signed(c, FOREIGN_KEY)))
forged_userinfo("userinfo_alg_none", lambda c: ("application/jwt", unsigned(c)))
forged_userinfo(
    "userinfo_of_another_subject", lambda c: ("application/jwt", signed({**c, "sub": "other"}))
)
forged_userinfo(
    "userinfo_without_subject", lambda c: ("application/jwt", signed(without(c, "sub")))
)
forged_userinfo(
    "userinfo_for_another_client", lambda c: ("application/jwt", signed({**c, "aud": "other"}))
)
forged_userinfo(
    "userinfo_of_another_issuer", lambda c: ("application/jwt", signed({**c, "iss": "https://e"}))
)


def _json(claims: Claims) -> str:
    return json.dumps(claims)


def _raw(claims: Claims) -> str:
    """Sign what the library refuses to write."""
    head, _, _ = signed({"sub": "x"}).split(".")
    body = f"{head}.{encode(claims)}"
    algorithm = RSAAlgorithm(RSAAlgorithm.SHA256)
    return f"{body}.{encode(algorithm.sign(body.encode(), RSA_KEY))}"


@forgery
def id_token_of_a_former_log_in(flow: Flow) -> Any:
    flow.log_in(Client())
    former = flow.provider.given[-1]
    flow.provider.id_token = lambda claims: former
    return flow.log_in()


@forgery
def userinfo_given_as_an_id_token(flow: Flow) -> Any:
    flow.provider.id_token = lambda c: signed(without(c, "nonce", "exp", "iat", "at_hash"))
    return flow.log_in()


@forgery
def code_used_twice(flow: Flow) -> Any:
    other = Client()
    back = flow.provider.authorize(flow.ask(other))
    flow.come_back(back, other)
    again = flow.provider.authorize(flow.ask())
    return flow.come_back({**again, "code": back["code"]})


@forgery
def callback_replayed(flow: Flow) -> Any:
    back = flow.provider.authorize(flow.ask())
    flow.come_back(back)
    flow.browser.post(reverse("web:logout"))
    return flow.come_back(back)


@forgery
def state_invented(flow: Flow) -> Any:
    back = flow.provider.authorize(flow.ask())
    return flow.come_back({**back, "state": "s" * 32})


@forgery
def state_absent(flow: Flow) -> Any:
    back = flow.provider.authorize(flow.ask())
    return flow.come_back({"code": back["code"]})


@forgery
def state_of_another_browser(flow: Flow) -> Any:
    back = flow.provider.authorize(flow.ask(Client()))
    flow.ask()
    return flow.come_back(back)


@forgery
def code_of_another_client(flow: Flow) -> Any:
    return flow.come_back(flow.provider.authorize(flow.ask(), client="other"))


@forgery
def code_of_another_browser(flow: Flow) -> Any:
    """The verifier of this browser is not that of the code."""
    stolen = flow.provider.authorize(flow.ask(Client()))
    mine = flow.provider.authorize(flow.ask())
    return flow.come_back({**mine, "code": stolen["code"]})


@forgery
def answer_of_another_provider(flow: Flow) -> Any:
    back = flow.provider.authorize(flow.ask())
    return flow.come_back({**back, "iss": "https://evil.example"})


@forgery
def address_of_a_local_account(flow: Flow) -> Any:
    flow.provider.subject, flow.provider.email = "unknown", "claire@example.org"
    return flow.log_in()


@forgery
def error_with_a_code(flow: Flow) -> Any:
    back = flow.provider.authorize(flow.ask())
    return flow.come_back({"error": "access_denied", "state": back["state"]})
