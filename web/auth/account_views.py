"""My account: roles, password, sessions, second factor."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.entry import confirm_second_factor
from accounts.enums import Role
from accounts.exceptions import WrongCode
from accounts.middleware import open_to_all
from accounts.models import Identity, SessionRecord, User
from accounts.permissions import grants_of, is_of_the_house, roles_of, stands_in_for
from accounts.second_factor import (
    has_second_factor,
    must_have_second_factor,
    recovery_codes_left,
)
from accounts.services.passwords import change_password, check_own_password
from accounts.services.second_factor import (
    disable_second_factor,
    enrol,
    pending_device,
    renew_recovery_codes,
    start_enrolment,
)
from accounts.services.sessions import close_session, close_sessions
from web.auth.entering import next_page
from web.auth.forms import ChangePasswordForm, DeviceCodeForm, OwnPasswordForm
from web.auth.qr import qr_of
from web.mixins import PageView, ServiceFormView


class AccountView(PageView):
    """Who is logged in, with which grants, and from where."""

    template_name = "web/auth/account.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the roles in force and where they apply, the sessions and the ways in."""
        user: Any = request.user
        givers = User.objects.in_bulk(stands_in_for(user))
        sessions = SessionRecord.objects.filter(user_id=user.pk).open_at(timezone.now())
        return self.page(
            {
                "grants": [
                    (Role(g.role).label, g.scope_code, givers.get(g.behalf) if g.behalf else None)
                    for g in grants_of(user)
                ],
                "is_of_the_house": is_of_the_house(user),
                "sessions": sessions,
                "current": self.current(),
                "has_second_factor": has_second_factor(user),
                "has_password": user.has_usable_password() and user.may_use_password,
                "identities": Identity.objects.filter(user_id=user.pk),
            }
        )

    def current(self) -> int | None:
        """Return the record of the session of this browser."""
        record = getattr(self.request, "session_record", None)
        return record.pk if record else None


class PasswordView(ServiceFormView):
    """Change one's password; the other sessions are closed."""

    template_name = "web/projects/form.html"
    form_class = ChangePasswordForm

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Check the current password, then change it."""
        user: Any = self.request.user
        check_own_password(actor=user, password=cleaned["current"])
        record = getattr(self.request, "session_record", None)
        change_password(
            actor=user, password=cleaned["password"], session_id=record.pk if record else None
        )
        update_session_auth_hash(self.request, user)

    def after(self, result: Any) -> tuple[str, str]:
        """Go back to the account."""
        return _("Your password is changed; your other sessions are closed."), account()

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {"title": _("Change my password"), "submit": _("Change the password")}


class CloseSessionView(PageView):
    """Close one of one's sessions; that of this browser is closed by logging out."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Close it."""
        record = get_object_or_404(SessionRecord, pk=pk, user_id=request.user.pk)
        if close_session(actor=request.user, record_id=record.pk):
            messages.success(request, _("The session is closed."))
        return redirect("web:account")


class CloseOtherSessionsView(PageView):
    """Close every session but that of this browser."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Close them."""
        record = getattr(request, "session_record", None)
        closed = close_sessions(
            actor=request.user,
            user=request.user,  # type: ignore[arg-type]
            reason="others",
            but=record.pk if record else None,
        )
        told = ngettext("%(count)d session is closed.", "%(count)d sessions are closed.", closed)
        messages.success(request, told % {"count": closed})
        return redirect("web:account")


@method_decorator(open_to_all, name="dispatch")
class SecondFactorView(PageView):
    """The second factor: begun, confirmed by a first code, then seen with its recovery codes."""

    template_name = "web/auth/second_factor.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the state, and the secret of a device that waits for its first code."""
        return self.shown(DeviceCodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Begin, or confirm."""
        user: Any = request.user
        if has_second_factor(user):
            return redirect(settings.SECOND_FACTOR_URL)
        if "start" in request.POST:
            start_enrolment(actor=user)
            return HttpResponseRedirect(request.get_full_path())
        form = DeviceCodeForm(request.POST)
        if form.is_valid():
            try:
                codes = enrol(actor=user, code=form.cleaned_data["code"])
            except WrongCode as error:
                form.add_error("code", str(error))
            else:
                confirm_second_factor(request)
                self.template_name = "web/auth/recovery_codes.html"
                return self.page({"codes": codes, "next": next_page(request)})
        return self.shown(form, status=422)

    def shown(self, form: forms.Form, *, status: int = 200) -> HttpResponse:
        """Render the page."""
        user: Any = self.request.user
        is_on = has_second_factor(user)
        device = None if is_on else pending_device(user)
        return self.page(
            {
                "is_on": is_on,
                "is_due": must_have_second_factor(user, roles_of(user)),
                "codes_left": recovery_codes_left(user),
                "secret": device.secret if device else "",
                "qr": qr_of(device.url) if device else None,
                "form": form,
            },
            status=status,
        )


class _ConfirmedView(ServiceFormView):
    """A change of the second factor, confirmed by the password when there is one."""

    template_name = "web/projects/form.html"
    form_class = OwnPasswordForm

    def form(self, data: Any = None) -> forms.Form:
        """Return the form; somebody without a password has logged in through the provider."""
        form = self.form_class(data)
        user: Any = self.request.user
        if not user.has_usable_password():
            del form.fields["current"]
        return form

    def check(self, cleaned: dict[str, Any]) -> None:
        """Check the password, counted as a log-in."""
        if "current" in cleaned:
            user: Any = self.request.user
            check_own_password(actor=user, password=cleaned["current"])


class DisableSecondFactorView(_ConfirmedView):
    """Forget the device."""

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Check the password, then forget it."""
        self.check(cleaned)
        user: Any = self.request.user
        disable_second_factor(actor=user)

    def after(self, result: Any) -> tuple[str, str]:
        """Go back to the account."""
        return _("The second factor is removed."), account()

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {"title": _("Remove the second factor"), "submit": _("Remove the second factor")}


class RecoveryCodesView(_ConfirmedView):
    """New recovery codes; the former ones are worth nothing any more."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show them once, in the answer itself."""
        self.codes: list[str] = []
        answer = super().post(request, *args, **kwargs)
        if not self.codes:
            return answer
        self.template_name = "web/auth/recovery_codes.html"
        return self.page({"codes": self.codes, "next": account()})

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Check the password, then make the codes."""
        self.check(cleaned)
        user: Any = self.request.user
        self.codes = renew_recovery_codes(actor=user)

    def after(self, result: Any) -> tuple[str, str]:
        """Stay: the codes are shown in the answer."""
        return _("The former recovery codes are void."), account()

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {"title": _("New recovery codes"), "submit": _("Make new codes")}


def account() -> str:
    """Return the address of the account."""
    return reverse("web:account")
