"""What the pages of scenarios show: sums, cascades, exports."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.enums import Measure, ProgrammingNature
from budgets.models import ProgrammingVersion, Scenario
from budgets.rules.programming import stage_of, year_of
from budgets.tables.scenarios import Laid, Overlay
from common.models import DataOrigin
from common.money import from_cents
from common.tabular.columns import Value
from common.templatetags.amounts import in_millions
from web.budgets.columns import EUROS
from web.charts.shapes import Chart
from web.charts.waterfall import Step, waterfall_chart
from web.exports import export
from web.listing import ListColumn, Text
from web.lists import address as query

# Beyond, the bars cannot be told apart: the smallest moves are one step.
MOST_STEPS = 8


def page_of(scenario: Scenario, page: str = "") -> str:
    """Return the address of a page of a scenario."""
    return reverse(f"web:scenario{page}", args=[scenario.pk])


def sums_of(overlay: Overlay, rank: int) -> list[tuple[str, list[Any]]]:
    """Return AE then CP of a year: the version, the scenario, the gap; euros."""
    before, after = overlay.totals()
    found = []
    for measure in Measure:
        pair = before.get((rank, measure.value), 0), after.get((rank, measure.value), 0)
        cells = [from_cents(one) for one in (*pair, pair[1] - pair[0])]
        found.append((str(measure.label), cells))
    return found


def cascades(overlay: Overlay, version: ProgrammingVersion, rank: int) -> dict[str, Chart]:
    """Lay out what a scenario adds to AE, and to CP, from the version to it, line by line."""
    return {
        f"steps_{measure}_chart": _cascade(overlay, version, rank, measure) for measure in Measure
    }


def _cascade(overlay: Overlay, version: ProgrammingVersion, rank: int, measure: Measure) -> Chart:
    name = overlay.scenario.name if overlay.scenario else version.code
    moves = [(row, row.delta(measure)) for row in overlay.laid(rank) if row.delta(measure)]
    moves.sort(key=lambda pair: (-abs(pair[1]), pair[0].line.id))
    kept, rest = moves[: MOST_STEPS - 1], moves[MOST_STEPS - 1 :]
    if len(rest) == 1:
        kept, rest = moves, []
    before, after = (sums.get((rank, measure.value), 0) for sums in overlay.totals())
    steps = [Step(version.code, f"V{version.number}", from_cents(before), is_sum=True)]
    steps += [_step(row, cents) for row, cents in kept]
    if rest:
        label = _("%(count)s other lines") % {"count": len(rest)}
        steps.append(Step(label, _("others"), from_cents(sum(cents for _row, cents in rest))))
    steps.append(Step(name, _("scenario"), from_cents(after), is_sum=True))
    words = {"measure": measure.label, "version": f"V{version.number}", "scenario": name}
    year = year_of(version.fiscal_year, rank)
    return waterfall_chart(
        steps,
        key=f"steps_{measure.value}",
        title=_("%(measure)s from %(version)s to the scenario, M€, TTC") % words,
        conclusion=_(
            "%(measure)s of %(year)s: %(before)s M€ in the version, %(after)s M€ in “%(scenario)s”"
        )
        % {
            **words,
            "year": year,
            "before": in_millions(from_cents(before), 2),
            "after": in_millions(from_cents(after), 2),
        },
        source=_("programming"),
        caption=_("What the scenario adds to the %(measure)s of %(year)s, euros, TTC")
        % {**words, "year": year},
        css=measure.value,
    )


def _step(row: Laid, cents: int) -> Step:
    head = f"{row.line.project} {row.line.label}".strip()
    return Step(head, row.line.project or row.line.label[:12], from_cents(cents))


def columns() -> tuple[ListColumn, ...]:
    """Return the columns of the lines of a scenario; amounts are euros TTC."""

    def money(key: str, heading: Text, cents: Any) -> ListColumn:
        return ListColumn(
            key, heading, lambda row: from_cents(cents(row)), "amount", "money", unit=EUROS
        )

    return (
        ListColumn("line", gettext_lazy("Line"), lambda row: row.line.label, is_header=True),
        ListColumn("project", gettext_lazy("Project"), lambda row: row.line.project or None),
        ListColumn("node", gettext_lazy("Management node (UO)"), lambda row: row.line.node),
        ListColumn(
            "nature",
            gettext_lazy("Nature"),
            lambda row: row.line.nature,
            label=lambda row: ProgrammingNature(row.line.nature).label,
        ),
        ListColumn("priority", gettext_lazy("Priority"), lambda row: row.line.priority),
        money("ae_before", gettext_lazy("AE of the version"), lambda row: row.before["ae"]),
        money("ae_after", gettext_lazy("AE of the scenario"), lambda row: row.after["ae"]),
        money("ae_delta", gettext_lazy("Difference in AE"), lambda row: row.delta("ae")),
        money("cp_before", gettext_lazy("CP of the version"), lambda row: row.before["cp"]),
        money("cp_after", gettext_lazy("CP of the scenario"), lambda row: row.after["cp"]),
        money("cp_delta", gettext_lazy("Difference in CP"), lambda row: row.delta("cp")),
        ListColumn(
            "state",
            gettext_lazy("State"),
            lambda row: "left_out" if row.is_left_out else "changed" if row.is_changed else None,
        ),
    )


def exports(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the formats and addresses of the exports; none without the right."""
    if not can(request.user, Action.EXPORT, Resource.PROGRAMMING_VERSION):
        return []
    words = {"csv-fr": _("CSV (French spreadsheet)"), "xlsx": "XLSX", "ods": "ODS"}
    return [(word, query(request, format=name)) for name, word in words.items()]


def exported(
    request: HttpRequest, overlay: Overlay, version: ProgrammingVersion, rank: int
) -> HttpResponseBase:
    """Answer the export of every line in a year, in the order in which lines are served."""
    if not can(request.user, Action.EXPORT, Resource.PROGRAMMING_VERSION):
        raise PermissionDenied
    notes: list[tuple[str, Value]] = [
        (_("Scenario"), overlay.scenario.name if overlay.scenario else ""),
        (_("Version"), version.code),
        (_("Year"), year_of(version.fiscal_year, rank)),
        (_("Amounts"), str(stage_of(version.kind).label)),
        (_("Data origin"), str(DataOrigin(version.data_origin).label)),
        (_("Unit"), str(EUROS)),
        (_("Source"), _("programming")),
    ]
    return export(
        user=request.user,
        name="scenario",
        wanted=request.GET["format"],
        columns=columns(),
        rows=overlay.laid(rank),
        notes=notes,
        has_fictitious=version.data_origin == DataOrigin.FICTITIOUS,
        address_of=lambda form: query(request, format=form),
    )
