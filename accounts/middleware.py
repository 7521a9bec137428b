"""Who may go on: sessions that end, second factors that are due, pages that ask for a log-in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware as DjangoLoginRequired
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.entry import follow_session
from accounts.kept import keep_form
from accounts.permissions import emergency_of, roles_of
from accounts.second_factor import has_second_factor, must_have_second_factor
from accounts.services.emergency import record_request
from common.api.addresses import is_api_path
from common.api.errors import plain_problem

OPEN_PREFIXES = ("/static/", "/administration-technique/")
# What bears no data of anybody.
_SILENT_PREFIXES = ("/static/", "/health/", "/metrics")


class SessionGuardMiddleware:
    """End a session that was closed, idle for too long or too old; ask for a second factor.

    What a view sees: `request.session_record`, or an anonymous user.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "_auth_user_id" in request.session and not follow_session(request):
            request.ended_session_of = request.user.get_username()  # type: ignore[attr-defined]
            request.session.flush()
            request.user = AnonymousUser()
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Send a person whose role asks for a second factor to the page that asks for it."""
        record = getattr(request, "session_record", None)
        # The views of the API ask for no log-in by themselves: they answer 401.
        in_api = request.path.startswith("/api/")
        if record is None or record.second_factor or (is_open_to_all(view_func) and not in_api):
            return None
        # While somebody looks at the site as another person, the session is still theirs.
        person: Any = getattr(request.user, "viewed_by", None) or request.user
        if not must_have_second_factor(person, roles_of(person)):
            return None
        if is_api_path(request.path):
            return plain_problem(
                request, 403, "second_factor_required", "Log in with a second factor first."
            )
        code = has_second_factor(person)
        url = resolve_url(settings.SECOND_FACTOR_CODE_URL if code else settings.SECOND_FACTOR_URL)
        return redirect_to_login(page_of(request), url)


class LoginRequiredMiddleware(DjangoLoginRequired):
    """Django's own middleware, without the API (which answers 401) and static files.

    A form that was posted after its session ended is kept for the same person (see
    `accounts.kept`), and the log-in leads back to the page of the form.
    """

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Let the API and static files through."""
        if is_api_path(request.path) or request.path.startswith(OPEN_PREFIXES):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        """Go to the log-in page; htmx loads it whole rather than inside a fragment."""
        place = page_of(request)
        if request.method == "POST":
            keep_form(request, place)
        answer = redirect_to_login(place)
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=204, headers={"HX-Redirect": answer["Location"]})
        return answer


class EmergencyTraceMiddleware:
    """Record each request of who holds an emergency access, pages and API alike (§3.3, 8).

    It is recorded before the answer leaves: what cannot be written in the log is not answered. The
    person is the one who logged in, even while they see the site as somebody else.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(_SILENT_PREFIXES):
            return self.get_response(request)
        person = request.user
        held = emergency_of(person)
        response = self.get_response(request)
        if held is not None:
            record_request(
                actor=person,
                method=str(request.method),
                path=request.path,
                status=response.status_code,
            )
        return response


def page_of(request: HttpRequest) -> str:
    """Return the page of the site on which the person was: that of the form, not its target."""
    claimed = ""
    if request.headers.get("HX-Request") == "true":
        claimed = request.headers.get("HX-Current-URL", "")
    elif request.method == "POST":
        claimed = request.headers.get("Referer", "")
    allowed = url_has_allowed_host_and_scheme(
        claimed, {request.get_host()}, require_https=request.is_secure()
    )
    if not (claimed and allowed):
        return request.get_full_path()
    parts = urlsplit(claimed)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def is_open_to_all(view_func: Any) -> bool:
    """Whether a view asks for no second factor: it says so, or asks for no log-in at all."""
    return getattr(view_func, "open_to_all", False) or not getattr(
        view_func, "login_required", True
    )


def open_to_all(view_func: Any) -> Any:
    """Mark a view that a session without its second factor may open."""
    view_func.open_to_all = True
    return view_func
