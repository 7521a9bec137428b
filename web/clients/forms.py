"""Forms of the accesses to the API."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.models.clients import latest_end
from accounts.policy import TOKEN_SCOPES
from projects.models import PortfolioNode
from web.fields import DayField
from web.forms import PageForm, VersionedForm

SCOPE_WORDS = {
    "read": _("Read everything inside the perimeter"),
    "projects:read": _("Read portfolios and projects"),
    "budgets:read": _("Read the nomenclature, the AE/CP ledgers and the programming"),
    "contracts:read": _("Read partners and contracts"),
    "indicators:read": _("Read indicators, their values and projects"),
    "projects:write": _("Edit projects, estimates and progress"),
    "jobs:write": _("Ask for a computation of the indicators"),
    "ledgers:import": _("Import accounting facts"),
}


def scope_choices() -> list[tuple[str, Any]]:
    """Return the scopes of the policy, those that read first."""
    known = sorted(TOKEN_SCOPES, key=lambda code: list(SCOPE_WORDS).index(code))
    return [(code, SCOPE_WORDS[code]) for code in known]


class ClientForm(PageForm):
    """A new access."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("The application that will call")
    )
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=scope_choices,
        initial=["read"],
        widget=forms.CheckboxSelectMultiple,
    )
    scope_code = forms.ChoiceField(label=_("Perimeter"), required=False)
    ends_on = DayField(label=_("Ends on"), help_text=_("DD/MM/YYYY, a year from today at most"))
    networks = forms.CharField(
        label=_("Allowed addresses"),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "One IPv4 or IPv6 address or network a line, such as 192.0.2.0/24; empty: any address"
        ),
    )
    contact = forms.ModelChoiceField(
        label=_("Contact person"), queryset=User.objects.none(), help_text=_("Who answers for it")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("ends_on", latest_end())
        nodes = PortfolioNode.objects.order_by("name").values_list("code", "name")
        perimeter: Any = self.fields["scope_code"]
        perimeter.choices = [("", _("the whole portfolio")), *nodes]
        people = User.objects.filter(is_active=True, is_machine=False)
        contact: Any = self.fields["contact"]
        contact.queryset = people.order_by("last_name", "first_name", "username")

    def clean_networks(self) -> list[str]:
        """Return the lines; the service reads them."""
        return [line for line in self.cleaned_data["networks"].splitlines() if line.strip()]


class EditClientForm(ClientForm, VersionedForm):
    """What may change of an access."""


class RotationForm(VersionedForm):
    """A new secret, and how long the former one still opens."""

    overlap_hours = forms.TypedChoiceField(
        label=_("The former secret stays valid"),
        coerce=int,
        choices=[
            ("0", _("no longer: it may have leaked")),
            ("1", _("one hour")),
            ("8", _("eight hours")),
            ("24", _("one day")),
        ],
        initial="24",
    )


class RevocationForm(PageForm):
    """A revocation; no version is asked for, so that nothing delays it."""
