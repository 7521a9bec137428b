"""Writing an account: created and invited, renamed, suspended, opened again, linked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.models import Identity, User
from accounts.people import visible_people
from accounts.services import people
from accounts.services.identities import link_identity, unlink_identity
from accounts.services.invitations import invite_person
from accounts.services.second_factor import reset_second_factor
from common.exceptions import DomainError
from web.comparison import both_versions
from web.mixins import PageView, ServiceFormView
from web.people.forms import (
    EditPersonForm,
    FactorResetForm,
    IdentityForm,
    PersonForm,
    ReasonForm,
)


class CreatePersonView(ServiceFormView):
    """A new account, invited at once."""

    section = "administration"
    template_name = "web/people/form.html"
    needs = (Action.CREATE, Resource.USER)
    form_class = PersonForm

    def decide(self, cleaned: dict[str, Any]) -> User:
        """Create the account, then send the invitation."""
        person = people.create_person(actor=self.request.user, **cleaned)
        self.sent = invite_person(actor=self.request.user, user=person)
        return person

    def after(self, result: User) -> tuple[str, str]:
        """Show the account."""
        return invited(sent=self.sent), page_of(result)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {"title": _("Create an account"), "submit": _("Create and invite")}


class _PersonFormView(ServiceFormView):
    """A form about one visible person."""

    section = "administration"
    template_name = "web/people/form.html"
    needs = (Action.UPDATE, Resource.USER)

    @cached_property
    def person(self) -> User:
        """Return the person of the address, or 404."""
        return get_object_or_404(visible_people(self.request.user), pk=self.kwargs["pk"])

    def form(self, data: Any = None) -> forms.Form:
        """Return the form, with the version that was read when it has one."""
        return self.form_class(data, initial={"version": self.person.version, **self.initial()})

    def initial(self) -> dict[str, Any]:
        """Return the first values of the form."""
        return {}

    def target(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """Return what every service asks for, taking the version out of the form's values."""
        return {
            "actor": self.request.user,
            "user_id": self.person.pk,
            "expected_version": cleaned.pop("version"),
        }

    def after(self, result: Any) -> tuple[str, str]:
        """Go back to the sheet."""
        return _("Saved."), page_of(self.person)

    def stale(self, form: forms.Form) -> dict[str, Any]:
        """Show what was saved beside what was typed; the next submission takes that version."""
        del self.person
        form.data = {**form.data.dict(), "version": str(self.person.version)}  # type: ignore[attr-defined]
        return {"comparison": both_versions(form, self.initial()), "person": self.person}


class EditPersonView(_PersonFormView):
    """Names and address."""

    form_class = EditPersonForm

    def initial(self) -> dict[str, Any]:
        """Start from what is saved."""
        return {name: getattr(self.person, name) for name in people.EDITABLE}

    def decide(self, cleaned: dict[str, Any]) -> User:
        """Save what changed."""
        return people.update_person(**self.target(cleaned), changes=cleaned)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {"person": self.person, "title": _("Edit the account"), "submit": _("Save")}


class SuspendView(_PersonFormView):
    """Close the account at once."""

    needs = (Action.CLOSE, Resource.USER)
    form_class = ReasonForm

    def decide(self, cleaned: dict[str, Any]) -> User:
        """Suspend."""
        return people.suspend_person(**self.target(cleaned), **cleaned)

    def after(self, result: User) -> tuple[str, str]:
        """Say what is closed."""
        return _("The account is suspended; its sessions and tokens are closed."), page_of(result)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {"person": self.person, "title": _("Suspend the account"), "submit": _("Suspend")}


class ReactivateView(_PersonFormView):
    """Open the account again."""

    needs = (Action.CLOSE, Resource.USER)
    form_class = ReasonForm

    def decide(self, cleaned: dict[str, Any]) -> User:
        """Open it."""
        return people.reactivate_person(**self.target(cleaned), **cleaned)

    def after(self, result: User) -> tuple[str, str]:
        """Say it."""
        return _("The account is open again."), page_of(result)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "person": self.person,
            "title": _("Open the account again"),
            "submit": _("Open again"),
        }


class ResetFactorView(_PersonFormView):
    """Forget the second factor of somebody who lost it."""

    form_class = FactorResetForm

    def decide(self, cleaned: dict[str, Any]) -> None:
        """Forget it."""
        reset_second_factor(actor=self.request.user, user=self.person, **cleaned)

    def after(self, result: Any) -> tuple[str, str]:
        """Say it."""
        return _("The second factor is forgotten."), page_of(self.person)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "person": self.person,
            "title": _("Forget the second factor"),
            "submit": _("Forget it"),
        }


class LinkIdentityView(_PersonFormView):
    """Link the identity that an administrator was given."""

    form_class = IdentityForm

    def decide(self, cleaned: dict[str, Any]) -> Identity:
        """Link it to the provider of the settings."""
        if not settings.OIDC_ISSUER:
            raise Http404
        return link_identity(
            actor=self.request.user,
            user=self.person,
            issuer=settings.OIDC_ISSUER,
            subject=cleaned["subject"],
        )

    def after(self, result: Any) -> tuple[str, str]:
        """Say it."""
        return _("The identity is linked."), page_of(self.person)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {"person": self.person, "title": _("Link an identity"), "submit": _("Link")}


class UnlinkIdentityView(PageView):
    """Take an identity away."""

    needs = (Action.UPDATE, Resource.USER)

    def post(self, request: HttpRequest, pk: int, identity: int) -> HttpResponse:
        """Unlink it."""
        person = get_object_or_404(visible_people(request.user), pk=pk)
        found = get_object_or_404(Identity.objects.select_related("user"), pk=identity, user=person)
        unlink_identity(actor=request.user, identity=found)
        messages.success(request, _("The identity is no longer linked."))
        return redirect(page_of(person))


class InviteView(PageView):
    """Send the invitation again; the former link is void."""

    needs = (Action.UPDATE, Resource.USER)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send it."""
        person = get_object_or_404(visible_people(request.user), pk=pk)
        try:
            sent = invite_person(actor=request.user, user=person)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            (messages.success if sent else messages.error)(request, invited(sent=sent))
        return redirect(page_of(person))


def page_of(person: User) -> str:
    """Return the address of a person."""
    return reverse("web:person", args=[person.pk])


def invited(*, sent: bool) -> str:
    """Return what is said of an invitation."""
    if sent:
        return _("The invitation is sent; its link is valid for 72 hours.")
    return _("The message could not be sent: send the invitation again later.")
