"""Pages of the emergency accesses: asked for by one person, opened by another, reported."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.emergency import asked_of, nature_of, report_lines, state_of_grant
from accounts.enums import Action, EmergencyState, Resource
from accounts.models import EmergencyReport, Grant, GrantQuerySet
from accounts.permissions import can
from accounts.scoping import scope_words
from accounts.services.emergency import (
    ask_emergency_access,
    close_emergency_access,
    open_emergency_access,
)
from common.exceptions import DomainError
from web.administration.words import object_words, verb_words
from web.emergency.forms import AskForm, EmergencyFilterForm, LinesForm
from web.grants.columns import who_columns
from web.grants.forms import EndForm
from web.listing import ListColumn
from web.lists import ListView
from web.mixins import PageView, ServiceFormView, add_errors

SECTION = "administration"
RESOURCE = Resource.EMERGENCY_ACCESS


def accesses_of(user: Any) -> GrantQuerySet:
    """Return the emergency accesses that `user` may read, with their people."""
    people = ("user", "granted_by", "approved_by", "ended_by")
    return Grant.objects.all().emergencies_visible_to(user).select_related(*people)


class EmergenciesView(ListView):
    """The emergency accesses, the last one first."""

    section = SECTION
    name = "emergency-accesses"
    needs = (Action.READ, RESOURCE)
    resource = RESOURCE
    title = gettext_lazy("Emergency accesses")
    caption = gettext_lazy("Roles opened for four hours by two people, the last one first")
    empty = gettext_lazy("No emergency access was ever asked for.")
    form_class = EmergencyFilterForm
    default_sort = "-asked_at"
    columns = (
        *who_columns("emergency"),
        ListColumn("state", gettext_lazy("State"), lambda row: str(state_of_grant(row).label)),
        ListColumn("asked_by", gettext_lazy("Asked by"), lambda row: str(row.granted_by)),
        ListColumn(
            "asked_at", gettext_lazy("Asked at"), lambda row: row.granted_at, "moment", "datetime",
            order=("granted_at",),
        ),
        ListColumn("opened_by", gettext_lazy("Opened by"), lambda row: str(row.approved_by or "–")),
        ListColumn(
            "opened_at", gettext_lazy("Opened at"), lambda row: row.approved_at, "moment",
            "datetime", order=("approved_at",),
        ),
        ListColumn(
            "ends_at", gettext_lazy("Ends at"), lambda row: row.ended_at or row.ends_at, "moment",
            "datetime",
        ),
        ListColumn("reason", gettext_lazy("Reason"), lambda row: row.reason),
    )  # fmt: skip

    def rows(self, filters: dict[str, Any]) -> QuerySet[Any]:
        """Return the accesses that the filters keep."""
        rows = accesses_of(self.request.user)
        if "q" in filters:
            text = filters["q"]
            named = Q(user__username__icontains=text) | Q(user__last_name__icontains=text)
            rows = rows.filter(named | Q(reason__icontains=text))
        if "role" in filters:
            rows = rows.filter(role=filters["role"])
        return rows

    def more(self) -> dict[str, Any]:
        """Return the button to ask for one."""
        create = can(self.request.user, Action.CREATE, RESOURCE)
        return {
            "create_url": reverse("web:emergency_ask") if create else "",
            "create_label": _("Ask for an emergency access"),
        }


class AskView(ServiceFormView):
    """Ask for a role for somebody else; it opens nothing yet."""

    section = SECTION
    template_name = "web/emergency/form.html"
    needs = (Action.CREATE, RESOURCE)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form."""
        return AskForm(data, actor=self.request.user)

    def decide(self, cleaned: dict[str, Any]) -> Grant:
        """Ask."""
        return ask_emergency_access(actor=self.request.user, **cleaned)

    def after(self, result: Grant) -> tuple[str, str]:
        """Show the request, which waits."""
        message = _("The emergency access waits for a second person.")
        return message, reverse("web:emergency", args=[result.pk])


