"""Preferences of one person, and the switches of the frame: language, unit, theme."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.models import Preferences
from accounts.services.preferences import keep_preferences
from web.context_processors import SCHEME_COOKIE, scheme_of
from web.middleware import choices_of
from web.mixins import PageView, ServiceFormView
from web.preferences.forms import DisplayForm, PreferencesForm, UnitForm

YEAR = 365 * 24 * 3600


def back_from(request: HttpRequest) -> str:
    """Return where to go back to, inside the site."""
    parameters: Any = request.POST if request.method == "POST" else request.GET
    wanted = parameters.get("next", "")
    allowed = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    return str(wanted) if allowed else reverse("web:dashboard")


def keep_cookie(request: HttpRequest, response: HttpResponse, name: str, value: str) -> None:
    """Keep a choice in the browser, for the pages that are read before the log-in."""
    response.set_cookie(name, value, YEAR, samesite="Lax", secure=request.is_secure())


class PreferencesView(ServiceFormView):
    """What a person chooses for themself."""

    template_name = "web/preferences/preferences.html"

    def form(self, data: Any = None) -> forms.Form:
        """Return the form, filled with the choices in force."""
        return PreferencesForm(data) if data else PreferencesForm.of(choices_of(self.request))

    def decide(self, cleaned: dict[str, Any]) -> Preferences:
        """Keep the choices."""
        return keep_preferences(actor=self.request.user, **cleaned)

    def after(self, result: Preferences) -> tuple[str, str]:
        """Stay on the page, in the language that was chosen."""
        if result.language:
            translation.activate(result.language)
        return _("Your preferences are kept."), reverse("web:preferences")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep the choices; the theme is kept in the browser too."""
        response = super().post(request, *args, **kwargs)
        if response.status_code == 302:
            keep_cookie(request, response, SCHEME_COOKIE, request.POST.get("theme", "system"))
        return response


class UnitView(PageView):
    """The switch of the context bar: €, k€, M€."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the unit and go back; an unknown unit changes nothing."""
        form = UnitForm(request.POST)
        if form.is_valid():
            keep_preferences(actor=request.user, unit=form.cleaned_data["unit"])
        return HttpResponseRedirect(back_from(request))


@method_decorator(login_not_required, name="dispatch")
class LanguageView(PageView):
    """French or English: in a cookie, and for the person who is logged in."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the language and go back to the same address."""
        wanted = request.POST.get("language", "")
        response = HttpResponseRedirect(back_from(request))
        if translation.check_for_language(wanted) and wanted in dict(settings.LANGUAGES):
            keep_cookie(request, response, settings.LANGUAGE_COOKIE_NAME, wanted)
            if request.user.is_authenticated:
                keep_preferences(actor=request.user, language=wanted)
        return response


@method_decorator(login_not_required, name="dispatch")
class DisplayView(PageView):
    """Light, dark or as the system: kept in a cookie, so that it works without JavaScript."""

    template_name = "web/auth/display.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the choices."""
        chosen = {"scheme": scheme_of(request), "next": back_from(request)}
        return self.page({"form": DisplayForm(initial=chosen)})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the choice and go back."""
        form = DisplayForm(request.POST)
        if not form.is_valid():
            return self.page({"form": form}, status=422)
        response = HttpResponseRedirect(back_from(request))
        scheme = form.cleaned_data["scheme"]
        keep_cookie(request, response, SCHEME_COOKIE, scheme)
        if request.user.is_authenticated:
            keep_preferences(actor=request.user, theme=scheme)
        return response
