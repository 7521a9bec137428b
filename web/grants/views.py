"""Pages of the grants: who holds what, proposed by one person and approved by another."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.emergency import state_of_grant
from accounts.enums import Action, Resource
from accounts.models import Grant, GrantQuerySet
from accounts.permissions import can
from accounts.scoping import scope_words
from accounts.services.grants import approve_grant, end_grant, propose_grant
from common.exceptions import DomainError
from common.fiscal import today
from web.grants.columns import who_columns
from web.grants.forms import EndForm, GrantFilterForm, ProposeForm
from web.listing import ListColumn
from web.lists import ListView
from web.mixins import PageView, ServiceFormView

SECTION = "administration"


def state_of(grant: Grant) -> str:
    """Return the words of the state of a grant on this day."""
    if grant.is_emergency:
        return _("emergency access, %(state)s") % {"state": state_of_grant(grant).label}
    if grant.is_pending:
        return _("waiting for a second person")
    if grant.ended_at:
        return _("revoked") if grant.approved_at else _("refused")
    if grant.valid_to and grant.valid_to < today():
        return _("over")
    return _("in force") if grant.valid_from <= today() else _("approved, not begun")


def grants_of_user(user: Any) -> GrantQuerySet:
    """Return the grants that `user` may read, with their people."""
    people = ("user", "granted_by", "approved_by", "ended_by")
    return Grant.objects.all().visible_to(user).select_related(*people)


COLUMNS = (
    *who_columns("grant"),
    ListColumn(
        "valid_from", gettext_lazy("Valid from"), lambda row: row.valid_from, "day", "date",
        order=("valid_from",),
    ),
    ListColumn(
        "valid_to", gettext_lazy("Valid to"), lambda row: row.valid_to, "day", "date",
        order=("valid_to",),
    ),
    ListColumn("granted_by", gettext_lazy("Granted by"), lambda row: str(row.granted_by or "–")),
    ListColumn("approved_by", gettext_lazy("Approved by"), lambda row: str(row.approved_by or "–")),
    ListColumn("state", gettext_lazy("State"), state_of),
)  # fmt: skip


class GrantsView(ListView):
    """The grants that the person may read."""

    section = SECTION
    name = "grants"
    needs = (Action.READ, Resource.GRANT)
    resource = Resource.GRANT
    title = gettext_lazy("Grants")
    caption = gettext_lazy("Roles held, by person")
    empty = gettext_lazy("No grant yet.")
    columns = COLUMNS
    form_class = GrantFilterForm
    default_sort = "person"

    def rows(self, filters: dict[str, Any]) -> QuerySet[Any]:
        """Return the visible grants that the filters keep."""
        rows = grants_of_user(self.request.user)
        if "q" in filters:
            text = filters["q"]
            rows = rows.filter(
                Q(user__username__icontains=text)
                | Q(user__last_name__icontains=text)
                | Q(scope_code__icontains=text)
            )
        if "role" in filters:
            rows = rows.filter(role=filters["role"])
        state = filters.get("state")
        if state == "pending":
            rows = rows.pending()
        elif state == "current":
            rows = rows.active_on(today())
        elif state == "ended":
            rows = rows.filter(Q(ended_at__isnull=False) | Q(valid_to__lt=today()))
        return rows

    def more(self) -> dict[str, Any]:
        """Return the button to propose a grant."""
        create = can(self.request.user, Action.CREATE, Resource.GRANT)
        return {
            "create_url": reverse("web:grant_propose") if create else "",
            "create_label": _("Propose a grant"),
        }


class ProposeView(ServiceFormView):
    """A role for somebody; it waits for a second person."""

    section = SECTION
    template_name = "web/grants/form.html"
    needs = (Action.CREATE, Resource.GRANT)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form; the address may name the person."""
        initial = {"valid_from": today(), "user": self.request.GET.get("personne")}
        return ProposeForm(data, actor=self.request.user, initial=initial)

    def decide(self, cleaned: dict[str, Any]) -> Grant:
        """Propose it."""
        return propose_grant(actor=self.request.user, **cleaned)

    def after(self, result: Grant) -> tuple[str, str]:
        """Show the grant, which waits."""
        message = _("The grant waits for a second person.")
        return message, reverse("web:grant", args=[result.pk])


class GrantView(PageView):
    """One grant: who, what, where, when, and what may be decided."""

    section = SECTION
    template_name = "web/grants/grant.html"
    needs = (Action.READ, Resource.GRANT)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the grant."""
        grant = get_object_or_404(grants_of_user(request.user), pk=pk)
        if grant.is_emergency and can(request.user, Action.READ, Resource.EMERGENCY_ACCESS):
            return redirect("web:emergency", grant.pk)
        return self.page(grant_context(request.user, grant))


def grant_context(user: Any, grant: Grant, form: forms.Form | None = None) -> dict[str, Any]:
    """Return what the page of a grant shows, by the rights of the reader."""
    second = user.pk not in (grant.granted_by_id, grant.user_id)
    approves, ordinary = can(user, Action.VALIDATE, Resource.GRANT), not grant.is_emergency
    return {
        "grant": grant,
        "scope": scope_words(grant),
        "state": state_of(grant),
        "may_approve": ordinary and grant.is_pending and second and approves,
        "needs_another": ordinary and grant.is_pending and not second,
        "may_end": ordinary and grant.ended_at is None and can(user, Action.UPDATE, Resource.GRANT),
        "form": form or EndForm(),
    }


class DecideView(PageView):
    """A decision on a visible grant."""

    section = SECTION
    template_name = "web/grants/grant.html"

    def decide(self, grant: Grant, form: EndForm) -> str:
        """Do it; return the message."""
        raise NotImplementedError

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Decide, and show the grant."""
        grant = get_object_or_404(grants_of_user(request.user), pk=pk)
        form = EndForm(request.POST)
        try:
            message = self.decide(grant, form)
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("web:grant", grant.pk)
        if not message:
            return self.page(grant_context(request.user, grant, form), status=422)
        messages.success(request, message)
        return redirect("web:grant", grant.pk)


class ApproveView(DecideView):
    """Approve as the second person."""

    needs = (Action.VALIDATE, Resource.GRANT)

    def decide(self, grant: Grant, form: EndForm) -> str:
        """Approve it."""
        approve_grant(actor=self.request.user, grant_id=grant.pk)
        return _("The grant is in force.")


class EndView(DecideView):
    """Refuse a grant that waits, revoke one in force."""

    needs = (Action.UPDATE, Resource.GRANT)

    def decide(self, grant: Grant, form: EndForm) -> str:
        """End it, with a reason."""
        if not form.is_valid():
            return ""
        end_grant(actor=self.request.user, grant_id=grant.pk, reason=form.cleaned_data["reason"])
        return _("The grant is ended.")
