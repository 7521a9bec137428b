"""Limits of the API by network, client and person, said in the headers of every answer.

Every call is counted for the network that it comes from, before anything else is done; then for
the client or the person, once they are known. The headers tell of the tightest of the two:
`RateLimit-Limit` (calls a minute), `RateLimit-Remaining`, `RateLimit-Reset` (seconds), and
`Retry-After` on a 429.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.exceptions import Throttled

from accounts.services.limits import Allowance, count_call

TOO_MANY = "Too many calls in this minute; try again after the delay of Retry-After."


def charge(request: Any, kind: str, subject: Any) -> None:
    """Count the call of a known caller; 429 beyond its limit.

    `kind` is a key of the setting `API_LIMITS` (calls a minute).
    """
    allowance = count(request, kind, subject)
    if not allowance.allowed:
        raise Throttled(wait=allowance.reset, detail=TOO_MANY)


def count(request: Any, kind: str, subject: Any) -> Allowance:
    """Count a call, and note the allowance on the request for the headers of its answer."""
    allowance = count_call(subject=f"{kind}:{subject}", limit=settings.API_LIMITS[kind])
    plain = getattr(request, "_request", request)
    plain.api_allowances = [*getattr(plain, "api_allowances", ()), allowance]
    return allowance
