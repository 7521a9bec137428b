"""Indicators: the catalogue, one definition with its values, and where a figure comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.services.audit import record_event
from common.models import DataOrigin
from common.tabular import Column
from indicators.catalogue import BY_CODE, INDICATORS, Indicator
from indicators.models import IndicatorSnapshot
from indicators.selectors import Explanation, explain
from web.dashboard.selectors import chosen_origin
from web.exports import FORMATS, download, fictitious_notice
from web.indicators.selectors import project_values
from web.mixins import PageView
from web.projects.access import visible_project
from web.projects.sheet_selectors import snapshot_of

PAGES = {
    "credit-movement": "web:credit-movement",
    "commitment": "web:commitment",
    "service-done": "web:service-done",
    "payment": "web:payment",
    "programming-line": "web:programming-lines",
    "scheduled-payment": "web:scheduled-payment",
}


def indicator_or_404(code: str) -> Indicator:
    """Return an entry of the catalogue."""
    if code not in BY_CODE:
        raise Http404
    return BY_CODE[code]


class CatalogueView(PageView):
    """Every indicator: what it says, its formula, its thresholds, its owner."""

    section = "indicators"
    template_name = "web/indicators/catalogue.html"
    needs = (Action.READ, Resource.INDICATOR)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the catalogue."""
        return self.page({"indicators": INDICATORS})


class IndicatorView(PageView):
    """One definition, and its value for each project that the user may read."""

    section = "indicators"
    template_name = "web/indicators/indicator.html"
    needs = (Action.READ, Resource.INDICATOR)

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show one data origin at a time."""
        indicator = indicator_or_404(code)
        origin, known = chosen_origin(request.user, request.GET.get("origin", ""))
        context = {
            "indicator": indicator,
            "origin": origin,
            "origins": [(name, DataOrigin(name).label) for name in known],
            "values": project_values(request.user, indicator, origin),
            "inputs": input_labels(indicator),
        }
        return self.page(context)


def input_labels(indicator: Indicator) -> list[str]:
    """Return what people call the inputs of an indicator."""
    fields = {field.name: field for field in IndicatorSnapshot._meta.concrete_fields}
    return [str(fields[name].verbose_name) for name in indicator.inputs]


class ProjectIndicatorView(PageView):
    """« D'où vient ce chiffre ? »: definition, inputs, and the rows that add up to them."""

    section = "projects"
    template_name = "web/indicators/explanation.html"
    needs = (Action.READ, Resource.INDICATOR_VALUE)

    def get(self, request: HttpRequest, code: str, indicator: str) -> HttpResponseBase:
        """Justify the latest value, or export its rows."""
        entry = indicator_or_404(indicator)
        project = visible_project(request.user, code)
        snapshot = snapshot_of(request.user, project)
        if snapshot is None:
            return self.page({"project": project, "indicator": entry, "explanation": None})
        found = explain(snapshot, entry.code)
        if request.GET.get("format") in FORMATS:
            return self.exported(found, request.GET["format"])
        return self.page(
            {"project": project, "indicator": entry, "explanation": found, "pages": PAGES}
        )

    def exported(self, found: Explanation, wanted: str) -> HttpResponseBase:
        """Answer the rows behind the figure."""
        code = f"{found.project.code}-{found.indicator.code}"
        record_event(
            actor=self.request.user,
            verb="exported",
            object_kind="indicator",
            object_code=code,
            detail={"format": wanted},
        )
        return download(
            stem=code,
            wanted=wanted,
            columns=SOURCE_COLUMNS,
            values=source_values(found),
            notes=[
                (str(_("Indicator")), str(found.indicator.name)),
                (str(_("Date of the data")), found.as_of),
                (str(_("Unit")), str(_("euros, TTC"))),
            ],
            address_of=lambda form: f"?format={form}",
        )


SOURCE_COLUMNS = [
    Column("input", "text"),
    Column("date", "date"),
    Column("label", "text"),
    Column("reference", "text"),
    Column("amount", "money"),
    Column("source_file", "text"),
    Column("source_line", "integer"),
    Column("data_origin", "text"),
    Column("notice", "text"),
]


def source_values(found: Explanation) -> Iterator[list[Any]]:
    """Yield the rows behind each input of a figure."""
    origin = found.project.data_origin
    notice = fictitious_notice() if origin == DataOrigin.FICTITIOUS else ""
    for figure in found.inputs:
        for row in figure.rows:
            yield [
                figure.name,
                row.on,
                row.label,
                row.reference,
                row.amount,
                row.source_file,
                row.source_line,
                origin,
                notice,
            ]
