"""The browsers that a person has logged in from: a signed cookie, which proves no identity.

An attacker who spends the tries of an account does not lock its owner out: on a browser that they
have used before, their tries are counted apart. The cookie opens nothing by itself.
"""

from __future__ import annotations

import re
import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from accounts.models import folded

COOKIE = "pf_device"
AGE_SECONDS = 180 * 24 * 3600
_SALT = "accounts.device"

_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_of(request: Any, username: str) -> str:
    """Return the mark of this browser when `username` has logged in from it; else nothing."""
    name, mark = _read(request)
    return mark if name == folded(username) else ""


def owner_of(request: Any) -> str:
    """Return the user name of the last person who logged in from this browser; else nothing."""
    return _read(request)[0]


def remember_device(request: HttpRequest, response: HttpResponseBase, username: str) -> None:
    """Mark this browser as one of the person's."""
    mark = device_of(request, username) or secrets.token_urlsafe(12)
    response.set_cookie(
        COOKIE,
        signing.dumps([folded(username), mark], salt=_SALT),
        max_age=AGE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def describe(user_agent: str) -> str:
    """Return the browser and the system in two words; a version would be of no use to a person."""
    plain = re.sub(r"[^\x20-\x7e]", "", user_agent)[:400]
    browser = next((name for mark, name in _BROWSERS if mark in plain), "")
    system = next((name for mark, name in _SYSTEMS if mark in plain), "")
    return ", ".join(part for part in (browser, system) if part)


def _read(request: Any) -> tuple[str, str]:
    text = request.COOKIES.get(COOKIE, "") if request is not None else ""
    try:
        name, mark = signing.loads(text, salt=_SALT, max_age=AGE_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return "", ""
    return str(name), str(mark)
