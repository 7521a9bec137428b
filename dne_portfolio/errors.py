"""Errors that no view answered: a problem document under /api/, the page of the site elsewhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.views import defaults

from common.api import errors as api

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer what Django refused before any view (400)."""
    if request.path.startswith(API):
        return api.bad_request(request)
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer a bug (500); the request id leads to the log."""
    if request.path.startswith(API):
        return api.server_error(request)
    return defaults.server_error(request)
