"""Two scenarios and their version side by side: the lines where one of them differs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from budgets.enums import RANKS, Measure
from budgets.models import ProgrammingVersion, Scenario
from budgets.rules.scenarios import Key
from budgets.tables.scenarios import Overlay, overlays_of
from common.models import DataOrigin
from common.money import from_cents
from web.forms import PageForm
from web.lists import page_of as paged
from web.lists import valid_filters
from web.programming.finding import VersionPage
from web.programming.scenario_forms import euros, rank_asked, years
from web.programming.scenario_rows import cascades, page_of


class PairForm(PageForm):
    """Two scenarios of a version, and a year."""

    one: forms.ModelChoiceField[Scenario] = forms.ModelChoiceField(
        label=gettext_lazy("Scenario"), queryset=Scenario.objects.none(), required=False
    )
    other: forms.ModelChoiceField[Scenario] = forms.ModelChoiceField(
        label=gettext_lazy("Compared with"), queryset=Scenario.objects.none(), required=False
    )
    year = forms.TypedChoiceField(label=gettext_lazy("Year"), coerce=int, required=False)

    def __init__(self, data: Any, *, version: ProgrammingVersion, user: Any) -> None:
        super().__init__(data)
        rows = Scenario.objects.all().visible_to(user).filter(programming_version=version)
        for name in ("one", "other"):
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
        self.fields["year"].choices = years(version)  # type: ignore[attr-defined]


class ScenarioCompareView(VersionPage):
    """The version and two of its scenarios; without a choice, the two last ones."""

    template_name = "web/programming/scenario_compare.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the lines that differ, and the totals of each year."""
        version, rank = self.version, rank_asked(request)
        rows = Scenario.objects.all().visible_to(request.user).filter(programming_version=version)
        data = request.GET.copy()
        data["year"] = str(rank)
        for name, pk in zip(("one", "other"), rows.values_list("pk", flat=True)[:2], strict=False):
            data.setdefault(name, str(pk))
        form = PairForm(data, version=version, user=request.user)
        given = valid_filters(form)
        chosen = [given[name] for name in ("one", "other") if given.get(name)]
        base, *laid = overlays_of(version, chosen, request.user)
        shown = paged(request, _differing(base, laid, rank))
        return self.page(
            {
                "version": version,
                "form": form,
                "scenarios": [
                    (one.scenario, page_of(one.scenario)) for one in laid if one.scenario
                ],
                "totals": _totals(base, laid, version),
                "shown": shown,
                "rows": [(line, _cells(line.id, base, laid, rank)) for line in shown],
                "sizes": [shown.paginator.per_page],
                "year": dict(years(version))[rank],
                **(cascades(laid[0], version, rank) if laid else {}),
                "list_url": self.url("scenarios"),
                "here": request.path,
                "has_fictitious": version.data_origin == DataOrigin.FICTITIOUS,
            },
            status=422 if form.errors else 200,
        )


def _differing(base: Overlay, laid: list[Overlay], rank: int) -> list[Any]:
    """Return the lines where a scenario differs from the version in a year, as served."""
    return [
        row.line
        for row in base.laid(rank)
        if any(
            _differs(base, one, (row.line.id, rank, measure.value))
            for one in laid
            for measure in Measure
        )
    ]


def _differs(base: Overlay, laid: Overlay, key: Key) -> bool:
    return laid.cells.get(key, 0) != base.base.get(key)


def _cells(line: int, base: Overlay, laid: list[Overlay], rank: int) -> list[Any]:
    """Return AE of the version and of each scenario, then CP; euros, None when left out."""
    return [
        euros(one.cells.get((line, rank, measure)))
        for measure in Measure.values
        for one in (base, *laid)
    ]


def _totals(base: Overlay, laid: list[Overlay], version: ProgrammingVersion) -> list[Any]:
    words = dict(years(version))
    sums = [one.totals()[1] for one in (base, *laid)]
    return [
        (
            words[rank],
            [from_cents(one.get((rank, measure), 0)) for measure in Measure.values for one in sums],
        )
        for rank in RANKS
    ]
