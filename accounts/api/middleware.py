"""The limits around every address of the API, whoever calls and whatever is answered."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.api.limits import TOO_MANY, count
from common.api.addresses import is_api_path
from common.api.errors import plain_problem
from common.network import client_network


class ApiLimitMiddleware:
    """Count the calls of a network, and write the limits on every answer of the API."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_api_path(request.path):
            return self.get_response(request)
        allowance = count(request, "network", client_network(request))
        if allowance.allowed:
            response = self.get_response(request)
        else:
            response = plain_problem(request, 429, "throttled", TOO_MANY)
            response["Retry-After"] = str(allowance.reset)
        tightest = min(request.api_allowances, key=lambda one: one.remaining)  # type: ignore[attr-defined]
        response["RateLimit-Limit"] = str(tightest.limit)
        response["RateLimit-Remaining"] = str(tightest.remaining)
        response["RateLimit-Reset"] = str(tightest.reset)
        return response
