"""The provider, by discovery: its addresses and its keys, fetched with bounds and kept an hour."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings

from accounts.oidc.errors import ProviderDown

LONGEST_ANSWER = 256 * 1024
# An unknown key is looked for again at most that often: a forged `kid` must not hammer the provider
REFETCH_SECONDS = 30
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass
class Provider:
    """What the provider publishes."""

    issuer: str
    authorization: str
    token: str
    userinfo: str
    jwks_uri: str
    end_session: str
    names_itself: bool
    fetched_at: float
    keys: list[dict[str, Any]] = field(default_factory=list)
    keys_at: float = 0.0


_known: dict[str, Provider] = {}
_lock = threading.Lock()


def the_provider() -> Provider:
    """Return the provider of OIDC_ISSUER. Raises ProviderDown."""
    issuer = settings.OIDC_ISSUER
    found = _known.get(issuer)
    if found is not None and time.monotonic() - found.fetched_at < settings.OIDC_CACHE_SECONDS:
        return found
    published = fetch_json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if published.get("issuer") != issuer:
        raise ProviderDown("issuer")
    found = Provider(
        issuer=issuer,
        authorization=_endpoint(published, "authorization_endpoint"),
        token=_endpoint(published, "token_endpoint"),
        userinfo=_endpoint(published, "userinfo_endpoint"),
        jwks_uri=_endpoint(published, "jwks_uri"),
        end_session=_endpoint(published, "end_session_endpoint", optional=True),
        names_itself=published.get("authorization_response_iss_parameter_supported") is True,
        fetched_at=time.monotonic(),
    )
    with _lock:
        _known[issuer] = found
    return found


def keys_of(provider: Provider, *, again: bool = False) -> list[dict[str, Any]]:
    """Return the public keys; `again` asks for them anew, for a key that was rotated."""
    age = time.monotonic() - provider.keys_at
    fresh = bool(provider.keys) and age < settings.OIDC_CACHE_SECONDS
    if fresh and not (again and age > REFETCH_SECONDS):
        return provider.keys
    keys = fetch_json(provider.jwks_uri).get("keys")
    if not isinstance(keys, list):
        raise ProviderDown("keys")
    with _lock:
        provider.keys = [key for key in keys if isinstance(key, dict)]
        provider.keys_at = time.monotonic()
    return provider.keys


def fetch_json(url: str) -> dict[str, Any]:
    """Return a JSON object of the provider. Raises ProviderDown."""
    _, body = call("GET", url)
    return as_object(body)


def as_object(body: bytes) -> dict[str, Any]:
    """Read a JSON object. Raises ProviderDown."""
    try:
        found = json.loads(body)
    except ValueError as error:
        raise ProviderDown("json") from error
    if not isinstance(found, dict):
        raise ProviderDown("json")
    return found


def call(method: str, url: str, *, may_refuse: bool = False, **options: Any) -> tuple[str, bytes]:
    """Call the provider; return the type and the body of its answer.

    Bounded in time and size, without following redirects. Raises ProviderDown; with `may_refuse`
    an answer 4xx is returned as an empty type.
    """
    try:
        with requests.request(
            method,
            url,
            timeout=settings.OIDC_TIMEOUT,
            allow_redirects=False,
            stream=True,
            **options,
        ) as answer:
            body = answer.raw.read(LONGEST_ANSWER + 1, decode_content=True)
            status, kind = answer.status_code, answer.headers.get("Content-Type", "")
    except (requests.RequestException, OSError) as error:
        raise ProviderDown("network") from error
    if may_refuse and 400 <= status < 500:
        return "", body
    if status != 200 or len(body) > LONGEST_ANSWER:
        raise ProviderDown("answer")
    return kind.split(";")[0].strip().lower(), body


def _endpoint(published: dict[str, Any], name: str, *, optional: bool = False) -> str:
    """Return an address of the configuration: HTTPS, or the machine itself (tests)."""
    url = published.get(name)
    if url is None and optional:
        return ""
    parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return parts.geturl()
    raise ProviderDown(name)
