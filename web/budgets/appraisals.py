"""Pages of what the rules compare with: opinions on BOP, trajectories of CP."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.enums import NomenclatureKind, OpinionSense
from budgets.models import BopOpinion, NomenclatureNode, Trajectory
from budgets.services.appraisals import (
    edit_opinion,
    edit_trajectory,
    record_opinion,
    record_trajectory,
)
from common.fiscal import today
from web.budgets.columns import dated, money, year
from web.budgets.tabs import tabs
from web.facts import FIRST_YEAR, LAST_YEAR, FactListView, OneOriginForm, origin_column
from web.fields import AmountField, DayField
from web.forms import PageForm
from web.listing import ListColumn
from web.mixins import ServiceFormView

READ = (Action.READ, Resource.CREDIT)


def edited_column(name: str) -> ListColumn:
    """Return the column of the node, which leads to the edition of the row."""
    return ListColumn(
        "node",
        gettext_lazy("Nomenclature"),
        lambda row: row.node.code,
        url=lambda row: reverse(f"web:{name}_edit", args=[row.pk]),
        order=("node__code",),
        is_header=True,
    )


class OfNodeFilterForm(OneOriginForm):
    """Filters of what is recorded on a node."""

    search = ("node__code", "node__name")
    conditions = {"fiscal_year": "fiscal_year"}

    fiscal_year = forms.IntegerField(
        label=gettext_lazy("Fiscal year"),
        required=False,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
    )


class OfNodeListView(FactListView):
    """Rows recorded on a node, with the way to a new one."""

    section = "movements"
    tabs = "budget"
    needs = READ
    resource = Resource.CREDIT
    moment = "updated_at"
    form_class = OfNodeFilterForm
    default_sort = "-fiscal_year"
    model: Any = BopOpinion
    create_label: Any = ""

    def visible(self) -> QuerySet[Any]:
        """Return the visible rows."""
        rows: QuerySet[Any] = self.model.objects.visible_to(self.request.user)
        return rows.select_related("node")

    def more(self) -> dict[str, Any]:
        """Return the tabs of the section, and the way to a new row."""
        create = can(self.request.user, Action.CREATE, Resource.CREDIT)
        return {
            **tabs(self.name),
            "create_url": reverse(f"web:{self.name}_create") if create else "",
            "create_label": self.create_label,
        }


class OpinionsView(OfNodeListView):
    """Opinions of the budget controller on BOP."""

    name = "bop-opinions"
    model = BopOpinion
    title = gettext_lazy("Opinions on BOP")
    nouns = gettext_lazy("Opinions")
    caption = gettext_lazy("Opinions of the budget controller on BOP, by exercise (GBCP art. 94)")
    source = gettext_lazy("opinions recorded in the product")
    unit = ""
    create_label = gettext_lazy("Record an opinion")
    empty = gettext_lazy("No opinion is recorded: a quarter of the distribution may be consumed.")
    columns = (
        edited_column("bop-opinions"),
        year(),
        dated("given_on", gettext_lazy("Given on")),
        ListColumn(
            "sense",
            gettext_lazy("Opinion"),
            lambda row: row.sense,
            order=("sense",),
            label=lambda row: row.get_sense_display(),
        ),
        ListColumn("reference", gettext_lazy("Reference"), lambda row: row.reference or None),
        origin_column(),
    )


class TrajectoriesView(OfNodeListView):
    """CP expected in coming years."""

    name = "trajectories"
    model = Trajectory
    title = gettext_lazy("Trajectories of CP")
    nouns = gettext_lazy("Trajectories")
    caption = gettext_lazy("CP that a node may expect in a coming year")
    source = gettext_lazy("trajectories recorded in the product")
    create_label = gettext_lazy("Record a trajectory")
    empty = gettext_lazy("No trajectory is recorded: the CP of coming years are not compared.")
    columns = (
        edited_column("trajectories"),
        year(),
        money("cp", gettext_lazy("CP"), gettext_lazy("payment credits expected in the year")),
        ListColumn("source", gettext_lazy("Source"), lambda row: row.source or None),
        origin_column(),
    )


class OfNodeForm(PageForm):
    """The node and the exercise of a new row; the form of an edition leaves them out."""

    kinds: tuple[str, ...] = (NomenclatureKind.BOP,)

    node: forms.ModelChoiceField[NomenclatureNode] = forms.ModelChoiceField(
        label=gettext_lazy("Nomenclature"),
        queryset=NomenclatureNode.objects.none(),
        to_field_name="code",
    )
    fiscal_year = forms.IntegerField(
        label=gettext_lazy("Fiscal year"), min_value=FIRST_YEAR, max_value=LAST_YEAR
    )

    def __init__(self, data: Any = None, *, user: Any, row: Any = None) -> None:
        super().__init__(data, initial=self.initial_of(row))
        if row is not None:
            del self.fields["node"], self.fields["fiscal_year"]
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput)
            return
        nodes = NomenclatureNode.objects.all().holding(user, Action.CREATE, Resource.CREDIT)
        kept = nodes.filter(kind__in=self.kinds).order_by("code")
        self.fields["node"].queryset = kept  # type: ignore[attr-defined]

    def initial_of(self, row: Any) -> dict[str, Any]:
        """Return what the form is filled with."""
        if row is None:
            return {"fiscal_year": today().year}
        names = [*self.base_fields, "version"]
        return {name: getattr(row, name) for name in names}


class OpinionForm(OfNodeForm):
    """The opinion of the budget controller on a BOP."""

    given_on = DayField(label=gettext_lazy("Given on"), help_text=gettext_lazy("DD/MM/YYYY"))
    sense = forms.ChoiceField(label=gettext_lazy("Opinion"), choices=OpinionSense.choices)
    reference = forms.CharField(label=gettext_lazy("Reference"), max_length=80, required=False)


class TrajectoryForm(OfNodeForm):
    """The CP that a node may expect in a year."""

    kinds = (NomenclatureKind.LOLF_PROGRAMME, NomenclatureKind.BOP, NomenclatureKind.UO)

    cp = AmountField(label=gettext_lazy("CP (euros, TTC)"))
    source = forms.CharField(label=gettext_lazy("Source"), max_length=200, required=False)


class RecordView(ServiceFormView):
    """Record a row on a node, or correct one."""

    section = "movements"
    template_name = "web/owned/form.html"
    model: Any = BopOpinion
    name = ""
    form_of: Any = OpinionForm
    services: tuple[Any, Any, str] = (record_opinion, edit_opinion, "opinion_id")
    titles: tuple[Any, Any, Any] = ("", "", "")
    row: Any = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the row to edit, or refuse: unseen is 404, a refused verb 403."""
        verb = Action.UPDATE if "pk" in kwargs else Action.CREATE
        if not can(request.user, verb, Resource.CREDIT):
            raise PermissionDenied
        if "pk" in kwargs:
            rows = self.model.objects.visible_to(request.user).select_related("node")
            self.row = get_object_or_404(rows, pk=kwargs["pk"])
            if not self.model.objects.all().allowing(request.user, verb).filter(pk=self.row.pk):
                raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form."""
        found: forms.Form = self.form_of(data, user=self.request.user, row=self.row)
        return found

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Record or correct the row."""
        record, edit, key = self.services
        if self.row is None:
            return record(actor=self.request.user, **cleaned)
        known = {key: self.row.pk, "expected_version": cleaned.pop("version")}
        return edit(actor=self.request.user, **known, **cleaned)

    def after(self, result: Any) -> tuple[str, str]:
        """Go back to the list."""
        return _("Saved."), reverse(f"web:{self.name}")

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        create, edit, listed = self.titles
        title = f"{edit} {self.row}" if self.row else create
        words = {"list": listed}
        return {
            "title": title, "submit": _("Save"), "list_url": reverse(f"web:{self.name}"),
            "words": words,
        }  # fmt: skip


class RecordOpinionView(RecordView):
    """Record or correct an opinion on a BOP."""

    name = "bop-opinions"
    titles = (
        gettext_lazy("Record an opinion"),
        gettext_lazy("Edit the opinion on"),
        gettext_lazy("Opinions on BOP"),
    )


class RecordTrajectoryView(RecordView):
    """Record or correct a trajectory."""

    model = Trajectory
    name = "trajectories"
    form_of = TrajectoryForm
    services = (record_trajectory, edit_trajectory, "trajectory_id")
    titles = (
        gettext_lazy("Record a trajectory"),
        gettext_lazy("Edit the trajectory of"),
        gettext_lazy("Trajectories of CP"),
    )
