"""The technical administration: for staff, behind the log-in page and the second factor."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from accounts.middleware import page_of
from accounts.second_factor import has_second_factor


class TechnicalAdminSite(AdminSite):
    """Django's administration, whose own log-in page would ask for a password alone."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this is staff whose session gave its second factor."""
        return super().has_permission(request) and has_given_second_factor(request)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send to the log-in page, or to the page of the second factor."""
        place = request.GET.get("next") or page_of(request)
        url = settings.LOGIN_URL
        if request.user.is_authenticated and not has_given_second_factor(request):
            known = has_second_factor(request.user)
            url = settings.SECOND_FACTOR_CODE_URL if known else settings.SECOND_FACTOR_URL
        return redirect_to_login(place, resolve_url(url))


def has_given_second_factor(request: HttpRequest) -> bool:
    """Whether the session of the request gave a second factor."""
    record = getattr(request, "session_record", None)
    return record is not None and bool(record.second_factor)
