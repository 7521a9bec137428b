"""What every way in has in common: the second factor, the session, where to go next."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.devices import remember_device
from accounts.entry import await_second_factor, enter
from accounts.enums import SessionMethod
from accounts.models import User
from accounts.second_factor import has_second_factor
from common.templatetags import amounts


def go_in(
    request: HttpRequest,
    user: User,
    *,
    method: SessionMethod,
    goes_to: str,
    second_factor: bool = False,
) -> HttpResponse:
    """Open the session, or ask for the second factor of whoever has one."""
    if not second_factor and has_second_factor(user):
        await_second_factor(request, user, method=method, goes_to=goes_to)
        return redirect(settings.SECOND_FACTOR_CODE_URL)
    previous = enter(request, user, method=method, second_factor=second_factor)
    tell_last_login(request, previous)
    response = HttpResponseRedirect(goes_to)
    remember_device(request, response, user.username)
    return response


def tell_last_login(request: HttpRequest, previous: dt.datetime | None) -> None:
    """Show when the account was last used: its owner alone can tell that it was not by them."""
    if previous is None:
        messages.info(request, _("This is your first log-in."))
    else:
        moment = amounts.moment(timezone.localtime(previous))
        messages.info(request, _("Your last log-in: %(moment)s.") % {"moment": moment})


def next_page(request: HttpRequest) -> str:
    """Return where to go on, inside the site."""
    wanted = request.GET.get("next", "")
    allowed = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    return wanted if wanted and allowed else resolve_url(settings.LOGIN_REDIRECT_URL)
