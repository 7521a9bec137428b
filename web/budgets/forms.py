"""Filters of the ledgers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from budgets.enums import MovementKind, NomenclatureKind
from budgets.models import NomenclatureNode
from common.models import DataOrigin
from projects.models import PortfolioNode
from web.budgets.selectors import nomenclature_subtree
from web.facts import FIRST_YEAR, LAST_YEAR, OfProjectForm, node_field
from web.fields import DayField
from web.forms import PageForm, any_of


class LedgerForm(OfProjectForm):
    """What every ledger is filtered by; `path` leads to the columns of the commitment."""

    path = ""

    fiscal_year = forms.IntegerField(
        label=_("Fiscal year"), required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR
    )
    nomenclature = forms.ChoiceField(label=_("Nomenclature"), required=False)
    date_from = DayField(label=_("From"), required=False)
    date_to = DayField(label=_("Up to"), required=False)

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data, user=user)
        nodes = NomenclatureNode.objects.visible_to(user).order_by("code")
        self.fields["nomenclature"] = node_field(_("Nomenclature"), nodes)

    def clean(self) -> dict[str, Any]:
        """Refuse dates in the wrong order."""
        found = super().clean() or self.cleaned_data
        start, end = found.get("date_from"), found.get("date_to")
        if start and end and start > end:
            self.add_error("date_to", _("This date is before the first one."))
        return found

    def keep(self, rows: QuerySet[Any], filters: dict[str, Any]) -> QuerySet[Any]:
        """Add the two trees, each with what is below the node."""
        rows = super().keep(rows, filters)
        if "node" in filters:
            inside = PortfolioNode.objects.subtree_ids([filters["node"]])
            rows = rows.filter(**{f"{self.path}project__node_id__in": inside})
        if "nomenclature" in filters:
            below = nomenclature_subtree(filters["nomenclature"])
            rows = rows.filter(**{f"{self.path}node_id__in": below})
        return rows


class MovementForm(LedgerForm):
    """Filters of the credit movements."""

    search = ("source_reference", "act_reference", "legal_basis", "node__name", "project__title")
    conditions = {
        "project": "project__code",
        "fiscal_year": "fiscal_year",
        "date_from": "effective_on__gte",
        "date_to": "effective_on__lte",
        "kind": "kind",
    }

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=any_of(MovementKind.choices))


class CommitmentForm(LedgerForm):
    """Filters of the commitments."""

    search = ("legal_reference", "label", "source_reference", "project__title")
    conditions = {
        "project": "project__code",
        "fiscal_year": "fiscal_year",
        "date_from": "committed_on__gte",
        "date_to": "committed_on__lte",
    }


class ServiceDoneForm(LedgerForm):
    """Filters of the services done."""

    path = "commitment__"
    search = ("source_reference", "commitment__legal_reference", "commitment__project__title")
    conditions = {
        "project": "commitment__project__code",
        "fiscal_year": "fiscal_year",
        "date_from": "done_on__gte",
        "date_to": "done_on__lte",
    }


class PaymentRequestForm(LedgerForm):
    """Filters of the payment requests."""

    path = "commitment__"
    search = ("number", "invoice_number", "source_reference", "commitment__legal_reference")
    conditions = {
        "project": "commitment__project__code",
        "fiscal_year": "fiscal_year",
        "date_from": "requested_on__gte",
        "date_to": "requested_on__lte",
    }


class ScheduledPaymentForm(LedgerForm):
    """Filters of the scheduled payments."""

    path = "commitment__"
    search = ("source_reference", "commitment__legal_reference", "movement__source_reference")
    conditions = {
        "project": "commitment__project__code",
        "fiscal_year": "fiscal_year",
        "date_from": "forecast_on__gte",
        "date_to": "forecast_on__lte",
    }


class PaymentForm(LedgerForm):
    """Filters of the payments."""

    path = "commitment__"
    search = (
        "source_reference",
        "payment_request",
        "commitment__legal_reference",
        "commitment__project__title",
    )
    conditions = {
        "project": "commitment__project__code",
        "fiscal_year": "fiscal_year",
        "date_from": "paid_on__gte",
        "date_to": "paid_on__lte",
    }

    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=any_of([("advance", _("advance")), ("payment", _("payment on service done"))]),
    )

    def keep(self, rows: QuerySet[Any], filters: dict[str, Any]) -> QuerySet[Any]:
        """Add the choice between advances and the others."""
        rows = super().keep(rows, filters)
        if "kind" in filters:
            rows = rows.filter(is_advance=filters["kind"] == "advance")
        return rows


class NomenclatureForm(PageForm):
    """Filters of the nomenclature."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=any_of(NomenclatureKind.choices)
    )
    origin = forms.ChoiceField(
        label=_("Data origin"), required=False, choices=DataOrigin.choices, widget=forms.HiddenInput
    )
