"""Deciding on an access to the API: create, edit, renew its secret, revoke."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.enums import Action
from accounts.models import MachineClient
from accounts.services import clients as services
from web.clients.forms import ClientForm, EditClientForm, RevocationForm, RotationForm
from web.clients.views import RESOURCE, SECTION, client_for, page_of
from web.comparison import both_versions
from web.mixins import ServiceFormView


class SecretFormView(ServiceFormView):
    """A decision that makes a secret: the answer itself shows it, and nothing else ever does."""

    section = SECTION
    template_name = "web/clients/form.html"
    new: services.NewClient | None = None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Decide; show the secret instead of going elsewhere, for no session may hold it."""
        answer = super().post(request, *args, **kwargs)
        if self.new is None:
            return answer
        self.template_name = "web/clients/secret.html"
        return self.page({"client": self.new.client, "new": self.new})

    def after(self, result: services.NewClient) -> tuple[str, str]:
        """Keep the secret for the answer."""
        self.new = result
        return _("The secret is shown below, once."), page_of(result.client)


class CreateClientView(SecretFormView):
    """A new access."""

    needs = (Action.CREATE, RESOURCE)
    form_class = ClientForm

    def form(self, data: Any = None) -> forms.Form:
        """Return the form; one answers for one's own access by default."""
        return ClientForm(data, initial={"contact": self.request.user})

    def decide(self, cleaned: dict[str, Any]) -> services.NewClient:
        """Create the access."""
        return services.create_client(actor=self.request.user, **cleaned)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {"title": _("Create an access"), "submit": _("Create the access")}


class OneClientMixin:
    """A form about one access that the user reads."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def client(self) -> MachineClient:
        """Return the access of the address, or 404."""
        found: MachineClient = client_for(self.request.user, self.kwargs["pk"])
        return found

    def target(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """Return what every service asks for, taking the version out of the form's values."""
        return {
            "actor": self.request.user,
            "client_id": self.client.pk,
            "expected_version": cleaned.pop("version"),
        }

    def current(self) -> dict[str, Any]:
        """Return what is saved, as the form shows it."""
        client = self.client
        return {
            "name": client.name,
            "scopes": client.scopes.split(),
            "scope_code": client.scope_code,
            "ends_on": client.ends_on,
            "networks": "\n".join(client.networks),
            "contact": client.contact_id,
        }

    def stale(self, form: forms.Form) -> dict[str, Any]:
        """Show what was saved beside what was typed; the next submission takes that version."""
        del self.client
        data = self.request.POST.copy()
        data["version"] = str(self.client.version)
        form.data = data
        saved = {name: value for name, value in self.current().items() if name in form.fields}
        return {"comparison": both_versions(form, saved), "client": self.client}


class EditClientView(OneClientMixin, ServiceFormView):
    """What an access may do, until when, from where."""

    section = SECTION
    template_name = "web/clients/form.html"
    needs = (Action.UPDATE, RESOURCE)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form filled with what is saved."""
        return EditClientForm(data, initial={**self.current(), "version": self.client.version})

    def decide(self, cleaned: dict[str, Any]) -> MachineClient:
        """Save what changed."""
        return services.update_client(**self.target(cleaned), changes=cleaned)

    def after(self, result: MachineClient) -> tuple[str, str]:
        """Go back to the sheet."""
        return _("Saved."), page_of(result)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {"client": self.client, "title": _("Edit the access"), "submit": _("Save")}


class RotateSecretView(OneClientMixin, SecretFormView):
    """A new secret."""

    needs = (Action.UPDATE, RESOURCE)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form with the version that was read."""
        return RotationForm(data, initial={"version": self.client.version})

    def decide(self, cleaned: dict[str, Any]) -> services.NewClient:
        """Make the secret."""
        return services.rotate_secret(**self.target(cleaned), **cleaned)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {"client": self.client, "title": _("Renew the secret"), "submit": _("Renew")}


class RevokeClientView(OneClientMixin, ServiceFormView):
    """Refuse every call from now on."""

    section = SECTION
    template_name = "web/clients/form.html"
    needs = (Action.CLOSE, RESOURCE)
    form_class = RevocationForm

    def decide(self, cleaned: dict[str, Any]) -> MachineClient:
        """Revoke."""
        services.revoke_client(client=self.client, actor=self.request.user)
        return self.client

    def after(self, result: MachineClient) -> tuple[str, str]:
        """Show the sheet."""
        return _("The access is revoked: its calls are refused from now on."), page_of(result)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page, and say what it does."""
        return {
            "client": self.client,
            "title": _("Revoke the access"),
            "submit": _("Revoke"),
            "warning": _(
                "Its tokens stop at once. A revoked access does not come back: create another one."
            ),
        }
