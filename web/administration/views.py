"""Functional administration: one page that leads to what the person may open, and the audit log."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from accounts.models import AuditEvent
from accounts.naming import acting_name
from accounts.permissions import can
from web.administration.words import detail_words, object_words, verb_choices, verb_words
from web.fields import DayField
from web.forms import PageForm, any_of
from web.listing import ListColumn
from web.lists import ListView
from web.mixins import PageView

SECTION = "administration"


def who(row: AuditEvent) -> str:
    """Return who did it, and for whom when they stood in for somebody (§3.3, 5)."""
    return acting_name(row.actor, row.on_behalf_of) or "–"


class AuditFilterForm(PageForm):
    """Filters of the audit log."""

    q = forms.CharField(label=_("Person or object"), required=False, max_length=100)
    verb = forms.ChoiceField(
        label=_("Verb"), required=False, choices=lambda: any_of(verb_choices())
    )
    since = DayField(label=_("Since"), required=False)
    until = DayField(label=_("Until"), required=False)


class AuditLogView(ListView):
    """Audit events that the person may read."""

    section = SECTION
    name = "audit-log"
    needs = (Action.READ, Resource.AUDIT)
    resource = Resource.AUDIT
    title = _("Audit log")
    caption = _("Log-ins, refusals, exports, imports, grants and edits")
    form_class = AuditFilterForm
    default_sort = "-at"
    columns = (
        ListColumn("at", _("When"), lambda row: row.at, "moment", "datetime", order=("at",)),
        ListColumn("actor", _("Who"), who, order=("actor__username",)),
        ListColumn(
            "verb", _("Verb"), lambda row: verb_words(row.verb), order=("verb",), is_header=True
        ),
        ListColumn("object_kind", _("Object"), lambda row: object_words(row.object_kind)),
        ListColumn("object_code", _("Code"), lambda row: row.object_code, order=("object_code",)),
        ListColumn("detail", _("Detail"), lambda row: detail_words(row.detail)),
        ListColumn("request_id", _("Request"), lambda row: row.request_id),
    )

    def rows(self, filters: dict[str, Any]) -> QuerySet[Any]:
        """Return the visible events that the filters keep."""
        rows = AuditEvent.objects.all().visible_to(self.request.user)
        rows = rows.select_related("actor", "on_behalf_of")
        if "q" in filters:
            text = filters["q"]
            named = Q(actor__username__icontains=text) | Q(actor__last_name__icontains=text)
            rows = rows.filter(named | Q(object_code__icontains=text))
        if "verb" in filters:
            rows = rows.filter(verb=filters["verb"])
        if "since" in filters:
            rows = rows.filter(at__date__gte=filters["since"])
        if "until" in filters:
            rows = rows.filter(at__date__lte=filters["until"])
        return rows


# (name of the address, words, what it is for, the right that it asks for)
ENTRIES = (
    ("people", _("People"), _("Accounts, invitations, sessions"), (Action.READ, Resource.USER)),
    ("grants", _("Grants"), _("Roles, scopes, approvals"), (Action.READ, Resource.GRANT)),
    (
        "emergencies",
        _("Emergency accesses"),
        _("Four hours, opened by two people, with a report"),
        (Action.READ, Resource.EMERGENCY_ACCESS),
    ),
    ("portfolios", _("Portfolios"), _("The tree of portfolios"), (Action.READ, Resource.PORTFOLIO)),
    (
        "nomenclature",
        _("Nomenclature"),
        _("Missions, programmes, BOP, UO, activities"),
        (Action.READ, Resource.NOMENCLATURE),
    ),
    ("audit_log", _("Audit log"), _("Who did what, and when"), (Action.READ, Resource.AUDIT)),
    ("jobs", _("Jobs"), _("Background work and its state"), (Action.READ, Resource.JOB)),
    (
        "clients",
        _("Accesses to the API"),
        _("Machine clients, their scopes and their perimeter"),
        (Action.READ, Resource.MACHINE_CLIENT),
    ),
)


def entries_for(user: Any) -> list[dict[str, Any]]:
    """Return the pages of administration that a person may open."""
    found = []
    for name, label, text, (action, resource) in ENTRIES:
        if can(user, action, resource):
            found.append({"label": label, "text": text, "url": reverse(f"web:{name}")})
    return found


class AdministrationView(PageView):
    """What the person may administer."""

    section = SECTION
    template_name = "web/administration/index.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the links."""
        return self.page({"entries": entries_for(request.user)})
