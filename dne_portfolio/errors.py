"""Errors that no view answered: a problem document under /api/, a plain page elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.views import defaults

from common.api import errors as api
from common.api.addresses import is_api_path

# PostgreSQL: a lock, a statement or a transaction took too long; a deadlock was cut.
BUSY_STATES = {"55P03", "57014", "25P03", "40P01", "40001"}
RETRY_SECONDS = 2
PLAIN_PAGES = {413: "413.html", 500: "500.html", 503: "503.html"}
logger = structlog.get_logger("dne.request")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer what Django refused before any view: 413 for a body beyond the limit, else 400."""
    too_big = isinstance(exception, RequestDataTooBig)
    if is_api_path(request.path):
        if too_big:
            return api.plain_problem(request, 413, "too_large", "The body is beyond the limit.")
        return api.bad_request(request)
    if too_big:
        return plain_page(request, 413)
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer a bug (500); the incident number leads to the log."""
    if is_api_path(request.path):
        return api.server_error(request)
    return plain_page(request, 500)


def plain_page(request: HttpRequest, status: int) -> HttpResponse:
    """Render a page that stands alone: what failed may be what every other page needs."""
    context = {"incident": getattr(request, "request_id", "")}
    return HttpResponse(render_to_string(PLAIN_PAGES[status], context), status=status)


def is_busy(error: OperationalError) -> bool:
    """Tell whether the database refused to wait longer, and the same request may pass later."""
    if getattr(error.__cause__, "sqlstate", None) in BUSY_STATES:
        return True
    return "database is locked" in str(error)


class BusyDatabaseMiddleware:
    """A database that made a request wait beyond its bound is an answer, 503, not a bug."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Answer 503 with the time to wait; leave every other error."""
        if not (isinstance(exception, OperationalError) and is_busy(exception)):
            return None
        logger.warning("database busy", path=request.path, error=str(exception))
        answer: HttpResponse
        if is_api_path(request.path):
            answer = api.plain_problem(request, 503, "busy", "The database is busy: try again.")
        else:
            answer = plain_page(request, 503)
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
        return answer
