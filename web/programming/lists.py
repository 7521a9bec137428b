"""The programming in lists: its versions, and the lines of one with their four years."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Aggregate, F, OuterRef, QuerySet, Subquery, Sum
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Resource
from budgets.enums import (
    RANKS,
    CreditType,
    Measure,
    ProgrammingNature,
    Stage,
    VersionKind,
    VersionState,
)
from budgets.models import ProgrammingAmount, ProgrammingLine, ProgrammingVersion
from budgets.rules.programming import stage_of
from budgets.tables.line_comments import OpenThreads, open_threads
from web.budgets.columns import EUROS, dated, money, node, project
from web.budgets.tabs import tabs
from web.facts import FIRST_YEAR, LAST_YEAR, FactListView, OneOriginForm, origin_column
from web.forms import any_of
from web.listing import ListColumn, Text
from web.programming.finding import READ, version_url
from web.programming.versions import may_create
from web.programming.words import RANKED


def page_of(row: Any) -> str:
    """Return the address of the grid of a version."""
    return version_url(row, "programming_version")


def steps_page_of(row: Any) -> str:
    """Return the address of the steps of a version; two origins may share its number."""
    found = reverse("web:programming-steps", args=[row.fiscal_year, row.number])
    return f"{found}?origin={row.data_origin}"


def _chosen(key: str, heading: Text) -> ListColumn:
    """Return the column of a closed list: its code in exports, its words on the page."""
    return ListColumn(
        key,
        heading,
        lambda row: getattr(row, key),
        order=(key,),
        label=lambda row: getattr(row, f"get_{key}_display")(),
    )


def _text(key: str, heading: Text) -> ListColumn:
    return ListColumn(key, heading, lambda row: getattr(row, key) or None, order=(key,))


VERSIONS = (
    ListColumn(
        "code",
        gettext_lazy("Version"),
        lambda row: row.code,
        url=page_of,
        order=("fiscal_year", "number"),
        is_header=True,
    ),
    ListColumn(
        "fiscal_year",
        gettext_lazy("Exercise"),
        lambda row: row.fiscal_year,
        order=("fiscal_year",),
    ),
    _chosen("kind", gettext_lazy("Kind")),
    ListColumn(
        "state",
        gettext_lazy("State"),
        lambda row: row.state,
        url=steps_page_of,
        order=("state",),
        label=lambda row: row.get_state_display(),
        definition=gettext_lazy("leads to the steps of the version and of its files"),
    ),
    ListColumn(
        "stage",
        gettext_lazy("Stage"),
        lambda row: stage_of(row.kind).value,
        label=lambda row: stage_of(row.kind).label,
        definition=gettext_lazy("the amounts that the version reads and writes"),
    ),
    _text("label", gettext_lazy("Label")),
    ListColumn(
        "is_of_record",
        gettext_lazy("Of record"),
        lambda row: row.is_of_record,
        kind="boolean",
        order=("is_of_record",),
        label=lambda row: _("yes") if row.is_of_record else _("no"),
    ),
    _chosen("basis", gettext_lazy("Started from")),
    ListColumn(
        "parent",
        gettext_lazy("Former version"),
        lambda row: row.parent.code if row.parent else None,
        url=lambda row: page_of(row.parent),
    ),
    dated("data_on", gettext_lazy("Date of the data")),
    origin_column(),
)


class VersionFilterForm(OneOriginForm):
    """Filters of the versions."""

    search = ("label",)
    conditions = {"fiscal_year": "fiscal_year", "kind": "kind", "state": "state"}

    fiscal_year = forms.IntegerField(
        label=gettext_lazy("Exercise"), required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=any_of(VersionKind.choices)
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=any_of(VersionState.choices)
    )


class ProgrammingView(FactListView):
    """The versions of the programming."""

    section = "movements"
    name = "programming"
    tabs = "budget"
    needs = READ
    resource = Resource.PROGRAMMING_VERSION
    title = gettext_lazy("Programming")
    nouns = gettext_lazy("Versions of the programming")
    caption = gettext_lazy("Versions of the programming of each exercise")
    source = gettext_lazy("programming")
    unit = ""
    moment = "created_at"
    columns = VERSIONS
    form_class = VersionFilterForm
    default_sort = "-code"
    empty = gettext_lazy("Nothing is programmed yet.")

    def visible(self) -> QuerySet[Any]:
        """Return the visible versions."""
        rows = ProgrammingVersion.objects.visible_to(self.request.user)
        return rows.select_related("parent")

    def more(self) -> dict[str, Any]:
        """Return the tabs of the section, and the way to a new version."""
        create = may_create(self.request.user)
        return {
            **tabs("programming"),
            "create_url": reverse("web:programming_create") if create else "",
            "create_label": _("New version"),
        }


def _year(rank: int) -> str:
    """Return the name of a year of a programming, whatever its exercise."""
    if rank == RANKS[-1]:
        return _("N+3 and after")
    return f"N+{rank}" if rank else "N"


def _cell(rank: int, measure: Measure) -> ListColumn:
    definitions = {
        Measure.AE: gettext_lazy("commitment authority programmed, in the stage of the version"),
        Measure.CP: gettext_lazy("payment credits programmed, in the stage of the version"),
    }
    key = f"{measure}_{rank}"
    heading = f"{measure.label} {_year(rank)}"
    return money(key, heading, definitions[measure])


PRIORITY = ListColumn(
    "priority",
    gettext_lazy("Priority"),
    lambda row: row.priority,
    show="number",
    kind="integer",
    order=("priority",),
    definition=RANKED,
)


def _open_comments(threads: OpenThreads) -> ListColumn:
    return ListColumn(
        "open_comments",
        gettext_lazy("Open comments"),
        lambda row: threads.lines.get(row.pk, 0),
        show="number",
        kind="integer",
        definition=gettext_lazy(
            "threads that are not resolved, those of the versions made before included"
        ),
    )


def _line_columns(version: ProgrammingVersion, threads: OpenThreads) -> tuple[ListColumn, ...]:
    """Return the columns of the lines, in the language in force."""
    return (
        ListColumn(
            "label",
            gettext_lazy("Label"),
            lambda row: row.label,
            url=lambda row: version_url(version, "programming_line", row.pk),
            order=("label",),
            is_header=True,
        ),
        project(lambda row: row.project, "project__code"),
        node(lambda row: row.node, "node__code"),
        ListColumn(
            "activity",
            gettext_lazy("Activity"),
            lambda row: row.activity.code if row.activity else None,
            order=("activity__code",),
        ),
        _chosen("credit_type", gettext_lazy("T2 or HT2")),
        _chosen("nature", gettext_lazy("Nature")),
        PRIORITY,
        *(_cell(rank, measure) for rank in RANKS for measure in Measure),
        _text("contract_code", gettext_lazy("Contract")),
        _text("legal_reference", gettext_lazy("Commitment (EJ)")),
        _text("act_label", gettext_lazy("Planned act")),
        _text("act_procedure", gettext_lazy("Procedure")),
        _text("act_supplier", gettext_lazy("Supplier")),
        dated("act_month", gettext_lazy("Month of notification")),
        money(
            "opening_left_to_pay",
            gettext_lazy("Left to pay at the opening"),
            gettext_lazy("what former commitments will have left to pay when the exercise opens"),
        ),
        _open_comments(threads),
        origin_column(),
    )


class ProgrammedLineFilterForm(OneOriginForm):
    """Filters of the lines of a version."""

    search = ("label", "act_label", "project__code", "project__title", "legal_reference")
    conditions = {
        "nature": "nature", "credit_type": "credit_type", "priority": "priority__lte"
    }  # fmt: skip

    nature = forms.ChoiceField(
        label=gettext_lazy("Nature"), required=False, choices=any_of(ProgrammingNature.choices)
    )
    credit_type = forms.ChoiceField(
        label=gettext_lazy("T2 or HT2"), required=False, choices=any_of(CreditType.choices)
    )
    priority = forms.IntegerField(
        label=gettext_lazy("Priority at most"), required=False, min_value=1, max_value=99
    )


class ProgrammedLinesView(FactListView):
    """The lines of a version that stand, their amounts in its stage, and their totals."""

    section = "movements"
    name = "programming-lines"
    tabs = "budget"
    needs = READ
    resource = Resource.PROGRAMMING_VERSION
    nouns = gettext_lazy("Lines of the programming")
    caption = gettext_lazy("Lines of the version, AE and CP by year")
    source = gettext_lazy("programming")
    unit = EUROS
    moment = "created_at"
    form_class = ProgrammedLineFilterForm
    default_sort = "project"
    empty = gettext_lazy("No line that you read is programmed in this version yet.")

    @cached_property
    def version(self) -> ProgrammingVersion:
        """Return the version; 404 when it is not there, or not the person's to see."""
        rows = ProgrammingVersion.objects.visible_to(self.request.user)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @property
    def title(self) -> str:  # type: ignore[override]
        """Name the version."""
        words = {"version": self.version.code, "kind": self.version.get_kind_display()}
        return _("Programming %(version)s, %(kind)s") % words

    @property
    def columns(self) -> tuple[ListColumn, ...]:  # type: ignore[override]
        """Return the columns in the language of the page."""
        return _line_columns(self.version, self.threads)

    @cached_property
    def threads(self) -> OpenThreads:
        """Return how many threads are open on each line that the person sees."""
        return open_threads(self.request.user, self.visible())

    def visible(self) -> QuerySet[Any]:
        """Return the visible lines of the version with their cells, and its origin as theirs."""
        lines = ProgrammingLine.objects.filter(programming_version=self.version)
        rows = lines.visible_to(self.request.user).live()
        cells = _cells(stage_of(self.version.kind))
        rows = rows.annotate(data_origin=F("programming_version__data_origin"), **cells)
        return rows.select_related("project", "node", "activity")  # type: ignore[no-any-return]

    def sums(self) -> dict[str, tuple[Text, Aggregate]]:
        """Return the totals of the exercise, AE and CP apart."""
        return {
            "ae": (_("AE programmed for N"), Sum("ae_0")),
            "cp": (_("CP programmed for N"), Sum("cp_0")),
        }

    def more(self) -> dict[str, Any]:
        """Return the tabs of the section, on that of the versions."""
        return {**tabs("programming"), "name": "programming"}


def _cells(stage: Stage) -> dict[str, Subquery]:
    """Return the amounts of a line in a stage, by measure and rank."""
    own = ProgrammingAmount.objects.filter(line=OuterRef("pk"))
    return {
        f"{measure}_{rank}": Subquery(own.filter(rank=rank).values(f"{stage}_{measure}")[:1])
        for rank in RANKS
        for measure in Measure
    }
