"""People: their list and their sheet."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from accounts.people import account_sheet, sees_accounts, visible_people, with_second_factor
from accounts.permissions import can
from web.listing import ListColumn
from web.lists import ListView
from web.mixins import PageView
from web.people.columns import ACCOUNTS, NAMES, state_of
from web.people.forms import PeopleFilterForm


class PeopleView(ListView):
    """The people that the user may read: names, or accounts."""

    section = "administration"
    name = "people"
    title = _("People")
    empty = _("Nobody yet.")
    template_name = "web/people/list.html"
    form_class = PeopleFilterForm
    default_sort = "name"
    resource = Resource.USER
    needs = (Action.READ, Resource.USER)

    @property
    def columns(self) -> tuple[ListColumn, ...]:  # type: ignore[override]
        """Return the columns that the user may read."""
        return ACCOUNTS if sees_accounts(self.request.user) else NAMES

    def form_options(self) -> dict[str, Any]:
        """Search names alone where names alone are read."""
        return {"by_account": sees_accounts(self.request.user)}

    def rows(self, filters: dict[str, Any]) -> QuerySet[Any]:
        """Return the people that the filters keep."""
        form = self.form_class(self.request.GET, **self.form_options())
        return form.keep(with_second_factor(visible_people(self.request.user)), filters)

    def more(self) -> dict[str, Any]:
        """Offer the creation to whoever may."""
        create = can(self.request.user, Action.CREATE, Resource.USER)
        return {"new_person_url": reverse("web:person-create") if create else ""}


class PersonView(PageView):
    """One person: their name; and how they enter, for whoever reads accounts."""

    section = "administration"
    needs = (Action.READ, Resource.USER)
    template_name = "web/people/person.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the sheet."""
        person = get_object_or_404(visible_people(request.user), pk=pk)
        if not sees_accounts(request.user):
            return self.page({"person": person})
        return self.page(
            {
                "person": person,
                "state": state_of(person),
                "sheet": account_sheet(person),
                "may_edit": can(request.user, Action.UPDATE, Resource.USER),
                "may_close": can(request.user, Action.CLOSE, Resource.USER)
                and person != request.user,
            }
        )
