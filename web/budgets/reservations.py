"""Pages of the reservations: their list, one of them, a new one, its end."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Aggregate, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from accounts.selectors import record_edits
from budgets.enums import CreditType, NomenclatureKind, ReservationState
from budgets.models import NomenclatureNode, Reservation
from budgets.services.reservations import (
    available_on,
    consume_reservation,
    release_reservation,
    reserve_credits,
)
from common.fiscal import today
from projects.models import Project
from web.budgets.columns import EUROS, money, node, project, year
from web.budgets.tabs import tabs
from web.facts import FIRST_YEAR, LAST_YEAR, FactListView, OneOriginForm, origin_column
from web.fields import AmountField, DayField
from web.forms import PageForm, VersionedForm, any_of
from web.listing import ListColumn, Text
from web.mixins import PageView, ServiceFormView
from web.owned.history import labelled

READ = (Action.READ, Resource.RESERVATION)
_PENDING = Q(state=ReservationState.PENDING)


def page_of(row: Any) -> str:
    """Return the address of a reservation."""
    return reverse("web:reservation", args=[row.pk])


COLUMNS = (
    ListColumn(
        "number",
        gettext_lazy("Number"),
        lambda row: row.number,
        url=page_of,
        order=("fiscal_year", "pk"),
        is_header=True,
    ),
    ListColumn("label", gettext_lazy("Planned act"), lambda row: row.label, order=("label",)),
    ListColumn(
        "state",
        gettext_lazy("State"),
        lambda row: row.state,
        order=("state",),
        label=lambda row: row.get_state_display(),
    ),
    year(),
    node(lambda row: row.node, "node__code"),
    ListColumn(
        "credit_type",
        gettext_lazy("T2 or HT2"),
        lambda row: row.credit_type,
        label=lambda row: row.get_credit_type_display(),
    ),
    project(lambda row: row.project, "project__code"),
    money("ae", gettext_lazy("AE"), gettext_lazy("commitment authority set aside")),
    money("cp", gettext_lazy("CP"), gettext_lazy("payment credits of the exercise set aside")),
    ListColumn(
        "legal_reference",
        gettext_lazy("Commitment (EJ)"),
        lambda row: row.legal_reference or None,
        order=("legal_reference",),
    ),
    origin_column(),
)


class ReservationFilterForm(OneOriginForm):
    """Filters of the reservations."""

    search = ("label", "supplier", "legal_reference", "node__code", "node__name")
    conditions = {"state": "state", "fiscal_year": "fiscal_year"}

    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=any_of(ReservationState.choices)
    )
    fiscal_year = forms.IntegerField(
        label=gettext_lazy("Fiscal year"),
        required=False,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
    )


class ReservationsView(FactListView):
    """Credits set aside for planned acts."""

    section = "movements"
    name = "reservations"
    tabs = "budget"
    needs = READ
    resource = Resource.RESERVATION
    title = gettext_lazy("Reservations of credits")
    nouns = gettext_lazy("Reservations")
    caption = gettext_lazy("AE, and CP of the exercise, set aside for planned acts")
    source = gettext_lazy("reservations")
    unit = EUROS
    moment = "created_at"
    columns = COLUMNS
    form_class = ReservationFilterForm
    default_sort = "-number"
    empty = gettext_lazy("Nothing is reserved yet: a reservation sets credits aside for an act.")

    def visible(self) -> QuerySet[Any]:
        """Return the visible reservations."""
        rows = Reservation.objects.visible_to(self.request.user)
        return rows.select_related("node", "project")

    def sums(self) -> dict[str, tuple[Text, Aggregate]]:
        """Return what is pending, AE and CP apart."""
        return {
            "ae": (_("AE reserved"), Sum("ae", filter=_PENDING)),
            "cp": (_("CP reserved"), Sum("cp", filter=_PENDING)),
        }

    def more(self) -> dict[str, Any]:
        """Return the tabs of the section, and the way to a new one."""
        create = can(self.request.user, Action.CREATE, Resource.RESERVATION)
        return {
            **tabs(self.name),
            "create_url": reverse("web:reservation_create") if create else "",
            "create_label": _("Reserve credits"),
        }


class ReservationView(PageView):
    """One reservation, and what its UO still has."""

    section = "movements"
    template_name = "web/budgets/reservation.html"
    needs = READ

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the reservation."""
        rows = Reservation.objects.visible_to(request.user)
        row = get_object_or_404(rows.select_related("node", "project", "requested_by"), pk=pk)
        held = None
        if can(request.user, Action.READ, Resource.CREDIT):
            held = available_on(row.node, row.credit_type, row.fiscal_year)
        is_pending = row.state == ReservationState.PENDING
        return self.page(
            {
                "row": row,
                "held": held and {"ae": held.euros("ae_available"), "cp": held.euros("cp_left")},
                "may_release": is_pending and may(request.user, Action.CLOSE, row),
                "may_consume": is_pending and may(request.user, Action.UPDATE, row),
                "has_fictitious": row.data_origin == "fictitious",
            }
        )


