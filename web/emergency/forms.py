"""Forms of the emergency accesses: they check the shape, the services decide."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.policy import BUSINESS_ROLES
from web.forms import PageForm, any_of
from web.grants.forms import ProposeForm

_ROLES = [choice for choice in Role.choices if choice[0] in BUSINESS_ROLES]


class EmergencyFilterForm(PageForm):
    """Filters of the emergency accesses."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=any_of(_ROLES))


class AskForm(ProposeForm):
    """A business role for somebody, inside a scope, for four hours."""

    valid_from = None  # type: ignore[assignment]
    valid_to = None  # type: ignore[assignment]
    role = forms.ChoiceField(label=_("Role"), choices=_ROLES)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("What has to be done, and why it cannot wait: the report bears it."),
    )
    field_order = ["user", "role", "scope", "reason"]


class LinesForm(PageForm):
    """The lines of a report are read whole: they have no filter."""