def access_context(user: Any, access: Grant, form: forms.Form | None = None) -> dict[str, Any]:
    """Return what the page of an access shows, by the rights of the reader."""
    state = state_of_grant(access)
    waits, is_open = state == EmergencyState.WAITING, state == EmergencyState.OPEN
    second = user.pk not in (access.granted_by_id, access.user_id)
    one_of_two = user.pk in (access.granted_by_id, access.approved_by_id)
    closes = can(user, Action.CLOSE, RESOURCE)
    return {
        "access": access,
        "scope": scope_words(access),
        "state": state.label,
        "is_open": is_open,
        "waits": waits,
        "may_open": waits and second and can(user, Action.VALIDATE, RESOURCE),
        "needs_another": waits and not second,
        "may_close": closes and (waits or (is_open and one_of_two)),
        "report": EmergencyReport.objects.filter(grant=access).first(),
        "form": form or EndForm(),
    }


class EmergencyView(PageView):
    """One access: who, what, from when to when, and what may be decided."""

    section = SECTION
    template_name = "web/emergency/access.html"
    needs = (Action.READ, RESOURCE)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        access = get_object_or_404(accesses_of(request.user), pk=pk)
        return self.page(access_context(request.user, access))


class OpenView(PageView):
    """Open it as the second person."""

    needs = (Action.VALIDATE, RESOURCE)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Open, and show the access."""
        access = get_object_or_404(accesses_of(request.user), pk=pk)
        try:
            open_emergency_access(actor=request.user, grant_id=access.pk)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The access is open for four hours."))
        return redirect("web:emergency", access.pk)


class CloseView(PageView):
    """Refuse a request, or close an open access before its end."""

    section = SECTION
    template_name = "web/emergency/access.html"
    needs = (Action.CLOSE, RESOURCE)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Close, and show the access; a reason is needed."""
        access = get_object_or_404(accesses_of(request.user), pk=pk)
        form = EndForm(request.POST)
        if form.is_valid():
            try:
                close_emergency_access(
                    actor=request.user, grant_id=access.pk, reason=form.cleaned_data["reason"]
                )
            except DomainError as error:
                messages.error(request, str(error))
                return redirect("web:emergency", access.pk)
            except ValidationError as error:
                add_errors(form, error)
            else:
                messages.success(request, _("The access is closed."))
                return redirect("web:emergency", access.pk)
        return self.page(access_context(request.user, access, form), status=422)


def line_words(event: Any) -> str:
    """Return what a line tells: a method and a path, or an operation in words."""
    asked = asked_of(event)
    return f"{asked['method']} {asked['path']}" if asked else verb_words(event.verb)


class ReportView(ListView):
    """The report of an access: who, from when to when, why, and all that was read and changed."""

    section = SECTION
    name = "emergency-report"
    template_name = "web/emergency/report.html"
    needs = (Action.READ, RESOURCE)
    resource = RESOURCE
    title = gettext_lazy("Report of the emergency access")
    caption = gettext_lazy("Everything that was read, sent and recorded under the access")
    empty = gettext_lazy("Nothing was done under this access.")
    form_class = LinesForm
    default_sort = "at"
    columns = (
        ListColumn("at", gettext_lazy("When"), lambda row: row.at, "moment", "datetime",
                   order=("at",), is_header=True),
        ListColumn("who", gettext_lazy("Who"), lambda row: str(row.actor or "–")),
        ListColumn("nature", gettext_lazy("Kind"), lambda row: str(nature_of(row).label)),
        ListColumn("what", gettext_lazy("What"), line_words),
        ListColumn("object", gettext_lazy("Object"), lambda row: object_words(row.object_kind)),
        ListColumn("code", gettext_lazy("Code"), lambda row: row.object_code),
        ListColumn("status", gettext_lazy("Answer"), lambda row: asked_of(row).get("status")),
        ListColumn("request", gettext_lazy("Request"), lambda row: row.request_id),
    )  # fmt: skip

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the report, or export it; an access that is not over has none yet."""
        access = get_object_or_404(accesses_of(request.user), pk=kwargs["pk"])
        self.report = get_object_or_404(EmergencyReport, grant=access)
        self.access = access
        return super().get(request, *args, **kwargs)

    def rows(self, filters: dict[str, Any]) -> QuerySet[Any]:
        """Return the lines."""
        return report_lines(self.access.pk)

    def more(self) -> dict[str, Any]:
        """Return the head of the report."""
        return {"access": self.access, "report": self.report, "scope": scope_words(self.access)}
