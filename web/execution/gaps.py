"""« Expliquer l'écart »: the lines that make a gap, the largest first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.rules.gaps import Part, parts_of
from budgets.tables.following import Figures, FollowedLine, follow
from common.models import DataOrigin
from web.budgets.asking import exports_of, frame
from web.budgets.columns import EUROS
from web.execution.columns import CODE, NAME, euros
from web.execution.forms import BY, Execution, ExecutionForm, ask_execution, month_day, month_words
from web.exports import FORMATS, export
from web.listing import ListColumn
from web.lists import address
from web.mixins import PageView

Read = Callable[[Figures], int | None]


@dataclass(frozen=True)
class Gap:
    """A gap that people ask about: between what, and how a line makes it.

    `since` compares with the month before instead.
    """

    label: Any
    read: Read
    since: bool = False


def _landing(ledger: str) -> Read:
    return lambda figures: figures.landing_gap(ledger)


def _value(name: str) -> Read:
    return lambda figures: figures.values[name]


GAPS = {
    "cp-landing": Gap(gettext_lazy("CP: net credits less landing"), _landing("cp")),
    "ae-landing": Gap(gettext_lazy("AE: net credits less landing"), _landing("ae")),
    "cp-month": Gap(gettext_lazy("CP paid since the month before"), _value("cp_paid"), since=True),
    "ae-month": Gap(
        gettext_lazy("AE committed since the month before"), _value("ae_committed"), since=True
    ),
    "left-month": Gap(
        gettext_lazy("left to pay, change since the month before"),
        _value("left_to_pay"),
        since=True,
    ),
}


class GapForm(ExecutionForm):
    """The perimeter, and the gap to explain."""

    gap = forms.ChoiceField(
        label=gettext_lazy("Gap"),
        required=False,
        choices=[(key, gap.label) for key, gap in GAPS.items()],
    )


PART_COLUMNS = (
    replace(CODE, value=lambda part: part.line.code),
    replace(NAME, value=lambda part: part.line.name),
    ListColumn(
        "part", gettext_lazy("Part of the gap"), lambda part: euros(part.cents), "amount", "money",
        unit=EUROS,
    ),
    ListColumn(
        "running", gettext_lazy("Sum down to this line"), lambda part: euros(part.running),
        "amount", "money", unit=EUROS,
    ),
)  # fmt: skip


class GapView(PageView):
    """The parts of a gap: they add up to it."""

    section = "movements"
    template_name = "web/execution/gap.html"
    needs = (Action.READ, Resource.CREDIT)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show the parts, or answer their export."""
        found = ask_execution(request, GapForm)
        key = found.asked.filters.get("gap") or "cp-landing"
        data = found.asked.form.data.copy()
        data["gap"] = key
        found.asked.form.data = data
        parts, unknown = (None, 0) if found.perimeter is None else self.parts(found, GAPS[key])
        if request.GET.get("format") in FORMATS and parts is not None:
            return self.exported(found, GAPS[key], parts)
        back = request.GET.copy()
        back.pop("gap", None)
        return self.page(
            {
                **frame(request, found.asked),
                "found": found,
                "gap": GAPS[key],
                "parts": parts,
                "rows": _shown(parts or []),
                "unknown": unknown,
                "total": euros(parts[-1].running if parts else 0),
                "axis": dict(BY)[found.by],
                "before": month_words(found.asked.year, max(found.month - 1, 1)),
                "back": f"{reverse('web:execution')}?{back.urlencode()}",
                "exports": exports_of(request) if parts else [],
            },
            status=422 if found.asked.form.errors else 200,
        )

    def parts(self, found: Execution, gap: Gap) -> tuple[list[Part[FollowedLine]], int]:
        """Return the parts, and how many lines cannot be computed."""
        assert found.perimeter is not None
        lines, _whole = follow(found.perimeter, found.by, found.months)
        former: dict[str | None, Figures] = {}
        if gap.since and found.month > 1:
            before = replace(found.perimeter, as_of=month_day(found.asked.year, found.month - 1))
            former = {
                line.code: line.figures
                for line in follow(before, found.by, min(found.month - 1, 12))[0]
            }
        contributions = []
        unknown = 0
        for line in lines:
            now = gap.read(line.figures)
            then = gap.read(former[line.code]) if line.code in former else 0
            if now is None or then is None:
                unknown += 1
            else:
                contributions.append((line, now - then if gap.since else now))
        return parts_of(contributions), unknown

    def exported(
        self, found: Execution, gap: Gap, parts: list[Part[FollowedLine]]
    ) -> HttpResponseBase:
        """Answer the export of the parts."""
        if not can(self.request.user, Action.EXPORT, Resource.CREDIT):
            raise PermissionDenied
        total: Decimal | None = euros(parts[-1].running if parts else 0)
        return export(
            user=self.request.user,
            name="execution-gap",
            wanted=self.request.GET["format"],
            columns=PART_COLUMNS,
            rows=parts,
            notes=found.asked.notes(
                gap.label,
                (_("Month reached"), found.month_words),
                (_("Lines"), str(dict(BY)[found.by])),
                (_("Gap"), total),
            ),
            has_fictitious=found.asked.origin == DataOrigin.FICTITIOUS,
            address_of=lambda form: address(self.request, format=form),
        )


def _shown(parts: list[Part[FollowedLine]]) -> list[dict[str, Any]]:
    """Return the parts as the page shows them; `size` is a share of the largest, in percent."""
    largest = max((abs(part.cents) for part in parts), default=0)
    return [
        {
            "code": part.line.code,
            "name": part.line.name,
            "amount": euros(part.cents),
            "running": euros(part.running),
            "size": 100 * abs(part.cents) // largest,
        }
        for part in parts
    ]
