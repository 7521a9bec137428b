"""Log-in through the identity provider, and out of it."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.crypto import constant_time_compare
from django.utils.decorators import method_decorator
from django.views import View
from mozilla_django_oidc.views import OIDCAuthenticationRequestView

from accounts.enums import SessionMethod
from accounts.exceptions import IdentityTaken, LinkRefused
from accounts.oidc.backend import INVITATION
from accounts.oidc.errors import IdentityRefused, ProviderDown, UnknownIdentity
from accounts.oidc.provider import the_provider
from accounts.services.audit import record_event
from common.network import client_address
from web.auth.entering import go_in

PROVIDER_TOKEN = "provider_token"  # noqa: S105 (the name of a value of the session)
LINK = "account_link"
_STATE_SECONDS = 600


@method_decorator(login_not_required, name="dispatch")
class ProviderLogin(OIDCAuthenticationRequestView):
    """The first half of the code flow: state, nonce and PKCE go into the session."""

    def __init__(self, **kwargs: Any) -> None:
        """Read nothing of the provider before the request is known."""
        View.__init__(self, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Send the person to the provider."""
        if not settings.OIDC_ISSUER:
            raise Http404
        request.session.pop(INVITATION, None)
        if "invitation" in request.GET and LINK in request.session:
            request.session[INVITATION] = request.session[LINK]
        try:
            self.OIDC_OP_AUTH_ENDPOINT = the_provider().authorization
        except ProviderDown as error:
            return failed(request, "down", str(error))
        self.OIDC_RP_CLIENT_ID = settings.OIDC_RP_CLIENT_ID
        answer: HttpResponse = super().get(request)
        return answer

    def get_extra_params(self, request: HttpRequest) -> dict[str, str]:
        """Ask for the level that the settings want."""
        return {"acr_values": settings.OIDC_ACR_VALUES} if settings.OIDC_ACR_VALUES else {}


@method_decorator(login_not_required, name="dispatch")
class ProviderCallback(View):
    """The second half: the person comes back with a code, once."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Check that this browser asked, then who the provider says it is."""
        if not settings.OIDC_ISSUER:
            raise Http404
        asked = spend_state(request)
        if asked is None:
            return failed(request, "refused", "state")
        try:
            user = self.person(request, asked)
        except ProviderDown as error:
            return failed(request, "down", str(error))
        except IdentityRefused as error:
            return failed(request, "refused", error.reason)
        except UnknownIdentity as error:
            return failed(request, "unknown", "unknown_identity", subject=error.subject)
        except (IdentityTaken, LinkRefused) as error:
            return failed(request, "link", error.code)
        return self.welcome(request, user) if user else failed(request, "closed", "closed")

    def person(self, request: HttpRequest, asked: dict[str, Any]) -> Any:
        """Return the person whom the provider names; None when their account is closed."""
        self.check_issuer(request.GET.get("iss"))
        if "code" not in request.GET:
            raise IdentityRefused("error")
        return auth.authenticate(
            request=request,
            code=request.GET["code"],
            nonce=asked.get("nonce"),
            code_verifier=asked.get("code_verifier"),
        )

    def welcome(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Open the session; the provider may have asked for the second factor itself."""
        goes_to = request.session.pop("oidc_login_next", None)
        for key in (INVITATION, LINK):
            request.session.pop(key, None)
        request.session[PROVIDER_TOKEN] = request.provider_token  # type: ignore[attr-defined]
        acr = request.provider_acr  # type: ignore[attr-defined]
        return go_in(
            request,
            user,
            method=SessionMethod.PROVIDER,
            goes_to=goes_to or resolve_url(settings.LOGIN_REDIRECT_URL),
            second_factor=acr in settings.OIDC_SECOND_FACTOR_ACR,
        )

    def check_issuer(self, named: str | None) -> None:
        """Refuse an answer that another provider gave (RFC 9207)."""
        provider = the_provider()
        if named is None and not provider.names_itself:
            return
        if not constant_time_compare(named or "", provider.issuer):
            raise IdentityRefused("iss")


def spend_state(request: HttpRequest) -> dict[str, Any] | None:
    """Return what this browser asked under the state of the answer, once, within ten minutes."""
    states = request.session.get("oidc_states")
    if not isinstance(states, dict):
        return None
    asked: dict[str, Any] | None = states.pop(request.GET.get("state", ""), None)
    request.session["oidc_states"] = states
    request.session.save()
    if asked is None or time.time() - asked.get("added_on", 0) > _STATE_SECONDS:
        return None
    return asked


def failed(request: HttpRequest, kind: str, reason: str, subject: str = "") -> HttpResponse:
    """Say in plain words why the log-in stops, and record it without any token."""
    record_event(
        actor=None,
        verb="login_failed",
        object_kind="provider",
        object_code=settings.OIDC_ISSUER[:80],
        detail={"reason": reason, "subject": subject, "network": client_address(request)},
    )
    return render(
        request,
        "web/auth/provider_failed.html",
        {"kind": kind, "provider": settings.OIDC_LABEL, "subject": subject},
        status=503 if kind == "down" else 403,
    )


def farewell(request: HttpRequest, token: str) -> HttpResponse:
    """Show the link that leaves the provider too, when it has one (a form could not lead there)."""
    try:
        url = the_provider().end_session
    except ProviderDown:
        url = ""
    if not url:
        return redirect(settings.LOGOUT_REDIRECT_URL)
    back = request.build_absolute_uri(resolve_url(settings.LOGOUT_REDIRECT_URL))
    query = urlencode(
        {
            "id_token_hint": token,
            "client_id": settings.OIDC_RP_CLIENT_ID,
            "post_logout_redirect_uri": back,
        }
    )
    context = {"url": f"{url}?{query}", "provider": settings.OIDC_LABEL}
    return render(request, "web/auth/farewell.html", context)
