"""My delegations: grants lent and held for somebody, and who is absent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Absence, Delegation, Grant, User
from accounts.permissions import is_of_the_house, lends_some
from accounts.policy import BUSINESS_ROLES
from accounts.scoping import scope_words
from accounts.services.delegations import (
    cancel_absence,
    declare_absence,
    give_delegation,
    revoke_delegation,
)
from common.exceptions import DomainError
from common.fiscal import today
from web.fields import DayField
from web.forms import PageForm
from web.mixins import PageView, ServiceFormView

# How many ended delegations and absences a page still shows.
MOST_ROWS = 100
DAY = gettext_lazy("DD/MM/YYYY")


class HousePage(PageView):
    """A page for the people of the house: a partner lends nothing, and sees nobody's absence."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Refuse whoever is not of the house."""
        if not is_of_the_house(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class LendingPage(HousePage):
    """A page for who holds a grant that may be lent."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Refuse who holds none."""
        if is_of_the_house(request.user) and not lends_some(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


def state_of(row: Delegation) -> str:
    """Return where a delegation stands, in words."""
    if row.revoked_at is not None:
        return _("revoked")
    if row.valid_to < today():
        return _("over")
    return _("in force") if row.valid_from <= today() else _("to come")


class DelegationsView(HousePage):
    """What I lend, what I hold for somebody, who is away."""

    template_name = "web/auth/delegations.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them, the newest first."""
        me: Any = request.user
        mine = Delegation.objects.select_related("grant", "giver", "delegate")
        absences = (
            Absence.objects.all()
            .visible_to(me)
            .filter(ends_on__gte=today(), cancelled_at__isnull=True)
        )
        return self.page(
            {
                "given": _rows(mine.filter(giver_id=me.pk)),
                "received": _rows(mine.filter(delegate_id=me.pk)),
                "absences": [
                    (row, row.person_id == me.pk)
                    for row in absences.select_related("person", "replaced_by")[:MOST_ROWS]
                ],
                "may_lend": lends_some(me),
            }
        )


def _rows(rows: Any) -> list[tuple[Delegation, str, bool]]:
    """Return delegations with their state, and whether they may be revoked."""
    return [
        (row, state_of(row), row.is_open and row.valid_to >= today()) for row in rows[:MOST_ROWS]
    ]


def others(user: Any) -> Any:
    """Return the people whom one may name: all who have an account but oneself."""
    return User.objects.filter(is_machine=False, is_active=True).exclude(pk=user.pk)


class LendForm(PageForm):
    """A grant of one's own, to whom, on what and between which dates."""

    grant: forms.ModelChoiceField[Grant] = forms.ModelChoiceField(
        label=gettext_lazy("Role to lend"), queryset=Grant.objects.none()
    )
    delegate: forms.ModelChoiceField[User] = forms.ModelChoiceField(
        label=gettext_lazy("Person"), queryset=User.objects.none()
    )
    scope_code = forms.CharField(
        label=gettext_lazy("Part of the scope"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("the code of a node inside the scope; all of it when empty"),
    )
    valid_from = DayField(label=gettext_lazy("From"), help_text=DAY)
    valid_to = DayField(label=gettext_lazy("To (included)"), help_text=DAY)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)

    def __init__(self, data: Any = None, *, user: Any) -> None:
        super().__init__(data, initial={"valid_from": today()})
        fields: Any = self.fields
        own = Grant.objects.active_on(today()).filter(user=user, is_emergency=False)
        fields["grant"].queryset = own.filter(role__in=BUSINESS_ROLES)
        fields["grant"].label_from_instance = lambda row: (
            f"{row.get_role_display()}, {scope_words(row)}"
        )
        fields["delegate"].queryset = others(user)


class LendView(LendingPage, ServiceFormView):
    """Lend a role to somebody for a while."""

    template_name = "web/owned/form.html"

    def form(self, data: Any = None) -> forms.Form:
        """Return the form."""
        return LendForm(data, user=self.request.user)

    def decide(self, cleaned: dict[str, Any]) -> Delegation:
        """Lend it."""
        grant = cleaned.pop("grant")
        return give_delegation(actor=self.request.user, grant_id=grant.pk, **cleaned)

    def after(self, result: Delegation) -> tuple[str, str]:
        """Go back to the list."""
        message = _("%(person)s stands in for you on these dates.") % {"person": result.delegate}
        return message, reverse("web:delegations")

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "title": _("Lend a role"),
            "submit": _("Lend"),
            "about": _("Whoever you lend a role to acts in your name: every event says so."),
            "list_url": reverse("web:delegations"),
            "words": {"list": _("My delegations")},
        }


class AbsenceForm(PageForm):
    """When one is away, and who to ask."""

    starts_on = DayField(label=gettext_lazy("From"), help_text=DAY)
    ends_on = DayField(label=gettext_lazy("To (included)"), help_text=DAY)
    replaced_by: forms.ModelChoiceField[User] = forms.ModelChoiceField(
        label=gettext_lazy("Replaced by"), queryset=User.objects.none(), required=False
    )

    def __init__(self, data: Any = None, *, user: Any) -> None:
        super().__init__(data)
        self.fields["replaced_by"].queryset = others(user)  # type: ignore[attr-defined]


class AbsenceView(HousePage, ServiceFormView):
    """Say when one is away: it gives no right, a delegation does."""

    template_name = "web/owned/form.html"

    def form(self, data: Any = None) -> forms.Form:
        """Return the form."""
        return AbsenceForm(data, user=self.request.user)

    def decide(self, cleaned: dict[str, Any]) -> Absence:
        """Declare it."""
        return declare_absence(actor=self.request.user, **cleaned)

    def after(self, result: Absence) -> tuple[str, str]:
        """Go back to the list."""
        return _("Your absence is declared."), reverse("web:delegations")

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "title": _("Declare an absence"),
            "submit": _("Declare"),
            "about": _("An absence gives nobody any right: lend a role for that."),
            "list_url": reverse("web:delegations"),
            "words": {"list": _("My delegations")},
        }


class RevokeView(HousePage):
    """End a delegation at once."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Revoke it."""
        try:
            revoke_delegation(actor=request.user, delegation_id=pk)
        except Delegation.DoesNotExist as error:
            raise Http404 from error
        except DomainError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The delegation is revoked."))
        return redirect("web:delegations")


class CancelView(HousePage):
    """Cancel an absence of one's own."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Cancel it."""
        try:
            cancel_absence(actor=request.user, absence_id=pk)
        except Absence.DoesNotExist as error:
            raise Http404 from error
        except DomainError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The absence is cancelled."))
        return redirect("web:delegations")
