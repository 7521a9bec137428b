"""What every request and answer bears: an id in the logs, headers against caches and embedding."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.functional import LazyObject, empty

HEADER = "X-Request-ID"
# Nothing of the site uses them, and nobody who injects a script may.
PERMISSIONS_POLICY = ", ".join(
    f"{name}=()"
    for name in (
        "accelerometer camera display-capture geolocation gyroscope magnetometer microphone midi"
        " payment usb screen-wake-lock"
    ).split()
)
_SAFE = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
# Probes come every few seconds and say nothing of anybody.
_SILENT_PREFIXES = ("/health/", "/static/", "/metrics")
logger = structlog.get_logger("dne.request")


class RequestIdMiddleware:
    """Bind `request_id` to the logs; keep the caller's id when it is a plain token.

    One line says how the request ended: method, path without its query, status, milliseconds and
    the id of the person. A person that nothing asked for is not looked up.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        request_id = given if _SAFE.fullmatch(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        started = time.monotonic()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            response[HEADER] = request_id
            facts = {
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "duration_ms": round((time.monotonic() - started) * 1000, 1),
                "user_id": person_of(request),
            }
            if response.status_code >= 500:
                logger.error("request failed", **facts)
            elif not request.path.startswith(_SILENT_PREFIXES):
                logger.info("request", **facts)
        return response


def person_of(request: HttpRequest) -> int | None:
    """Return the id of the person when the request has looked them up, without a query."""
    person: Any = getattr(request, "user", None)
    if isinstance(person, LazyObject) and person.__dict__.get("_wrapped") is empty:
        return None
    found: int | None = getattr(person, "pk", None)
    return found


class DataHeadersMiddleware:
    """Headers of every answer that bears data: kept by no cache, embedded by no other site."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response


class BodyLimitMiddleware:
    """Refuse a body beyond `MAX_BODY_BYTES` from what it announces, before any of it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isascii() and length.isdigit() and int(length) > settings.MAX_BODY_BYTES:
            raise RequestDataTooBig("the body is beyond MAX_BODY_BYTES")
        return self.get_response(request)
