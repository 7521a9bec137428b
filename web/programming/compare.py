"""Two versions compared: the differences alone, the cascade, the totals (ux §2.6, T11)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.naming import acting_name
from accounts.permissions import can
from budgets.enums import Measure
from budgets.models import ProgrammingVersion
from budgets.rules.programming import stage_of
from budgets.tables.programming_compare import Comparison, compare, former_of, others_of
from common.models import DataOrigin
from common.money import from_cents
from common.tabular.columns import Value
from common.templatetags.amounts import millions
from web.budgets.columns import EUROS
from web.charts.shapes import Chart
from web.charts.waterfall import Step, waterfall_chart
from web.exports import FORMATS, export
from web.forms import PageForm
from web.listing import ListColumn, cell
from web.lists import address, valid_filters
from web.programming.finding import READ, VersionPage
from web.programming.rows import heads
from web.programming.words import years_of

ROWS_BY_PAGE = 50
# Beyond, the bars cannot be told apart: the smallest moves are one step.
MOST_STEPS = 10
NO_PROJECT = gettext_lazy("without a project")
STATES = {
    "added": gettext_lazy("line added"),
    "gone": gettext_lazy("line taken out"),
    "came": gettext_lazy("line moved from another project"),
    "left": gettext_lazy("line moved to another project"),
}


class CompareForm(PageForm):
    """The version to compare with: another one of the same exercise."""

    avec: forms.ModelChoiceField[ProgrammingVersion] = forms.ModelChoiceField(
        label=gettext_lazy("Compare with"),
        queryset=ProgrammingVersion.objects.none(),
        to_field_name="number",
        required=False,
    )

    def __init__(self, data: Any, *, version: ProgrammingVersion, user: Any) -> None:
        super().__init__(data)
        field: Any = self.fields["avec"]
        field.queryset = others_of(version, user)
        field.label_from_instance = lambda row: f"V{row.number} {row.get_kind_display()}"


def columns_of(version: ProgrammingVersion) -> tuple[ListColumn, ...]:
    """Return the columns of the differences; amounts are euros TTC."""
    years = years_of(version)

    def money(key: str, heading: Any, cents: Any) -> ListColumn:
        return ListColumn(
            key, heading, lambda row: from_cents(cents(row)), "amount", "money", unit=EUROS
        )

    return (
        ListColumn(
            "project",
            gettext_lazy("Project"),
            lambda row: row.line.project or str(NO_PROJECT),
            is_header=True,
        ),
        ListColumn("line", gettext_lazy("Line"), lambda row: row.line.label),
        ListColumn("node", gettext_lazy("Management node (UO)"), lambda row: row.line.node),
        ListColumn("year", gettext_lazy("Year"), lambda row: years[row.rank]),
        ListColumn(
            "measure", gettext_lazy("AE or CP"), lambda row: str(Measure(row.measure).label)
        ),
        money("before", gettext_lazy("Before"), lambda row: row.before),
        money("after", gettext_lazy("After"), lambda row: row.after),
        money("delta", gettext_lazy("Difference"), lambda row: row.delta),
        ListColumn(
            "state", gettext_lazy("State"), lambda row: str(STATES.get(row.state, "")) or None
        ),
        ListColumn(
            "author",
            gettext_lazy("Who"),
            lambda row: acting_name(row.author, row.on_behalf_of) or None,
        ),
        ListColumn("reason", gettext_lazy("Why"), lambda row: row.reason or None),
    )


class CompareView(VersionPage):
    """What changed between a version and another one of its exercise."""

    template_name = "web/programming/compare.html"
    needs = READ

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show the comparison, or answer its export; without a choice, with the parent."""
        form = CompareForm(request.GET, version=self.version, user=request.user)
        former = valid_filters(form).get("avec") or former_of(self.version, request.user)
        found = compare(former, self.version, request.user) if former else None
        if request.GET.get("format") in FORMATS and found is not None:
            return self.exported(found)
        if former is not None and not form.data.get("avec"):
            form.data = {"avec": former.number}
        return self.page(
            {
                "version": self.version,
                "former": former,
                "form": form,
                "grid_url": self.url("programming_version"),
                "origin_kept": self.version.data_origin,
                "has_fictitious": self.version.data_origin == DataOrigin.FICTITIOUS,
                **(self.shown(found) if found else {}),
            },
            status=422 if form.errors else 200,
        )

    def shown(self, found: Comparison) -> dict[str, Any]:
        """Return the differences of a page, the two cascades and the totals."""
        columns = columns_of(self.version)
        rows = Paginator(found.differences, ROWS_BY_PAGE).get_page(self.request.GET.get("page"))
        sums = {
            measure: sum(one.delta for one in found.differences if one.measure == measure)
            for measure in Measure.values
        }
        totals = [
            {
                "label": head["label"],
                "cells": [
                    from_cents(value)
                    for measure in Measure.values
                    for place in [f"{head['rank']}.{measure}"]
                    for value in (
                        found.before[place],
                        found.after[place],
                        found.after[place] - found.before[place],
                    )
                ],
            }
            for head in heads(self.version)
            if not head["is_expected"]
        ]
        return {
            "count": len(found.differences),
            "columns": columns,
            "rows": [[cell(column, one) for column in columns] for one in rows],
            "shown": rows,
            "sizes": [ROWS_BY_PAGE],
            "sums": {name: from_cents(value) for name, value in sums.items()},
            **{f"cascade_{measure}_chart": cascade(found, measure) for measure in Measure},
            "totals": totals,
            "exports": self.exports(),
        }

    def exports(self) -> list[tuple[str, str]]:
        """Return the formats and addresses of the exports; none without the right."""
        if not can(self.request.user, Action.EXPORT, Resource.PROGRAMMING_VERSION):
            return []
        words = {"csv-fr": _("CSV (French spreadsheet)"), "xlsx": "XLSX", "ods": "ODS"}
        return [(word, address(self.request, format=name)) for name, word in words.items()]

    def exported(self, found: Comparison) -> HttpResponseBase:
        """Answer the export of every difference."""
        if not can(self.request.user, Action.EXPORT, Resource.PROGRAMMING_VERSION):
            raise PermissionDenied
        notes: list[tuple[str, Value]] = [
            (_("Table"), _("T11: comparison of versions")),
            (_("From"), found.former.code),
            (_("To"), found.version.code),
            (
                _("Amounts"),
                f"{stage_of(found.former.kind).label}, {stage_of(found.version.kind).label}",
            ),
            (_("Data origin"), str(DataOrigin(found.version.data_origin).label)),
            (_("Unit"), str(EUROS)),
            (_("Source"), _("programming")),
        ]
        return export(
            user=self.request.user,
            name="programming-comparison",
            wanted=self.request.GET["format"],
            columns=columns_of(self.version),
            rows=found.differences,
            notes=notes,
            has_fictitious=found.version.data_origin == DataOrigin.FICTITIOUS,
            address_of=lambda form: address(self.request, format=form),
        )


