"""What was typed in a form whose session had ended: kept for the same person, shown again.

It stays in the session of the browser, without passwords nor files, until the person logs in again.
Nobody else on that browser gets it: it bears the name of whoever typed it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, QueryDict

from accounts.devices import owner_of

_KEY = "kept_form"
_LONGEST = 200_000
_CLOSED = ("/compte/", "/connexion/", "/lien/")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_SECRETS = ("password", "csrf", "otp")


def keep_form(request: HttpRequest, place: str) -> None:
    """Keep the fields of a form that is posted without a session, when its author is known."""
    owner = getattr(request, "ended_session_of", "") or owner_of(request)
    path = urlsplit(place).path
    if not owner or path.startswith(_CLOSED) or path != request.path:
        return
    if request.content_type not in _FORMS:
        return
    fields = request.POST.copy()
    for name in list(fields):
        if any(word in name.lower() for word in _SECRETS):
            del fields[name]
    text = fields.urlencode()
    if len(text) <= _LONGEST:
        request.session[_KEY] = {"owner": owner, "path": path, "fields": text}


def drop_foreign_form(request: HttpRequest, user: Any) -> None:
    """Forget what somebody else typed on this browser."""
    kept = request.session.get(_KEY)
    if kept is not None and kept["owner"] != user.get_username():
        del request.session[_KEY]


def take_kept_form(request: HttpRequest) -> QueryDict | None:
    """Return what was typed on this page before the session ended, once; None otherwise."""
    kept = request.session.get(_KEY)
    if kept is None or kept["path"] != request.path:
        return None
    del request.session[_KEY]
    if kept["owner"] != request.user.get_username():
        return None
    return QueryDict(kept["fields"])
