"""Log-in, second factor at the log-in, log-out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator

from accounts.entry import confirm_second_factor, leave, pending_of
from accounts.enums import SessionMethod
from accounts.exceptions import WrongCode
from accounts.second_factor import has_second_factor
from accounts.services.second_factor import check_code
from web.auth.entering import go_in, next_page
from web.auth.forms import CodeForm, LoginForm
from web.auth.provider_views import PROVIDER_TOKEN, farewell
from web.mixins import PageView


class PortfolioLogin(LoginView):
    """The log-in page: user name and password, and the button of the provider."""

    template_name = "web/auth/login.html"
    authentication_form = LoginForm
    http_method_names = ["get", "head", "post", "options"]
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say which ways in there are."""
        context = super().get_context_data(**kwargs)
        provider = settings.OIDC_LABEL if settings.OIDC_ISSUER else ""
        return {**context, "provider": provider, "only_emergency": settings.OIDC_ONLY}

    def form_valid(self, form: Any) -> HttpResponse:
        """Go on to the second factor, or in."""
        user = form.get_user()
        if not user.may_use_password:
            form.add_error(None, form.get_invalid_login_error())
            return self.form_invalid(form)
        emergency = user.is_break_glass
        method = SessionMethod.BREAK_GLASS if emergency else SessionMethod.PASSWORD
        return go_in(self.request, user, method=method, goes_to=self.get_success_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say no in one way whatever the reason, or how long to wait."""
        refused = getattr(self.request, "refused_try", None)
        if refused is not None:
            answer = render(self.request, "web/auth/locked.html", status=429)
            answer.headers["Retry-After"] = str(refused.wait_seconds)
            return answer
        return super().form_invalid(form)


@method_decorator(login_not_required, name="dispatch")
class SecondFactorCodeView(PageView):
    """The code of the second factor: after the password, or when a role comes to ask for it."""

    template_name = "web/auth/code.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for the code."""
        if not self.is_awaited():
            return redirect(settings.LOGIN_URL)
        return self.page({"form": CodeForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Check the code, then go in or on."""
        pending = pending_of(request)
        if not self.is_awaited():
            return redirect(settings.LOGIN_URL)
        form = CodeForm(request.POST)
        if form.is_valid():
            user: Any = request.user if request.user.is_authenticated else pending and pending.user
            try:
                check_code(user=user, code=form.cleaned_data["code"])
            except WrongCode as error:
                form.add_error("code", str(error))
            else:
                return self.go_on(pending)
        return self.page({"form": form}, status=422)

    def go_on(self, pending: Any) -> HttpResponse:
        """Open the session, or confirm the one that is open."""
        if pending is not None and not self.request.user.is_authenticated:
            return go_in(
                self.request,
                pending.user,
                method=pending.method,
                goes_to=pending.next,
                second_factor=True,
            )
        confirm_second_factor(self.request)
        return HttpResponseRedirect(next_page(self.request))

    def is_awaited(self) -> bool:
        """Whether this browser is between a password and a code, or in a session without one."""
        if self.request.user.is_authenticated:
            return has_second_factor(self.request.user)
        return pending_of(self.request) is not None


@method_decorator(login_not_required, name="dispatch")
class LogoutView(PageView):
    """Leave; the session of the provider is left on the next page."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Close the session."""
        token = request.session.get(PROVIDER_TOKEN, "")
        leave(request)
        return farewell(request, token) if token else redirect(settings.LOGOUT_REDIRECT_URL)