def cascade(found: Comparison, measure: Measure) -> Chart:
    """Lay out what each project gained, from a total to the other; the least ones together."""
    moves = [(one, getattr(one, measure.value)) for one in found.moves()]
    moved = sorted(((one, cents) for one, cents in moves if cents), key=lambda pair: -abs(pair[1]))
    kept, rest = moved[: MOST_STEPS - 1], moved[MOST_STEPS - 1 :]
    if len(rest) == 1:
        kept, rest = moved, []
    before, after = (found.total(measure, after=which) for which in (False, True))
    steps = [_sum(found.former, before)]
    steps += [
        Step(
            f"{one.project} {one.title}".strip() or NO_PROJECT,
            one.project or NO_PROJECT,
            from_cents(cents),
        )
        for one, cents in kept
    ]
    if rest:
        cents = sum(cents for _one, cents in rest)
        label = _("%(count)s other projects") % {"count": len(rest)}
        steps.append(Step(label, _("others"), from_cents(cents)))
    steps.append(_sum(found.version, after))
    return waterfall_chart(
        steps,
        key=f"cascade_{measure}",
        title=_("%(measure)s from V%(former)s to V%(version)s, M€, TTC")
        % {
            "measure": measure.label,
            "former": found.former.number,
            "version": found.version.number,
        },
        conclusion=_("From %(before)s to %(after)s over the years of the programming, by project.")
        % {
            "before": millions(from_cents(before)),
            "after": millions(from_cents(after)),
        },
        source=_("programming"),
        caption=_("What each project gained in %(measure)s, euros, TTC")
        % {"measure": measure.label},
        css=measure.value,
        cut=True,
    )


def _sum(version: ProgrammingVersion, cents: int) -> Step:
    name = f"V{version.number}"
    return Step(f"{name} {version.get_kind_display()}", name, from_cents(cents), is_sum=True)
