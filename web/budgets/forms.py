"""Filters of the ledgers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from budgets.enums import MovementKind, NomenclatureKind
from budgets.models import NomenclatureNode
from common.models import DataOrigin
from projects.models import PortfolioNode
from web.facts import FIRST_YEAR, LAST_YEAR, OfProjectForm, node_field
from web.fields import DayField
from web.forms import PageForm, any_of


def through(paths: tuple[str, ...], look: str, value: Any) -> Q:
    """Return a condition on what any of the paths leads to."""
    found = Q()
    for path in paths:
        found |= Q(**{f"{path}{look}": value})
    return found


class LedgerForm(OfProjectForm):
    """What every ledger is filtered by.

    `day` is the date of its facts; `paths` lead from a row to its imputation: nothing for what is
    imputed itself, the commitment or the credits for what follows from them.
    """

    day = ""
    paths: tuple[str, ...] = ("",)

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
        """Keep an exercise, days, a project, and the two trees with what is below the node."""
        rows = super().keep(rows, filters)
        looks = {
            "fiscal_year": "fiscal_year",
            "date_from": f"{self.day}__gte",
            "date_to": f"{self.day}__lte",
        }
        rows = rows.filter(**{looks[name]: filters[name] for name in looks if name in filters})
        if "project" in filters:
            rows = rows.filter(through(self.paths, "project__code", filters["project"]))
        if "node" in filters:
            inside = PortfolioNode.objects.subtree_ids([filters["node"]])
            rows = rows.filter(through(self.paths, "project__node_id__in", inside))
        if "nomenclature" in filters:
            below = NomenclatureNode.objects.perimeter(filters["nomenclature"])
            rows = rows.filter(through(self.paths, "node_id__in", below))
        return rows


class MovementForm(LedgerForm):
    """Filters of the credit movements."""

    search = ("source_reference", "act_reference", "legal_basis", "node__name", "project__title")
    day = "effective_on"
    conditions = {"kind": "kind"}

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=any_of(MovementKind.choices))


class CommitmentForm(LedgerForm):
    """Filters of the commitments."""

    search = ("legal_reference", "label", "source_reference", "project__title")
    day = "committed_on"


class ServiceDoneForm(LedgerForm):
    """Filters of the services done."""

    paths = ("commitment__",)
    search = ("source_reference", "commitment__legal_reference", "commitment__project__title")
    day = "done_on"


class PaymentRequestForm(LedgerForm):
    """Filters of the payment requests."""

    paths = ("commitment__",)
    search = ("number", "invoice_number", "source_reference", "commitment__legal_reference")
    day = "requested_on"


class ScheduledPaymentForm(LedgerForm):
    """Filters of the scheduled payments: on commitments, and on credits."""

    paths = ("commitment__", "movement__")
    search = ("source_reference", "commitment__legal_reference", "movement__source_reference")
    day = "forecast_on"


class PaymentForm(LedgerForm):
    """Filters of the payments."""

    paths = ("commitment__",)
    search = (
        "source_reference",
        "payment_request",
        "commitment__legal_reference",
        "commitment__project__title",
    )
    day = "paid_on"

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
