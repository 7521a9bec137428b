"""Pages of the contracts and of the partners."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from accounts.permissions import can
from common.models import DataOrigin
from web.facts import FactListView
from web.listing import Text
from web.mixins import PageView
from web.owned.views import owned_actions
from web.partners import columns, selectors
from web.partners.forms import ContractForm, PartnerForm
from web.partners.owned import CONTRACT_PAGES, PARTNER_PAGES

_TABS = (("contracts", _("Contracts")), ("partners", _("Partners")))


def tabs() -> list[dict[str, Any]]:
    """Return the lists of the section."""
    return [{"name": name, "label": label, "url": reverse(f"web:{name}")} for name, label in _TABS]


class ContractsView(FactListView):
    """Contracts."""

    section = "contracts"
    tabs = "contracts"
    name = "contracts"
    attached = "contract"
    needs = (Action.READ, Resource.CONTRACT)
    resource = Resource.CONTRACT
    title = _("Contracts")
    nouns = _("Contracts")
    caption = _("Initial amounts, HT and TTC apart")
    unit = _("euros")
    source = _("register of contracts")
    empty = _("No contract yet: contracts are fed by the import of a portfolio folder.")
    columns = columns.CONTRACTS
    form_class = ContractForm
    default_sort = "code"
    moment = "updated_at"

    def visible(self) -> QuerySet[Any]:
        """Return the visible contracts."""
        return selectors.contracts(self.request.user)

    def sums(self) -> dict[str, tuple[Text, Aggregate]]:
        """Return the initial amounts, HT and TTC apart."""
        return {
            "excl_tax": (_("Initial amounts HT"), Sum("amount_excl_tax")),
            "incl_tax": (_("Initial amounts TTC"), Sum("amount_incl_tax")),
        }

    def more(self) -> dict[str, Any]:
        """Return the tabs of the section."""
        create = can(self.request.user, Action.CREATE, Resource.CONTRACT)
        return {
            "tab_links": tabs(),
            "create_url": reverse("web:contract_create") if create else "",
            "create_label": CONTRACT_PAGES.words["create"],
        }


class ContractView(PageView):
    """The sheet of a contract."""

    section = "contracts"
    template_name = "web/partners/contract.html"
    needs = (Action.READ, Resource.CONTRACT)

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show the sheet."""
        contract = get_object_or_404(selectors.contracts(request.user), code=code)
        context = {
            "contract": contract,
            "sheet": selectors.contract_sheet(request.user, contract),
            "can_read_ledger": can(request.user, Action.READ, Resource.LEDGER),
            "has_fictitious": contract.data_origin == DataOrigin.FICTITIOUS,
            "record": contract,
            **owned_actions(CONTRACT_PAGES, request.user, contract),
        }
        return self.page(context)


class PartnersView(FactListView):
    """Partners."""

    section = "contracts"
    tabs = "contracts"
    name = "partners"
    needs = (Action.READ, Resource.PARTNER)
    resource = Resource.PARTNER
    title = _("Partners")
    nouns = _("Partners")
    caption = _("Partners and the number of their contracts")
    unit = _("no amount")
    source = _("register of partners")
    empty = _("No partner yet: partners are fed by the import of a portfolio folder.")
    columns = columns.PARTNERS
    form_class = PartnerForm
    default_sort = "code"
    moment = "updated_at"

    def visible(self) -> QuerySet[Any]:
        """Return the visible partners."""
        return selectors.partners(self.request.user)

    def more(self) -> dict[str, Any]:
        """Return the tabs of the section."""
        create = can(self.request.user, Action.CREATE, Resource.PARTNER)
        return {
            "tab_links": tabs(),
            "create_url": reverse("web:partner_create") if create else "",
            "create_label": PARTNER_PAGES.words["create"],
        }


class PartnerView(PageView):
    """The sheet of a partner."""

    section = "contracts"
    template_name = "web/partners/partner.html"
    needs = (Action.READ, Resource.PARTNER)

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show the sheet."""
        partner = get_object_or_404(selectors.partners(request.user), code=code)
        context = {
            "partner": partner,
            "sheet": selectors.partner_sheet(request.user, partner),
            "has_fictitious": partner.data_origin == DataOrigin.FICTITIOUS,
            "record": partner,
            **owned_actions(PARTNER_PAGES, request.user, partner),
        }
        return self.page(context)
