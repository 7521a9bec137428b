"""One line of the programming as a plain form: for a phone, for speech, without the script."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.selectors import record_edits
from budgets.enums import RANKS, CreditType, Measure, ProgrammingNature
from budgets.exceptions import RowsRefused
from budgets.models import (
    NomenclatureNode,
    ProgrammingAmount,
    ProgrammingEdit,
    ProgrammingLine,
    ProgrammingVersion,
)
from budgets.rules.programming import stage_of
from budgets.services.entries import Imputation, only
from budgets.services.programming_access import writable_lines
from budgets.services.programming_basis import LINE_KINDS
from budgets.services.programming_cells import CellEdit, edit_cells
from budgets.services.programming_lines import (
    NewLine,
    add_lines,
    put_line_back,
    take_line_out,
    update_line,
)
from budgets.tables.programming_grid import key_of
from projects.models import Project
from web.fields import AmountField, DayField
from web.forms import PageForm, VersionedForm
from web.mixins import ServiceFormView
from web.owned.history import labelled
from web.programming.finding import VersionPage, version_url
from web.programming.words import RANKED, years_of

DESCRIBED = (
    "label", "nature", "priority", "contract_code", "legal_reference", "act_label", "act_procedure",
    "act_supplier", "act_month", "is_take_back", "opening_left_to_pay",
)  # fmt: skip
PLACED = ("project", "node", "functional_domain", "activity", "category", "credit_type")
LAST_EDITS = 50


def place_of(rank: int, measure: str) -> str:
    """Return the name of the field of a cell."""
    return f"{measure}_{rank}"


class LineForm(PageForm):
    """What a line is, where it is charged, and its amounts by year; euros TTC."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    label = forms.CharField(label=gettext_lazy("Label"), max_length=200)
    project: forms.ModelChoiceField[Project] = forms.ModelChoiceField(
        label=gettext_lazy("Project"), queryset=Project.objects.none(), to_field_name="code"
    )
    node: forms.ModelChoiceField[NomenclatureNode] = forms.ModelChoiceField(
        label=gettext_lazy("Management node (UO)"),
        queryset=NomenclatureNode.objects.none(),
        to_field_name="code",
    )
    nature = forms.ChoiceField(
        label=gettext_lazy("Nature"),
        choices=ProgrammingNature.choices,
        initial=ProgrammingNature.PLANNED,
    )
    priority = forms.IntegerField(
        label=gettext_lazy("Priority"),
        required=False,
        min_value=1,
        max_value=99,
        help_text=RANKED,
    )
    credit_type = forms.ChoiceField(
        label=gettext_lazy("T2 or HT2"), choices=CreditType.choices, initial=CreditType.HT2
    )
    contract_code = forms.CharField(label=gettext_lazy("Contract"), max_length=40, required=False)
    legal_reference = forms.CharField(
        label=gettext_lazy("Legal reference (EJ)"), max_length=40, required=False
    )
    act_label = forms.CharField(label=gettext_lazy("Planned act"), max_length=200, required=False)
    act_procedure = forms.CharField(label=gettext_lazy("Procedure"), max_length=80, required=False)
    act_supplier = forms.CharField(label=gettext_lazy("Supplier"), max_length=120, required=False)
    act_month = DayField(
        label=gettext_lazy("Month of notification"),
        required=False,
        help_text=gettext_lazy("its first day, DD/MM/YYYY"),
    )
    functional_domain: forms.ModelChoiceField[NomenclatureNode] = forms.ModelChoiceField(
        label=gettext_lazy("Functional domain"),
        queryset=NomenclatureNode.objects.none(),
        to_field_name="code",
        required=False,
    )
    activity: forms.ModelChoiceField[NomenclatureNode] = forms.ModelChoiceField(
        label=gettext_lazy("Activity"),
        queryset=NomenclatureNode.objects.none(),
        to_field_name="code",
        required=False,
    )
    category: forms.ModelChoiceField[NomenclatureNode] = forms.ModelChoiceField(
        label=gettext_lazy("Title or category"),
        queryset=NomenclatureNode.objects.none(),
        to_field_name="code",
        required=False,
    )
    opening_left_to_pay = AmountField(
        label=gettext_lazy("Left to pay at the opening (euros, TTC)"), required=False
    )
    is_take_back = forms.BooleanField(
        label=gettext_lazy("Withdrawal or take-back: its amounts may be negative"), required=False
    )

    def __init__(
        self, data: Any = None, *, user: Any, version: ProgrammingVersion, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        nodes = NomenclatureNode.objects.visible_to(user).filter(data_origin=version.data_origin)
        nodes = nodes.order_by("code")
        fields: Any = self.fields
        fields["node"].queryset = nodes.filter(kind__in=sorted(LINE_KINDS))
        fields["functional_domain"].queryset = nodes.filter(kind__in=("action", "sub_action"))
        fields["activity"].queryset = nodes.filter(kind="activity", fiscal_year=version.fiscal_year)
        fields["category"].queryset = nodes.filter(kind__in=("title", "category"))
        projects = Project.objects.visible_to(user).filter(data_origin=version.data_origin)
        fields["project"].queryset = projects.order_by("code")
        years = years_of(version)
        for rank in RANKS:
            for measure in Measure:
                fields[place_of(rank, measure)] = AmountField(
                    label=_("%(measure)s %(year)s (euros, TTC)")
                    % {"measure": measure.label, "year": years[rank]},
                    required=False,
                    allow_negative=True,
                )

    @property
    def amount_rows(self) -> list[tuple[Any, Any]]:
        """Return the fields of AE and CP, a year after the other."""
        dressed = {field.name: field for field in self}
        return [(dressed[place_of(rank, "ae")], dressed[place_of(rank, "cp")]) for rank in RANKS]

    @property
    def described(self) -> list[Any]:
        """Return the other fields, in the order of the page."""
        amounts = {place_of(rank, measure) for rank in RANKS for measure in Measure.values}
        return [field for field in self if field.name not in amounts]


def amounts_of(line: ProgrammingLine, stage: str) -> dict[str, Decimal | None]:
    """Return the amounts of a line in a stage, by the name of their field; one query."""
    return {
        place_of(row.rank, measure): getattr(row, f"{stage}_{measure}")
        for row in ProgrammingAmount.objects.filter(line=line)
        for measure in Measure.values
    }


class LineView(VersionPage, ServiceFormView):
    """A line: its form for who may write, its figures for the others, its history."""

    template_name = "web/programming/line.html"
    writing: tuple[str, ...] = ("POST",)
    line: ProgrammingLine

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Keep the key of the line."""
        self.pk = kwargs.get("pk")
        super().setup(request, *args, **kwargs)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the line that the address names, if the person sees it."""
        kwargs.pop("pk", None)
        return super().dispatch(request, *args, **kwargs)

    def read(self) -> None:
        """Find the line and what it holds now."""
        rows = ProgrammingLine.objects.filter(programming_version=self.version)
        seen = rows.visible_to(self.request.user).select_related(
            "project__node", "node", "functional_domain", "activity", "category", "taken_out_by"
        )
        self.line = get_object_or_404(seen, pk=self.pk)
        self.stage = stage_of(self.version.kind)
        self.amounts = amounts_of(self.line, self.stage)
        same = rows.filter(pk=self.line.pk)
        self.may_write = bool(writable_lines(self.request.user, self.version, same))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the line."""
        self.read()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Write what changed, for who may."""
        self.read()
        if not self.may_write and not self.version.is_frozen:
            raise PermissionDenied
        return super().post(request, *args, **kwargs)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form with what the line holds."""
        initial = {name: getattr(self.line, name) for name in DESCRIBED}
        for name in PLACED:
            value = getattr(self.line, name)
            initial[name] = value.code if hasattr(value, "code") else value
        initial |= {**self.amounts, "version": self.line.version}
        return LineForm(data, user=self.request.user, version=self.version, initial=initial)

    def decide(self, cleaned: dict[str, Any]) -> ProgrammingLine:
        """Write the amounts and the description, all or nothing."""
        with transaction.atomic():
            changes = {
                name: cleaned[name]
                for name in (*DESCRIBED, *PLACED)
                if cleaned[name] != getattr(self.line, name)
            }
            if changes:
                update_line(
                    actor=self.request.user,
                    line_id=self.line.pk,
                    expected_version=cleaned["version"] or 0,
                    changes=changes,
                )
            self.write_amounts(cleaned)
        return self.line

    def write_amounts(self, cleaned: dict[str, Any]) -> None:
        """Write the cells that differ from what was shown."""
        edits = [
            CellEdit(line=self.line.pk, rank=rank, measure=measure, before=before, after=after)
            for rank in RANKS
            for measure in Measure.values
            for before in [self.shown_before(place_of(rank, measure))]
            for after in [cleaned[place_of(rank, measure)]]
            if before != after
        ]
        if edits:
            try:
                edit_cells(actor=self.request.user, version_id=self.version.pk, edits=edits)
            except RowsRefused as error:
                raise only(error) from error

    def shown_before(self, name: str) -> Decimal | None:
        """Return what the page showed in a field: another value by now is not written over."""
        posted = self.request.POST.get(f"shown-{name}")
        if posted is None:
            return self.amounts.get(name)
        return Decimal(posted) if posted else None

    def after(self, result: Any) -> tuple[str, str]:
        """Go back to the grid, on the line."""
        message = _("The line “%(label)s” is saved.") % {"label": self.line.label}
        return message, self.url("programming_line", self.line.pk)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Return the line, its last edits and what may be done of it."""
        edits = ProgrammingEdit.objects.filter(line=self.line)
        edits = edits.select_related("by", "on_behalf_of")
        joint = "&" if "?" in self.url("programming_version") else "?"
        return {
            "version": self.version,
            "line": self.line,
            "years": years_of(self.version),
            "may_write": self.may_write and not self.line.taken_out_at,
            "may_put_back": self.may_write and bool(self.line.taken_out_at),
            "held": {
                place_of(rank, measure): "" if value is None else f"{value:.2f}"
                for rank in RANKS
                for measure in Measure.values
                for value in [self.amounts.get(place_of(rank, measure))]
            },
            "cell_edits": edits.order_by("-pk")[:LAST_EDITS],
            "edits": labelled(self.line, record_edits(self.line)),
            "take_out_url": self.url("programming_line_take_out", self.line.pk),
            "put_back_url": self.url("programming_line_put_back", self.line.pk),
            "grid_url": self.url("programming_version")
            + f"{joint}ouvert={key_of(self.line, 'project')}#ligne-{self.line.pk}",
            "has_fictitious": self.version.data_origin == "fictitious",
        }


class LineCreateView(VersionPage, ServiceFormView):
    """Add a line to a version."""

    template_name = "web/programming/line_new.html"
    writing = ("GET", "POST")

    def form(self, data: Any = None) -> forms.Form:
        """Return the empty form; the address may name the project."""
        initial = {"project": self.request.GET.get("projet", "")}
        return LineForm(data, user=self.request.user, version=self.version, initial=initial)

    def decide(self, cleaned: dict[str, Any]) -> ProgrammingLine:
        """Add the line."""
        placed = {name: cleaned[name] for name in PLACED if cleaned[name]}
        amounts = {
            rank: (cleaned[place_of(rank, "ae")], cleaned[place_of(rank, "cp")]) for rank in RANKS
        }
        fields = {name: cleaned[name] for name in DESCRIBED}
        new = NewLine(imputation=Imputation(**placed), fields=fields, amounts=amounts)
        try:
            return add_lines(actor=self.request.user, version_id=self.version.pk, lines=[new])[0]
        except RowsRefused as error:
            raise only(error) from error

    def after(self, result: Any) -> tuple[str, str]:
        """Show the line."""
        message = _("The line “%(label)s” is added.") % {"label": result.label}
        return message, version_url(self.version, "programming_line", result.pk)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the version."""
        return {"version": self.version, "grid_url": self.url("programming_version")}


class TakeOutForm(VersionedForm):
    """Why a line is taken out."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


class TakeOutView(LineView):
    """Take a line out of its version, with a reason."""

    template_name = "web/programming/take_out.html"
    writing = ("GET", "POST")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask for the reason, of who may write in the line."""
        self.read()
        if not self.may_write:
            raise PermissionDenied
        return ServiceFormView.get(self, request)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form of the reason."""
        return TakeOutForm(data, initial={"version": self.line.version})

    def decide(self, cleaned: dict[str, Any]) -> ProgrammingLine:
        """Take it out."""
        return take_line_out(
            actor=self.request.user,
            line_id=self.line.pk,
            expected_version=cleaned["version"],
            reason=cleaned["reason"],
        )

    def after(self, result: Any) -> tuple[str, str]:
        """Say that it can be put back."""
        message = _("The line “%(label)s” is taken out: it can be put back.")
        return message % {"label": result.label}, self.url("programming_line", result.pk)


class PutBackView(TakeOutView):
    """Put a line that was taken out back."""

    http_method_names = ("post",)

    def form(self, data: Any = None) -> forms.Form:
        """Ask for nothing but the version that was read."""
        return VersionedForm(data, initial={"version": self.line.version})

    def decide(self, cleaned: dict[str, Any]) -> ProgrammingLine:
        """Put it back."""
        return put_line_back(
            actor=self.request.user, line_id=self.line.pk, expected_version=cleaned["version"]
        )

    def after(self, result: Any) -> tuple[str, str]:
        """Show it."""
        message = _("The line “%(label)s” is put back.") % {"label": result.label}
        return message, self.url("programming_line", result.pk)
