"""The pages as one person chose to see them: language, unit, theme, density."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from accounts.models import Preferences
from accounts.personal import preferences_of
from common.api.addresses import is_api_path
from common.units import amounts_in

# They have no page: the API speaks in euros and in the language that the client asks for.
_OTHERS = ("/static/", "/health/", "/metrics", "/administration-technique/")


class PreferencesMiddleware:
    """Read the choices of the person once; a language that they chose wins over the browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.preferences = None
        if is_api_path(request.path) or request.path.startswith(_OTHERS):
            return self.get_response(request)
        chosen = preferences_of(request.user)
        request.preferences = chosen
        if chosen and chosen.language:
            translation.activate(chosen.language)
            request.LANGUAGE_CODE = chosen.language
        with amounts_in(chosen.unit if chosen else ""):
            return self.get_response(request)


def choices_of(request: Any) -> Preferences:
    """Return the choices in force for a request: those of the person, or the plain ones."""
    return getattr(request, "preferences", None) or Preferences()
