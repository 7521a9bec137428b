"""Log-in, log-out, account and display settings."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.enums import Role
from accounts.permissions import grants_of
from web.auth.forms import DisplayForm, LoginForm
from web.context_processors import SCHEME_COOKIE
from web.mixins import PageView

YEAR = 365 * 24 * 3600


class PortfolioLogin(LoginView):
    """The log-in page."""

    template_name = "web/auth/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True


class AccountView(PageView):
    """Who is logged in, and with which grants."""

    template_name = "web/auth/account.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the roles in force and where they apply."""
        grants = [(Role(role).label, code) for role, code in grants_of(request.user)]
        return self.page({"grants": grants})


@method_decorator(login_not_required, name="dispatch")
class DisplayView(PageView):
    """Light, dark or as the system: kept in a cookie, so that it works without JavaScript."""

    template_name = "web/auth/display.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the choices."""
        chosen = request.COOKIES.get(SCHEME_COOKIE, "system")
        return self.page({"form": DisplayForm(initial={"scheme": chosen, "next": self.next()})})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the choice and go back."""
        form = DisplayForm(request.POST)
        if not form.is_valid():
            return self.page({"form": form}, status=422)
        response = HttpResponseRedirect(self.next())
        secure = request.is_secure()
        response.set_cookie(
            SCHEME_COOKIE, form.cleaned_data["scheme"], YEAR, samesite="Lax", secure=secure
        )
        return response

    def next(self) -> str:
        """Return where to go back to, inside the site."""
        parameters: Any = self.request.POST if self.request.method == "POST" else self.request.GET
        wanted = parameters.get("next", "")
        allowed = url_has_allowed_host_and_scheme(wanted, {self.request.get_host()})
        return str(wanted) if allowed else reverse("web:dashboard")