def may(user: Any, action: str, row: Reservation) -> bool:
    """Whether `user` may do `action` on this reservation."""
    return Reservation.objects.all().allowing(user, action).filter(pk=row.pk).exists()


class ReserveForm(PageForm):
    """What is set aside, on which UO, for which act."""

    node: forms.ModelChoiceField[NomenclatureNode] = forms.ModelChoiceField(
        label=gettext_lazy("UO"), queryset=NomenclatureNode.objects.none(), to_field_name="code"
    )
    fiscal_year = forms.IntegerField(
        label=gettext_lazy("Fiscal year"), min_value=FIRST_YEAR, max_value=LAST_YEAR
    )
    credit_type = forms.ChoiceField(
        label=gettext_lazy("T2 or HT2"), choices=CreditType.choices, initial=CreditType.HT2
    )
    project: forms.ModelChoiceField[Project] = forms.ModelChoiceField(
        label=gettext_lazy("Project"),
        queryset=Project.objects.none(),
        to_field_name="code",
        required=False,
    )
    label = forms.CharField(label=gettext_lazy("Planned act"), max_length=200)
    supplier = forms.CharField(label=gettext_lazy("Supplier"), max_length=120, required=False)
    expected_on = DayField(
        label=gettext_lazy("Notification expected on"),
        required=False,
        help_text=gettext_lazy("DD/MM/YYYY"),
    )
    ae = AmountField(label=gettext_lazy("AE (euros, TTC)"))
    cp = AmountField(label=gettext_lazy("CP of the exercise (euros, TTC)"), required=False)
    override_reason = forms.CharField(
        label=gettext_lazy("Reason to go beyond the ceiling"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Only for who may override the rules R-01 and R-02."),
    )

    def __init__(self, data: Any = None, *, user: Any) -> None:
        super().__init__(data, initial={"fiscal_year": today().year})
        units = NomenclatureNode.objects.visible_to(user).filter(kind=NomenclatureKind.UO)
        self.fields["node"].queryset = units.order_by("code")  # type: ignore[attr-defined]
        projects = Project.objects.visible_to(user).order_by("code")
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]


class ReserveView(ServiceFormView):
    """Reserve credits, within what is available."""

    section = "movements"
    template_name = "web/owned/form.html"
    needs = (Action.CREATE, Resource.RESERVATION)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form."""
        return ReserveForm(data, user=self.request.user)

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Set the credits aside."""
        cleaned["cp"] = cleaned["cp"] or 0
        return reserve_credits(actor=self.request.user, **cleaned)

    def after(self, result: Any) -> tuple[str, str]:
        """Show the reservation."""
        return _("%(number)s is reserved.") % {"number": result.number}, page_of(result)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "title": _("Reserve credits"),
            "submit": _("Reserve"),
            "list_url": reverse("web:reservations"),
            "words": {"list": _("Reservations of credits")},
        }


class ReleaseForm(VersionedForm):
    """Why the credits are given back."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


class ConsumeForm(VersionedForm):
    """The commitment that the reservation was made for."""

    legal_reference = forms.CharField(
        label=gettext_lazy("Commitment (EJ)"),
        max_length=40,
        help_text=gettext_lazy("Its AE leave what is reserved as they enter what is committed."),
    )


class CloseView(ServiceFormView):
    """End a reservation: give its credits back, or leave them to the commitment."""

    section = "movements"
    template_name = "web/owned/form.html"
    consumes = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the reservation, or refuse: unseen is 404, a refused verb 403."""
        verb = Action.UPDATE if self.consumes else Action.CLOSE
        if not can(request.user, verb, Resource.RESERVATION):
            raise PermissionDenied
        rows = Reservation.objects.visible_to(request.user)
        self.row = get_object_or_404(rows, pk=kwargs["pk"])
        if not may(request.user, verb, self.row):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form."""
        form_class = ConsumeForm if self.consumes else ReleaseForm
        return form_class(data, initial={"version": self.row.version})

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """End it."""
        service = consume_reservation if self.consumes else release_reservation
        return service(
            actor=self.request.user,
            reservation_id=self.row.pk,
            expected_version=cleaned.pop("version"),
            **cleaned,
        )

    def after(self, result: Any) -> tuple[str, str]:
        """Go back to the reservation."""
        return _("Saved."), page_of(result)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        title = _("Attach to its commitment") if self.consumes else _("Release the credits")
        return {
            "title": title,
            "submit": title,
            "record": self.row,
            "sheet_url": page_of(self.row),
        }


class ReservationHistoryView(PageView):
    """Every version of a reservation."""

    section = "movements"
    template_name = "web/budgets/reservation_history.html"
    needs = READ

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the versions, the newest first."""
        row = get_object_or_404(Reservation.objects.visible_to(request.user), pk=pk)
        edits = labelled(row, record_edits(row))
        return self.page({"record": row, "sheet_url": page_of(row), "edits": edits})
