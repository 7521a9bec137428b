"""Links received by mail: an invitation, a password to set again; and asking for one."""

from __future__ import annotations

from time import monotonic, sleep
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from accounts.enums import LinkKind
from accounts.exceptions import LinkRefused
from accounts.models import AccountLink
from accounts.services.invitations import request_password_link
from accounts.services.links import link_digest, usable_link, use_link_for_password
from common.network import client_network
from web.auth.forms import ForgottenForm, NewPasswordForm
from web.auth.provider_views import LINK
from web.mixins import PageView, add_errors


@method_decorator(login_not_required, name="dispatch")
class ForgottenView(PageView):
    """Ask for a link; the answer and its delay are those of an unknown address."""

    template_name = "web/auth/forgotten.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for the address."""
        return self.page({"form": ForgottenForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send the link if it is due, and answer the same in any case."""
        form = ForgottenForm(request.POST)
        if not form.is_valid():
            return self.page({"form": form}, status=422)
        began = monotonic()
        request_password_link(email=form.cleaned_data["email"], network=client_network(request))
        left = settings.PASSWORD_LINK_ANSWER_SECONDS - (monotonic() - began)
        sleep(max(0.0, left))
        return self.page({"sent": True})


@method_decorator(login_not_required, name="dispatch")
class OpenLinkView(PageView):
    """The address of a message: its secret leaves the address bar at once."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Keep the digest in the session of this browser; nothing is spent by looking."""
        request.session[LINK] = link_digest(token)
        return redirect("web:link")


@method_decorator(login_not_required, name="dispatch")
class LinkView(PageView):
    """Choose how to log in, with the link opened before in this browser."""

    template_name = "web/auth/link.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what the link opens, or that it is no longer valid."""
        link = self.link()
        return self.shown(link, NewPasswordForm()) if link else self.refused()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Set the password and go to the log-in page."""
        link = self.link()
        if link is None or not link.user.may_use_password:
            return self.refused()
        form = NewPasswordForm(request.POST)
        if form.is_valid():
            try:
                use_link_for_password(
                    digest=request.session[LINK], password=form.cleaned_data["password"]
                )
            except LinkRefused:
                return self.refused()
            except ValidationError as error:
                add_errors(form, error)
            else:
                del request.session[LINK]
                messages.success(request, _("Your password is set. Log in with it."))
                return redirect(settings.LOGIN_URL)
        return self.shown(link, form, status=422)

    def link(self) -> AccountLink | None:
        """Return the link of this browser while it may be used."""
        return usable_link(self.request.session.get(LINK, ""))

    def shown(self, link: AccountLink, form: Any, *, status: int = 200) -> HttpResponse:
        """Render the page."""
        is_invitation = link.kind == LinkKind.INVITATION
        return self.page(
            {
                "person": link.user,
                "is_invitation": is_invitation,
                "form": form if link.user.may_use_password else None,
                "provider": settings.OIDC_LABEL if settings.OIDC_ISSUER and is_invitation else "",
            },
            status=status,
        )

    def refused(self) -> HttpResponse:
        """Say the same whether it is used, void, out of date or unknown."""
        self.request.session.pop(LINK, None)
        return self.page({"refused": str(LinkRefused())}, status=410)
