"""One RFC 9457 answer for every error of the API (architecture §3).

malformed input → 400 with field errors · broken business rule → 409 · not visible → 404 ·
refused verb → 403 · stale edit → 412 · missing If-Match → 428 · bug → 500 with the request id.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelValidationError
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from common.exceptions import DomainError, StaleEdit

PROBLEM_TYPE = "application/problem+json"


class PreconditionRequired(exceptions.APIException):
    """An edit without `If-Match`."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "precondition_required"
    default_detail = "An edit needs an If-Match header with the version that was read."


def problem(
    status_code: int,
    code: str,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    context: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Build the problem document; `errors` are located by JSON path."""
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    body: dict[str, Any] = {
        "type": f"urn:dne-portfolio:problem:{code}",
        "title": HTTPStatus(status_code).phrase,
        "status": status_code,
        "code": code,
        "detail": detail,
        "request_id": request_id,
    }
    if errors:
        body["errors"] = errors
    if context:
        body["context"] = {key: _plain(value) for key, value in context.items()}
    return Response(body, status=status_code, headers=headers, content_type=PROBLEM_TYPE)


def plain_problem(request: HttpRequest, status_code: int, code: str, detail: str) -> JsonResponse:
    """Build the same document outside REST framework: unknown routes, bugs."""
    response = problem(status_code, code, detail)
    return JsonResponse(response.data, status=status_code, content_type=PROBLEM_TYPE)


@csrf_exempt
def unknown_route(request: HttpRequest) -> JsonResponse:
    """Answer every address under /api/ that leads nowhere."""
    detail = "There is no such address."
    if not request.path.endswith("/"):
        detail += " Addresses end with a slash."
    return plain_problem(request, 404, "not_found", detail)


def bad_request(request: HttpRequest) -> JsonResponse:
    """Answer what is refused before any view: a bad host, a body beyond the limits."""
    return plain_problem(request, 400, "bad_request", "The request is refused.")


def server_error(request: HttpRequest) -> JsonResponse:
    """Answer a bug: the request id leads to the log."""
    return plain_problem(request, 500, "server_error", "The server failed; quote the request id.")


def _plain(value: Any) -> Any:
    return value if isinstance(value, (bool, int, dict, list)) or value is None else str(value)


def _flatten(detail: Any, path: str = "") -> list[dict[str, str]]:
    """Turn REST framework's nested details into a flat list of located errors."""
    if isinstance(detail, dict):
        return [
            error for key, value in detail.items() for error in _flatten(value, _below(path, key))
        ]
    if isinstance(detail, (list, tuple)):
        rows: list[dict[str, str]] = []
        for index, value in enumerate(detail):
            nested = isinstance(value, (dict, list, tuple))
            rows += _flatten(value, f"{path}[{index}]" if nested else path)
        return rows
    return [{"path": path, "code": str(getattr(detail, "code", "invalid")), "message": str(detail)}]


def problem_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Translate an exception into a problem document; None lets a bug become a 500."""
    response = _known(exc)
    if response is not None:
        set_rollback()
    return response


def _below(path: str, key: Any) -> str:
    """Return the path of a key; what is wrong in a list is known by the index of the row."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else str(key)


def _known(exc: Exception) -> Response | None:
    if isinstance(exc, StaleEdit):
        return problem(412, exc.code, str(exc), context=exc.context)
    if isinstance(exc, DomainError):
        return problem(409, exc.code, str(exc), context=exc.context)
    if isinstance(exc, ModelValidationError):
        detail = exc.message_dict if hasattr(exc, "error_dict") else {"": exc.messages}
        return problem(400, "invalid", "The input is not valid.", errors=_flatten(detail))
    if isinstance(exc, Http404):
        return problem(404, "not_found", "There is no such object, or it is not yours to see.")
    if isinstance(exc, PermissionDenied):
        return problem(403, "permission_denied", "You may not do this.")
    if isinstance(exc, exceptions.ValidationError):
        return problem(400, "invalid", "The input is not valid.", errors=_flatten(exc.detail))
    if isinstance(exc, exceptions.APIException):
        return _from_api_exception(exc)
    return None


def _from_api_exception(exc: exceptions.APIException) -> Response:
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = exc.auth_header  # type: ignore[attr-defined]
    if getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(exc.wait))  # type: ignore[attr-defined]
    code = exc.get_codes() if isinstance(exc.get_codes(), str) else exc.default_code
    return problem(exc.status_code, str(code), str(exc.detail), headers=headers)
