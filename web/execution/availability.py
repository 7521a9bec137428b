"""Availability: what is open, frozen, used and left on every UO, and the steps to get there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.selectors.availability import Reading, total
from budgets.selectors.lines import BY, Line, availability
from budgets.tables.waterfall import waterfall_layout
from common.fiscal import today
from common.models import DataOrigin
from common.templatetags.amounts import day, in_millions
from web.budgets.asking import Asked, PerimeterForm, ask, exports_of, frame
from web.budgets.cell_rows import CellRowsView, Found, rows_of
from web.budgets.columns import EUROS
from web.budgets.tabs import tabs
from web.charts.shapes import Chart
from web.charts.waterfall import Step, waterfall_chart
from web.exports import FORMATS, export
from web.fields import DayField
from web.listing import ListColumn, Text, cell
from web.lists import address
from web.mixins import PageView

_AXES = (
    ("node", gettext_lazy("UO")),
    ("project", gettext_lazy("Project")),
    ("functional_domain", gettext_lazy("Functional domain")),
    ("activity", gettext_lazy("Activity")),
    ("category", gettext_lazy("Title or category")),
    ("tranche", gettext_lazy("Functional tranche")),
    ("cost_centre", gettext_lazy("Cost centre")),
)
assert {key for key, _label in _AXES} == set(BY)


class AvailabilityForm(PerimeterForm):
    """The perimeter, the axis and the day."""

    by = forms.ChoiceField(label=gettext_lazy("Lines"), required=False, choices=_AXES)
    as_of = DayField(
        label=gettext_lazy("Facts dated up to"),
        required=False,
        help_text=gettext_lazy("empty: the whole exercise"),
    )


def _money(key: str, heading: Text, definition: Text) -> ListColumn:
    return ListColumn(
        key, heading, lambda line: line.cents.euros(key), "amount", "money", unit=EUROS,
        definition=definition,
        level=(
            (lambda line: "alert" if getattr(line.cents, key) < 0 else "")
            if key.endswith("_available")
            else None
        ),
    )  # fmt: skip


AE = (
    _money("ae_opened", gettext_lazy("Opened"), gettext_lazy("AE opened in the exercise")),
    _money("ae_frozen", gettext_lazy("Frozen"), gettext_lazy("reserve and freezes, net")),
    _money(
        "ae_allocated_uncommitted",
        gettext_lazy("Allotted, not committed"),
        gettext_lazy("AE allotted to operations and not committed on them"),
    ),
    _money("ae_committed", gettext_lazy("Committed"), gettext_lazy("AE used by commitments")),
    _money("ae_reserved", gettext_lazy("Reserved"), gettext_lazy("AE set aside today")),
    _money("ae_available", gettext_lazy("Available"), gettext_lazy("opened less all the others")),
)
CP = (
    _money("cp_opened", gettext_lazy("Opened"), gettext_lazy("CP opened in the exercise")),
    _money("cp_frozen", gettext_lazy("Frozen"), gettext_lazy("reserve and freezes, net")),
    _money("cp_paid", gettext_lazy("Paid"), gettext_lazy("CP used by payments")),
    _money("cp_reserved", gettext_lazy("Reserved"), gettext_lazy("CP set aside today, told apart")),
    _money("cp_available", gettext_lazy("Available"), gettext_lazy("opened less frozen and paid")),
)  # fmt: skip
CODE = ListColumn("code", gettext_lazy("Code"), lambda line: line.code, is_header=True)
NAME = ListColumn("name", gettext_lazy("Name"), lambda line: line.name)


class AvailabilityView(PageView):
    """What is left to commit and to pay."""

    section = "movements"
    template_name = "web/execution/availability.html"
    needs = (Action.READ, Resource.CREDIT)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show the table and the steps, or answer the export."""
        asked = ask_availability(request)
        by = asked.filters.get("by") or "node"
        lines = self.lines(asked, by)
        if request.GET.get("format") in FORMATS and asked.perimeter is not None:
            return self.exported(asked, by, lines)
        context = {
            **frame(request, asked),
            **tabs("availability"),
            "name": "availability",
            "axis": dict(_AXES)[by],
            "as_of": asked.filters.get("as_of"),
            "today": today(),
        }
        if asked.perimeter is not None and lines:
            context |= self.body(asked, lines)
        return self.page(context, status=422 if asked.form.errors else 200)

    def lines(self, asked: Asked, by: str) -> list[Line]:
        """Return the lines of the kind of credits that is asked."""
        if asked.perimeter is None:
            return []
        perimeter = asked.perimeter
        reading = Reading(
            asked.year, as_of=perimeter.as_of, user=self.request.user, origin=asked.origin,
            nodes=perimeter.nodes, is_earmarked=perimeter.is_earmarked,
        )  # fmt: skip
        found = availability(reading, by)
        return [line for line in found if line.credit_type == perimeter.credit_type]

    def body(self, asked: Asked, lines: list[Line]) -> dict[str, Any]:
        """Return the table and the two charts."""
        whole = Line(_("Total"), None, "", total(line.cents for line in lines))
        columns = (*AE, *CP)
        return {
            "groups": (("AE", AE), ("CP", CP)),
            "lines": [
                (f"r-{n}", line, [cell(column, line) for column in columns])
                for n, line in enumerate(lines, 1)
            ],
            "total": [cell(column, whole) for column in columns],
            **{f"steps_{ledger}_chart": self.chart(asked, ledger) for ledger in ("ae", "cp")},
            "exports": exports_of(self.request),
        }

    def chart(self, asked: Asked, ledger: str) -> Chart:
        """Return the steps of a ledger; each leads to its rows."""
        assert asked.perimeter is not None
        steps = [
            Step(
                found.line.label, short_words()[found.key], found.euros or 0,  # type: ignore[arg-type]
                is_sum=found.key in ("initial", "net", "left"),
                url=_rows_url(self.request, ledger, found.key),
            )
            for found in waterfall_layout(asked.year, ledger).compute(asked.perimeter)
        ]  # fmt: skip
        by_short = {step.short: step.value for step in steps}
        words = short_words()
        conclusion = _(
            "%(ledger)s: %(initial)s M€ of initial credits, %(net)s M€ of net credits, %(left)s M€"
            " available."
        ) % {
            "ledger": ledger.upper(),
            "initial": in_millions(by_short[words["initial"]]),
            "net": in_millions(by_short[words["net"]]),
            "left": in_millions(by_short[words["left"]]),
        }
        until = day(asked.perimeter.as_of) or _("the whole exercise")
        return waterfall_chart(
            steps,
            key=f"steps_{ledger}",
            title=_("%(ledger)s: from initial credits to what is available (M€)")
            % {"ledger": ledger.upper()},
            conclusion=conclusion,
            source=_("Source: ledgers, TTC, %(where)s.") % {"where": until},
            caption=f"{ledger.upper()}, € TTC · {asked.caption} · {until}",
            css=ledger,
        )

    def exported(self, asked: Asked, by: str, lines: list[Line]) -> HttpResponseBase:
        """Answer the export of the table."""
        if not can(self.request.user, Action.EXPORT, Resource.CREDIT):
            raise PermissionDenied
        headed = [
            replace(column, exported_as=f"{ledger} · {column.heading}")
            for ledger, columns in (("AE", AE), ("CP", CP))
            for column in columns
        ]
        return export(
            user=self.request.user,
            name="availability",
            wanted=self.request.GET["format"],
            columns=(CODE, NAME, *headed),
            rows=lines,
            notes=asked.notes(
                _("Availability"),
                (_("Lines"), str(dict(_AXES)[by])),
                (_("Facts dated up to"), asked.filters.get("as_of") or _("the whole exercise")),
                (_("Reservations"), today()),
            ),
            has_fictitious=asked.origin == DataOrigin.FICTITIOUS,
            address_of=lambda form: address(self.request, format=form),
        )


