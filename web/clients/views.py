"""The API for people: its documentation, its accesses."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, ClientState, Resource
from accounts.models import Grant, MachineClient
from accounts.permissions import can
from accounts.usage import calls_by_day, clients_visible_to, moment_of, with_state
from web.clients.forms import SCOPE_WORDS, scope_choices
from web.forms import PageForm
from web.listing import ListColumn
from web.lists import ListView
from web.mixins import PageView

SECTION = "administration"
RESOURCE = Resource.MACHINE_CLIENT


def client_for(user: Any, pk: int) -> Any:
    """Return the access among those that the user reads, with its state; Http404 otherwise."""
    rows = with_state(clients_visible_to(user)).select_related(
        "application", "contact", "created_by", "revoked_by"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def page_of(client: MachineClient) -> str:
    """Return the address of an access."""
    return reverse("web:client", args=[client.pk])


def state_words(client: Any) -> str:
    """Return the state of an access in words."""
    return str(ClientState(client.current_state).label)


COLUMNS = (
    ListColumn("name", _("Name"), str, url=page_of, order=("name",), is_header=True),
    ListColumn("state", _("State"), state_words, order=("current_state",)),
    ListColumn("scopes", _("Scopes"), lambda client: client.scopes),
    ListColumn(
        "perimeter", _("Perimeter"), lambda client: client.scope_code or str(_("everything"))
    ),
    ListColumn(
        "ends_on",
        _("Ends on"),
        lambda client: client.ends_on,
        show="day",
        kind="date",
        order=("ends_on",),
    ),
    ListColumn("contact", _("Contact person"), lambda client: str(client.contact or "–")),
    ListColumn(
        "last_call",
        _("Last call"),
        lambda client: moment_of(client.last_minute),
        show="moment",
        kind="datetime",
        order=("last_minute",),
    ),
)


class ClientFilterForm(PageForm):
    """The list of accesses is short: it has no filter."""


class ClientListView(ListView):
    """The accesses to the API."""

    section = SECTION
    name = "api-clients"
    title = _("Accesses to the API")
    caption = _("Machine clients, their scopes and their perimeter")
    empty = _("No access yet: an access lets an application call the API without a person.")
    template_name = "web/clients/list.html"
    columns = COLUMNS
    form_class = ClientFilterForm
    default_sort = "name"
    resource = RESOURCE
    needs = (Action.READ, RESOURCE)

    def rows(self, filters: dict[str, Any]) -> QuerySet[Any]:
        """Return the accesses that the user reads."""
        return with_state(clients_visible_to(self.request.user)).select_related("contact")

    def more(self) -> dict[str, Any]:
        """Offer the creation to whoever may."""
        create = can(self.request.user, Action.CREATE, RESOURCE)
        return {"new_client_url": reverse("web:client-create") if create else ""}


class ClientView(PageView):
    """One access: what it may do, until when, from where, and what it did."""

    section = SECTION
    template_name = "web/clients/client.html"
    needs = (Action.READ, RESOURCE)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the sheet."""
        client = client_for(request.user, pk)
        alive = client.current_state != ClientState.REVOKED
        return self.page(
            {
                "client": client,
                "state": state_words(client),
                "waiting": Grant.objects.filter(user=client.account_id).pending().first(),
                "scopes": [(code, SCOPE_WORDS[code]) for code in client.scopes.split()],
                "last_call": moment_of(client.last_minute),
                "calls": calls_by_day(client.pk),
                "may_edit": alive and can(request.user, Action.UPDATE, RESOURCE),
                "may_revoke": alive and can(request.user, Action.CLOSE, RESOURCE),
            }
        )


class ApiView(PageView):
    """The documentation of the API: a first call in a minute, examples, scopes, limits, errors."""

    template_name = "web/clients/api.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the page, with the address of this very site in the examples."""
        return self.page(
            {
                "base": request.build_absolute_uri("/api/v1/"),
                "token_url": request.build_absolute_uri("/api/oauth/token/"),
                "version": settings.SPECTACULAR_SETTINGS["VERSION"],
                "limits": settings.API_LIMITS,
                "scopes": scope_choices(),
                "clients_url": reverse("web:clients") if self._may(Action.READ) else "",
                "new_client_url": reverse("web:client-create") if self._may(Action.CREATE) else "",
            }
        )

    def _may(self, action: str) -> bool:
        return can(self.request.user, action, RESOURCE)
