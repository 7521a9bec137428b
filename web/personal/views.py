"""The data of one person: read, exported, and made anonymous once they left."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource, Role
from accounts.models import User
from accounts.permissions import can
from accounts.services.audit import record_event
from accounts.services.pseudonyms import pseudonym_of, pseudonymise_user
from common.fiscal import today
from web.forms import PageForm
from web.mixins import PageView, ServiceFormView
from web.personal.selectors import personal_data, written_by


def person_or_404(reader: Any, pk: int) -> User:
    """Return a person whose data may be read: oneself, or anybody for who administers accounts."""
    if reader.pk != pk and not can(reader, Action.UPDATE, Resource.USER):
        raise Http404
    return get_object_or_404(User, pk=pk, is_machine=False)


class PersonalDataView(PageView):
    """Everything that is kept about one person, on a page or in JSON."""

    template_name = "web/personal/data.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Show it, or answer the file; both are told in the audit log."""
        person = person_or_404(request.user, pk)
        wanted = "json" if request.GET.get("format") == "json" else "page"
        record_event(
            actor=request.user,
            verb="exported",
            object_kind="person",
            object_code=str(person.pk),
            detail={"format": wanted},
        )
        data = personal_data(person)
        if wanted == "json":
            return self.exported(person, data)
        return self.page(
            {
                "person": person,
                "data": data,
                "roles": dict(Role.choices),
                "written": written_by(person),
                "months": settings.RETENTION_SECURITY_MONTHS,
                "may_pseudonymise": self.may_pseudonymise(person),
            }
        )

    def exported(self, person: User, data: dict[str, Any]) -> JsonResponse:
        """Answer the file."""
        response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})
        name = f"donnees-{person.pk}-{today():%Y-%m-%d}.json"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def may_pseudonymise(self, person: User) -> bool:
        """Whether the button is shown: who administers accounts, on that of a leaver."""
        allowed = can(self.request.user, Action.CLOSE, Resource.USER)
        return allowed and not person.is_active and person.pseudonymised_at is None


class PseudonymiseForm(PageForm):
    """The user name, typed to confirm."""

    confirmation = forms.CharField(label=gettext_lazy("User name, to confirm"), max_length=150)

    def __init__(self, data: Any = None, *, username: str) -> None:
        self.username = username
        super().__init__(data)

    def clean_confirmation(self) -> str:
        """Refuse another name."""
        typed: str = self.cleaned_data["confirmation"].strip()
        if typed != self.username:
            raise forms.ValidationError(_("This is not the user name of the account."))
        return typed


class PseudonymiseView(ServiceFormView):
    """Replace the name of a leaver, for ever."""

    template_name = "web/personal/pseudonymise.html"
    needs = (Action.CLOSE, Resource.USER)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Find the person."""
        self.person = person_or_404(request.user, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form."""
        return PseudonymiseForm(data, username=self.person.username)

    def decide(self, cleaned: dict[str, Any]) -> User:
        """Replace the name."""
        return pseudonymise_user(actor=self.request.user, user=self.person)

    def after(self, result: User) -> tuple[str, str]:
        """Show what is left."""
        told = _("The account is now called %(name)s.") % {"name": result.username}
        return told, reverse("web:personal_data", args=[result.pk])

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the person and the pseudonym."""
        return {"person": self.person, "pseudonym": pseudonym_of(self.person)}