def ask_availability(request: HttpRequest) -> Asked:
    """Return what the address asks for, facts up to its day."""
    asked = ask(request, AvailabilityForm)
    if asked.perimeter is None or "as_of" not in asked.filters:
        return asked
    return replace(asked, perimeter=replace(asked.perimeter, as_of=asked.filters["as_of"]))


def short_words() -> dict[str, str]:
    """Return the names of the steps, short enough to stand under a bar."""
    return {
        "initial": pgettext("step", "initial"),
        "frozen": pgettext("step", "frozen"),
        "carried": pgettext("step", "carried over"),
        "earmarked": pgettext("step", "FdC, AdP"),
        "moved": pgettext("step", "moved"),
        "acts": pgettext("step", "acts"),
        "net": pgettext("step", "net"),
        "used": pgettext("step", "used"),
        "allotted": pgettext("step", "allotted"),
        "left": pgettext("step", "available"),
    }


def _rows_url(request: HttpRequest, ledger: str, key: str) -> str:
    query = request.GET.copy()
    query.pop("format", None)
    return f"{reverse('web:availability_rows', args=[ledger, key])}?{query.urlencode()}"


class AvailabilityRowsView(CellRowsView):
    """The ledger rows behind a step from the credits voted to what is available."""

    def found(self, request: HttpRequest, **where: str) -> Found:
        """Return the step that the address names; Http404 for another."""
        ledger, key = where["ledger"], where["key"]
        asked = ask_availability(request)
        if asked.perimeter is None or ledger not in ("ae", "cp"):
            raise Http404
        layout = waterfall_layout(asked.year, ledger)
        cells = {one.key: one for one in layout.compute(asked.perimeter)}
        if key not in cells:
            raise Http404
        return Found(
            key=ledger.upper(),
            label=cells[key].line.label,
            amount=cells[key].euros,
            rows=rows_of(layout.sources_of(key), asked.perimeter),
            table=_("Availability"),
            year=asked.year,
            origin=asked.origin,
            back=f"{reverse('web:availability')}?{request.GET.urlencode()}",
            export_name=f"availability-{ledger}-{key}",
            notes=((_("Perimeter"), asked.caption),),
        )
