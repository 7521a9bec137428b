"""Forms of the accounts: search, creation, renaming, reasons."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from web.forms import PageForm, any_of

STATES = (
    ("open", _("open")),
    ("invited", _("never logged in")),
    ("suspended", _("suspended")),
)


class PeopleFilterForm(PageForm):
    """Filters of the list."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False, choices=any_of(STATES))

    def __init__(self, *args: Any, by_account: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_account = by_account
        if not by_account:
            del self.fields["state"]

    def keep(self, people: QuerySet[Any], filters: dict[str, Any]) -> QuerySet[Any]:
        """Keep the people that are looked for; who reads names searches names."""
        for word in filters.get("q", "").split():
            found = Q(first_name__icontains=word) | Q(last_name__icontains=word)
            if self.by_account:
                found |= Q(username__icontains=word) | Q(email__icontains=word)
            people = people.filter(found)
        conditions = {
            "open": Q(is_active=True, last_login__isnull=False),
            "invited": Q(is_active=True, last_login__isnull=True),
            "suspended": Q(is_active=False),
        }
        return people.filter(conditions[filters["state"]]) if "state" in filters else people


class PersonForm(PageForm):
    """Who the person is."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("Letters, digits and @ . + - _; kept in lower case"),
    )
    first_name = forms.CharField(label=_("First name"), required=False, max_length=150)
    last_name = forms.CharField(label=_("Last name"), required=False, max_length=150)
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("The invitation and password links are sent there; it links no identity"),
    )
    is_break_glass = forms.BooleanField(
        label=_("Emergency account: logs in by password when the provider is down"),
        required=False,
    )


class EditPersonForm(PersonForm):
    """The same, with the version that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class ReasonForm(PageForm):
    """Why an account is suspended or opened again."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    reason = forms.CharField(label=_("Reason"), max_length=300)


class FactorResetForm(PageForm):
    """Why a second factor is forgotten."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("How you know that it is really this person who asks"),
    )


class IdentityForm(PageForm):
    """The subject that the provider gives to a person."""

    subject = forms.CharField(
        label=_("Identifier at the provider (sub)"),
        max_length=255,
        help_text=_("The page “Ask for an access” shows it to the person"),
    )
