"""Tokens of the provider: nothing in them is believed before every check has passed.

OpenID Connect Core §3.1.3.7 and §5.3.2, RFC 8725. The algorithm is one of a closed list and agrees
with the kind of the key; the key comes from the provider's own set and from nowhere else.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import jwt
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.oidc.errors import IdentityRefused
from accounts.oidc.provider import Provider, keys_of

# A header that brings its own key, or asks for what we do not know, is refused whole.
_FOREIGN_HEADERS = ("jwk", "jku", "x5u", "x5c", "crit", "b64", "zip")
_KEY_KINDS = {"RS256": "RSA", "ES256": "EC"}
_SMALLEST_RSA = 2048
OLDEST_SECONDS = 600


def read_id_token(
    token: Any, *, provider: Provider, nonce: str | None, access_token: str
) -> dict[str, Any]:
    """Return the claims of an ID token. Raises IdentityRefused, ProviderDown."""
    claims = _read_signed(token, provider, required=["iss", "sub", "aud", "exp", "iat"])
    if not nonce or not constant_time_compare(str(claims.get("nonce", "")), nonce):
        raise IdentityRefused("nonce")
    if timezone.now().timestamp() - claims["iat"] > OLDEST_SECONDS:
        raise IdentityRefused("iat")
    if "at_hash" in claims and not constant_time_compare(
        str(claims["at_hash"]), _half_hash(access_token)
    ):
        raise IdentityRefused("at_hash")
    return claims


def read_userinfo(
    kind: str, body: bytes, *, provider: Provider, subject: str, plain: dict[str, Any] | None
) -> dict[str, Any]:
    """Return the claims of a userinfo answer, which speaks of `subject` and of nobody else.

    A signed answer (`application/jwt`) is verified; a plain one, already read in `plain`, is
    believed only where the settings say that the provider does not sign. Raises IdentityRefused.
    """
    if kind == "application/jwt":
        claims = _read_signed(body.decode("ascii", "replace"), provider, required=["sub", "aud"])
    elif plain is not None and not settings.OIDC_USERINFO_SIGNED:
        claims = plain
    else:
        raise IdentityRefused("userinfo_unsigned")
    if not constant_time_compare(str(claims.get("sub", "")), subject):
        raise IdentityRefused("userinfo_subject")
    return claims


def _read_signed(token: Any, provider: Provider, *, required: list[str]) -> dict[str, Any]:
    if not isinstance(token, str) or token.count(".") != 2:
        raise IdentityRefused("shape")
    header = _header(token)
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key=_key(provider, header),
            algorithms=[header["alg"]],
            audience=settings.OIDC_RP_CLIENT_ID,
            issuer=provider.issuer,
            leeway=settings.OIDC_LEEWAY_SECONDS,
            options={"require": required},
        )
    except jwt.InvalidTokenError as error:
        raise IdentityRefused(type(error).__name__) from error
    _check_audience(claims)
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise IdentityRefused("sub")
    return claims


def _header(token: str) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
    except jwt.InvalidTokenError as error:
        raise IdentityRefused("header") from error
    if header.get("alg") not in settings.OIDC_SIGN_ALGORITHMS:
        raise IdentityRefused("alg")
    if any(name in header for name in _FOREIGN_HEADERS):
        raise IdentityRefused("foreign_header")
    return header


def _key(provider: Provider, header: dict[str, Any]) -> Any:
    """Return the key that the header names, of the kind that its algorithm wants."""
    for again in (False, True):
        for key in keys_of(provider, again=again):
            if _fits(key, header):
                return _loaded(key)
    raise IdentityRefused("key")


def _fits(key: dict[str, Any], header: dict[str, Any]) -> bool:
    alg = header["alg"]
    return (
        key.get("kty") == _KEY_KINDS[alg]
        and key.get("use", "sig") == "sig"
        and key.get("alg", alg) == alg
        and isinstance(header.get("kid"), str)
        and key.get("kid") == header["kid"]
    )


def _loaded(key: dict[str, Any]) -> Any:
    try:
        loaded = jwt.PyJWK(key).key
    except (jwt.PyJWTError, ValueError) as error:
        raise IdentityRefused("key") from error
    if key["kty"] == "RSA" and loaded.key_size < _SMALLEST_RSA:
        raise IdentityRefused("key")
    return loaded


def _check_audience(claims: dict[str, Any]) -> None:
    """Several audiences need an authorised party, and it is always us."""
    audience, party = claims["aud"], claims.get("azp")
    if isinstance(audience, list) and len(audience) > 1 and party is None:
        raise IdentityRefused("azp")
    if party is not None and party != settings.OIDC_RP_CLIENT_ID:
        raise IdentityRefused("azp")


def _half_hash(access_token: str) -> str:
    digest = hashlib.sha256(access_token.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()
