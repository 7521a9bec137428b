"""Pages of the scenarios: those of a version, one of them with its cut, its acceptance."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.enums import Measure, ScenarioState
from budgets.models import ProgrammingVersion, Scenario
from budgets.rules.scenarios import Cut
from budgets.services.scenarios import create_scenario
from budgets.tables.scenarios import Laid, overlay_of, overlays_of
from common.models import DataOrigin
from common.money import from_cents, to_cents
from web.budgets.tabs import tabs
from web.exports import FORMATS
from web.lists import valid_filters
from web.mixins import PageView, ServiceFormView
from web.programming.finding import READ, VersionPage, version_url
from web.programming.scenario_forms import (
    ReasonForm,
    ScenarioForm,
    cut_form,
    rank_asked,
    years,
)
from web.programming.scenario_rows import cascades, exported, exports, page_of, sums_of

ROWS_BY_PAGE = 100
CREATE = (Action.CREATE, Resource.PROGRAMMING_VERSION)


def writes(user: Any) -> bool:
    """Whether a person writes in some line of some version."""
    resources = (Resource.PROGRAMMING_VERSION, Resource.PROGRAMMING_REQUEST)
    return any(can(user, Action.UPDATE, one) for one in resources)


def may_accept(user: Any, scenario: Scenario) -> bool:
    """Whether the page offers to accept: the services judge each line again."""
    is_open = scenario.state == ScenarioState.DRAFT
    return writes(user) and is_open and not scenario.programming_version.is_frozen


def may_change(user: Any, scenario: Scenario) -> bool:
    """Whether the scenario is a draft of one's own."""
    own = scenario.author_id == user.pk and can(user, *CREATE)
    return own and scenario.state == ScenarioState.DRAFT


class ScenariosView(VersionPage):
    """The scenarios of a version, with what each changes of the exercise."""

    template_name = "web/programming/scenarios.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them, the newest first."""
        version = self.version
        rows = Scenario.objects.all().visible_to(request.user).filter(programming_version=version)
        shown = Paginator(rows.select_related("author"), ROWS_BY_PAGE).get_page(
            request.GET.get("page")
        )
        _base, *laid = overlays_of(version, list(shown), request.user)
        context = {
            "version": version,
            "shown": shown,
            "rows": [
                (scenario, page_of(scenario), one, sums_of(one, 0))
                for scenario, one in zip(shown, laid, strict=True)
            ],
            "create_url": self.url("scenario_create") if can(request.user, *CREATE) else "",
            "compare_url": self.url("scenario_compare"),
            "has_fictitious": version.data_origin == DataOrigin.FICTITIOUS,
            **tabs("programming"),
        }
        return self.page(context)


class ScenarioCreateView(VersionPage, ServiceFormView):
    """Start a scenario of a version: it changes nothing yet."""

    template_name = "web/owned/form.html"
    needs = CREATE
    form_class = ScenarioForm

    def decide(self, cleaned: dict[str, Any]) -> Scenario:
        """Create it."""
        return create_scenario(actor=self.request.user, version_id=self.version.pk, **cleaned)

    def after(self, result: Scenario) -> tuple[str, str]:
        """Go on with its changes."""
        return _("The scenario “%(name)s” is created.") % {"name": result.name}, page_of(
            result, "_change"
        )

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "title": _("New scenario of %(code)s") % {"code": self.version.code},
            "submit": _("Create"),
            "list_url": self.url("scenarios"),
            "words": {"list": _("Scenarios of %(code)s") % {"code": self.version.code}},
        }


class OfScenarioView(PageView):
    """A page of one scenario."""

    section = "movements"
    needs = READ
    scenario: Scenario

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the scenario of the address; Http404 without one to see."""
        if self.needs and not can(request.user, *self.needs):
            raise PermissionDenied
        rows = Scenario.objects.all().visible_to(request.user)
        rows = rows.select_related("programming_version", "author")
        self.scenario = get_object_or_404(rows, pk=kwargs.pop("pk"))
        return super().dispatch(request, *args, **kwargs)

    @property
    def of(self) -> ProgrammingVersion:
        """Return the version that the scenario is laid on."""
        return self.scenario.programming_version

    def named(self) -> dict[str, Any]:
        """Return what every page of a scenario shows."""
        return {
            "scenario": self.scenario,
            "version": self.of,
            "list_url": version_url(self.of, "scenarios"),
            "has_fictitious": self.of.data_origin == DataOrigin.FICTITIOUS,
        }


class ScenarioView(OfScenarioView):
    """One scenario: both values of each line in a year, where ceilings cut it, what it adds."""

    template_name = "web/programming/scenario.html"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show the scenario cut by the ceilings of the address, or answer its export."""
        overlay = overlay_of(self.scenario, request.user)
        rank = rank_asked(request)
        if request.GET.get("format") in FORMATS:
            return exported(request, overlay, self.of, rank)
        form = cut_form(request, overlay, self.of, rank)
        given = valid_filters(form)
        ceilings = [
            None if given.get(one) is None else to_cents(given[one]) for one in Measure.values
        ]
        found = overlay.cut(rank, *ceilings)
        below = {line.id for line in found.below}
        first = found.below[0].id if found.below else 0
        rows = _kept(overlay.laid(rank), str(given.get("show") or "all"), below)
        shown = Paginator(rows, ROWS_BY_PAGE).get_page(request.GET.get("page"))
        user = request.user
        return self.page(
            {
                **self.named(),
                "form": form,
                "overlay": overlay,
                "cut": found,
                "figures": _figures(found, ceilings, sums_of(overlay, rank)),
                "shown": shown,
                "sizes": [ROWS_BY_PAGE],
                "rows": [
                    (row, row.line.id in below, row.line.id == first, amounts_of(row))
                    for row in shown
                ],
                "year": dict(years(self.of))[rank],
                **cascades(overlay, self.of, rank),
                "exports": exports(request),
                "may_accept": may_accept(user, self.scenario) and bool(overlay.changed),
                "reason": ReasonForm(initial={"version": self.scenario.version}),
                "accept_url": page_of(self.scenario, "_accept"),
                "abandon_url": page_of(self.scenario, "_abandon"),
                "change_url": page_of(self.scenario, "_change")
                if may_change(user, self.scenario)
                else "",
                "compare_url": version_url(self.of, "scenario_compare"),
                "here": page_of(self.scenario),
            },
            status=422 if form.errors else 200,
        )


def amounts_of(row: Laid) -> list[Any]:
    """Return what a row shows of AE then of CP, euros: the version, the scenario, the gap."""
    return [
        from_cents(value)
        for measure in Measure.values
        for value in (row.before[measure], row.after[measure], row.delta(measure))
    ]


def _kept(rows: list[Laid], show: str, below: set[int]) -> list[Laid]:
    if show == "changed":
        return [row for row in rows if row.is_changed]
    return [row for row in rows if row.line.id in below] if show == "below" else rows


def _figures(
    found: Cut, ceilings: list[int | None], sums: list[tuple[str, list[Any]]]
) -> list[tuple[str, list[Any], list[Any]]]:
    """Return of AE, of CP: the sums, then the ceiling, what fits, falls below, is left; euros."""
    names = ("", "_below", "_left")
    return [
        (
            label,
            cells,
            [
                None if cents is None else from_cents(cents)
                for cents in (ceiling, *(getattr(found, f"{measure}{name}") for name in names))
            ],
        )
        for measure, ceiling, (label, cells) in zip(Measure, ceilings, sums, strict=True)
    ]
