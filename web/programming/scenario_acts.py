"""What is done of a scenario: its cells changed, its lines accepted, itself abandoned."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.permissions import can
from accounts.services.audit import record_event
from budgets.exceptions import StaleCell
from budgets.models import Scenario
from budgets.services.scenario_acceptance import accept_scenario
from budgets.services.scenarios import abandon_scenario, set_changes
from budgets.tables.scenarios import Overlay, overlay_of
from common.exceptions import DomainError
from web.forms import PageForm
from web.mixins import ServiceFormView
from web.programming.finding import version_url
from web.programming.scenario_forms import CellsForm, ReasonForm, rank_asked, years
from web.programming.scenario_rows import page_of
from web.programming.scenarios import CREATE, OfScenarioView, writes


class ChangeView(OfScenarioView, ServiceFormView):
    """The cells of a year, for the author: those that differ become changes."""

    template_name = "web/programming/scenario_change.html"
    needs = CREATE
    lines_by_page = 50

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Refuse who is not the author of a draft, once the scenario is seen."""
        if can(request.user, *CREATE):
            rows = Scenario.objects.all().visible_to(request.user)
            found = get_object_or_404(rows, pk=kwargs["pk"])
            if found.author_id != request.user.pk:
                raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form(self, data: Any = None) -> CellsForm:
        """Return the form of a page of lines."""
        self.overlay: Overlay = overlay_of(self.scenario, self.request.user)
        self.rank = rank_asked(self.request)
        rows = self.overlay.laid(self.rank)
        self.lines = Paginator(rows, self.lines_by_page).get_page(self.request.GET.get("page"))
        self.read = CellsForm(
            data,
            overlay=self.overlay,
            lines=[row.line for row in self.lines],
            rank=self.rank,
            version=self.scenario.version,
        )
        return self.read

    def decide(self, cleaned: dict[str, Any]) -> Scenario:
        """Lay what differs from what is laid already."""
        return set_changes(
            actor=self.request.user,
            scenario_id=self.scenario.pk,
            expected_version=cleaned["version"],
            **self.read.changes(),
        )

    def after(self, result: Scenario) -> tuple[str, str]:
        """Show what it makes of the version."""
        return _("The scenario “%(name)s” is saved.") % {"name": result.name}, (
            f"{page_of(result)}?year={self.rank}"
        )

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Return the years and the page of lines."""
        return {
            **self.named(),
            "years": years(self.of),
            "rank": self.rank,
            "shown": self.lines,
            "sizes": [self.lines_by_page],
            "sheet_url": page_of(self.scenario),
        }


class AcceptView(OfScenarioView):
    """Have the version take the ticked lines, or the whole scenario."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Nothing is shown here: the page is that of the scenario."""
        return HttpResponseRedirect(page_of(self.scenario))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Accept, and tell what the version has now, or why not."""
        if not writes(request.user):
            raise PermissionDenied
        form = ReasonForm(request.POST)
        ticked = [
            int(one) for one in request.POST.getlist("line") if one.isascii() and one.isdigit()
        ]
        whole = request.POST.get("what") == "all"
        if not form.is_valid() or not (whole or ticked):
            messages.error(request, _("Tick the lines to accept, or accept the whole scenario."))
            return HttpResponseRedirect(page_of(self.scenario))
        try:
            accept_scenario(
                actor=request.user,
                scenario_id=self.scenario.pk,
                expected_version=form.cleaned_data["version"],
                lines=None if whole else ticked,
                reason=form.cleaned_data["reason"],
            )
        except DomainError as error:
            record_event(actor=request.user, verb="refused", detail={"code": error.code})
            messages.error(request, self.why(error))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            words = {"version": self.of.code}
            messages.success(request, _("%(version)s has taken the changes.") % words)
        return HttpResponseRedirect(page_of(self.scenario))

    def why(self, error: DomainError) -> str:
        """Return why it is refused; both values of each cell that moved since."""
        if not isinstance(error, StaleCell):
            return str(error)
        told = [
            _("line %(line)s, %(measure)s: %(before)s € then, %(stored)s € now")
            % {
                "line": one["line"],
                "measure": str(one["measure"]).upper(),
                "before": one["before"] or "–",
                "stored": one["stored"] or "–",
            }
            for one in error.context["cells"]
        ]
        return f"{error} {' ; '.join(told)}."


class AbandonView(OfScenarioView, ServiceFormView):
    """Abandon a draft of one's own: it is kept to be read."""

    template_name = "web/owned/form.html"
    needs = CREATE

    def form(self, data: Any = None) -> PageForm:
        """Return the form."""
        return ReasonForm(data, initial={"version": self.scenario.version})

    def decide(self, cleaned: dict[str, Any]) -> Scenario:
        """Abandon it."""
        return abandon_scenario(
            actor=self.request.user,
            scenario_id=self.scenario.pk,
            expected_version=cleaned["version"],
            reason=cleaned["reason"],
        )

    def after(self, result: Scenario) -> tuple[str, str]:
        """Go back to the list."""
        message = _("The scenario “%(name)s” is abandoned.") % {"name": result.name}
        return message, version_url(self.of, "scenarios")

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page; only its author abandons a scenario."""
        if self.scenario.author_id != self.request.user.pk:
            raise PermissionDenied
        return {
            "title": _("Abandon the scenario"),
            "submit": _("Abandon"),
            "list_url": page_of(self.scenario),
            "words": {"list": self.scenario.name},
        }
