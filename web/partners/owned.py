"""What people own among contracts and partners: forms and addresses (`web.owned`)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import Resource
from accounts.models import User
from partners.enums import ContractKind, IdentifierKind, PartnerKind
from partners.models import Partner
from partners.services.kinds import CONTRACTS, PARTNERS
from web.fields import AmountField, DayField, PercentInput
from web.owned.forms import OwnedForm
from web.owned.pages import OwnedPages


class PartnerEditForm(OwnedForm):
    """What people edit of a partner."""

    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=PartnerKind.choices)
    identifier_kind = forms.ChoiceField(
        label=_("Kind of identifier"), choices=IdentifierKind.choices
    )
    identifier = forms.CharField(label=_("Identifier"), max_length=40, required=False)
    country = forms.RegexField(
        r"^[A-Z]{2}\Z",
        label=_("Country"),
        initial="FR",
        help_text=_("Two capital letters (ISO 3166), for example FR"),
    )
    field_order = ["version", "name", "kind", "identifier_kind", "identifier", "country", "reason"]

    def __init__(self, data: Any = None, *, user: Any, initial: Any = None) -> None:
        super().__init__(data, initial=initial)


class ContractEditForm(OwnedForm):
    """What people edit of a contract: HT, VAT rate and TTC apart, which must agree."""

    title = forms.CharField(label=_("Title"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=ContractKind.choices)
    holder: forms.ModelChoiceField[Partner] = forms.ModelChoiceField(
        label=_("Holder"), queryset=Partner.objects.none()
    )
    manager = forms.ModelChoiceField(
        label=_("Contract manager"), queryset=User.objects.none(), required=False
    )
    amount_excl_tax = AmountField(label=_("Initial amount (euros, HT)"))
    vat_rate = PercentInput(label=_("VAT rate (%)"))
    amount_incl_tax = AmountField(label=_("Initial amount (euros, TTC)"))
    notified_on = DayField(label=_("Notified on"), required=False, help_text=_("DD/MM/YYYY"))
    start_on = DayField(label=_("Start date"), required=False, help_text=_("DD/MM/YYYY"))
    end_on = DayField(label=_("End date"), required=False, help_text=_("DD/MM/YYYY"))
    field_order = [
        "version", "title", "kind", "holder", "manager", "amount_excl_tax", "vat_rate",
        "amount_incl_tax", "notified_on", "start_on", "end_on", "reason",
    ]  # fmt: skip

    def __init__(self, data: Any = None, *, user: Any, initial: Any = None) -> None:
        super().__init__(data, initial={"manager": user, **(initial or {})})
        people = User.objects.filter(is_machine=False, is_active=True)
        self.fields["manager"].queryset = people  # type: ignore[attr-defined]
        self.fields["holder"].queryset = (  # type: ignore[attr-defined]
            Partner.objects.visible_to(user).order_by("name")
        )


PARTNER_PAGES = OwnedPages(
    kind=PARTNERS,
    resource=Resource.PARTNER,
    section="contracts",
    name="partner",
    list_name="partners",
    form_class=PartnerEditForm,
    mergeable=True,
    words={
        "create": _("Create a partner"),
        "edit": _("Edit the partner"),
        "list": _("Partners"),
    },
)

CONTRACT_PAGES = OwnedPages(
    kind=CONTRACTS,
    resource=Resource.CONTRACT,
    section="contracts",
    name="contract",
    list_name="contracts",
    form_class=ContractEditForm,
    words={
        "create": _("Create a contract"),
        "edit": _("Edit the contract"),
        "list": _("Contracts"),
    },
)
