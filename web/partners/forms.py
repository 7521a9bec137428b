"""Filters of the contracts and of the partners."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from partners.enums import ContractKind, IdentifierKind, PartnerKind
from partners.models import ContractProject
from projects.models import PortfolioNode
from web.facts import OfProjectForm, OneOriginForm
from web.fields import DayField
from web.forms import any_of


class ContractForm(OfProjectForm):
    """Filters of the contracts."""

    search = ("code", "title", "holder__name")
    conditions = {
        "kind": "kind",
        "holder": "holder__code",
        "notified_from": "notified_on__gte",
        "notified_to": "notified_on__lte",
        "end_to": "end_on__lte",
    }

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=any_of(ContractKind.choices))
    holder = forms.CharField(label=_("Holder (code)"), required=False, max_length=40)
    notified_from = DayField(label=_("Notified from"), required=False)
    notified_to = DayField(label=_("Notified up to"), required=False)
    end_to = DayField(label=_("Ends before"), required=False)

    def keep(self, rows: QuerySet[Any], filters: dict[str, Any]) -> QuerySet[Any]:
        """Add the projects, by a sub-query, so that no contract is doubled."""
        rows = super().keep(rows, filters)
        links = ContractProject.objects.all()
        if "project" in filters:
            linked = links.filter(project__code=filters["project"])
            rows = rows.filter(pk__in=linked.values("contract_id"))
        if "node" in filters:
            inside = PortfolioNode.objects.subtree_ids([filters["node"]])
            linked = links.filter(project__node_id__in=inside)
            rows = rows.filter(pk__in=linked.values("contract_id"))
        return rows


class PartnerForm(OneOriginForm):
    """Filters of the partners."""

    search = ("code", "name", "identifier")
    conditions = {"kind": "kind", "identifier_kind": "identifier_kind"}

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=any_of(PartnerKind.choices))
    identifier_kind = forms.ChoiceField(
        label=_("Kind of identifier"), required=False, choices=any_of(IdentifierKind.choices)
    )
