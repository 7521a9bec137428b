"""Forms of the grants: they check the shape, the services decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role, ScopeKind
from accounts.models import User
from accounts.policy import SCOPE_KINDS
from accounts.scoping import scope_source
from web.fields import DayField
from web.forms import PageForm, any_of

STATES = (
    ("pending", _("waiting for a second person")),
    ("current", _("in force")),
    ("ended", _("refused, revoked or over")),
)
PEOPLE_ROLES = [choice for choice in Role.choices if choice[0] != Role.API_CLIENT]


class GrantFilterForm(PageForm):
    """Filters of the grants."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=any_of(Role.choices))
    state = forms.ChoiceField(label=_("State"), required=False, choices=any_of(STATES))


class ProposeForm(PageForm):
    """A role for somebody, inside a scope, between two dates."""

    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())
    role = forms.ChoiceField(label=_("Role"), choices=PEOPLE_ROLES)
    scope = forms.ChoiceField(
        label=_("Scope"),
        required=False,
        help_text=_("Where the role holds; a partner needs its own entity."),
    )
    valid_from = DayField(label=_("Valid from"), required=False, help_text=_("DD/MM/YYYY"))
    valid_to = DayField(label=_("Valid to"), required=False, help_text=_("DD/MM/YYYY"))
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, data: Any = None, *, actor: Any, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        people = User.objects.filter(is_machine=False, is_active=True).exclude(pk=actor.pk)
        self.fields["user"].queryset = people  # type: ignore[attr-defined]
        self.fields["scope"].choices = [  # type: ignore[attr-defined]
            ("", _("everything")),
            *(
                (kind.label, [(f"{kind.value}:{code}", words) for code, words in choices])
                for kind in ScopeKind
                if (choices := scope_source(kind).choices())
            ),
        ]

    def clean(self) -> dict[str, Any]:
        """Split the scope into its kind and its code."""
        cleaned: dict[str, Any] = super().clean() or {}
        kind, _sep, code = cleaned.pop("scope", "").partition(":")
        if kind and kind not in SCOPE_KINDS.get(cleaned.get("role", ""), ()):
            self.add_error("scope", _("This role does not take this kind of scope."))
        return {**cleaned, "scope_kind": kind, "scope_code": code}


class EndForm(PageForm):
    """Refusing or revoking a grant."""

    reason = forms.CharField(label=_("Reason"), max_length=300)
