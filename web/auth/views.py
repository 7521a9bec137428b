"""Log-in, log-out, account and display settings."""

from __future__ import annotations

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse

from accounts.enums import Role
from accounts.permissions import grants_of
from web.auth.forms import LoginForm
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
