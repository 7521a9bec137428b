"""Forms of the scenarios: a name, a cut, the cells of a year, what is accepted."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from budgets.enums import RANKS, Measure
from budgets.models import ProgrammingVersion
from budgets.rules.programming import year_of
from budgets.services.scenarios import Proposal
from budgets.tables.scenarios import LineOf, Overlay
from common.money import from_cents
from web.fields import AmountField
from web.forms import PageForm

SHOWN = [
    ("all", gettext_lazy("all lines")),
    ("changed", gettext_lazy("lines that the scenario changes")),
    ("below", gettext_lazy("lines below the cut")),
]


def euros(cents: int | None) -> Decimal | None:
    """Return cents as euros; what was not said stays so."""
    return None if cents is None else from_cents(cents)


def years(version: ProgrammingVersion) -> list[tuple[int, str]]:
    """Return the years of a version by rank; the last one has no end."""
    last = RANKS[-1]
    return [
        (rank, f"{year_of(version.fiscal_year, rank)}{' +' if rank == last else ''}")
        for rank in RANKS
    ]


class ScenarioForm(PageForm):
    """What the author says of a scenario."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )


class CutForm(PageForm):
    """A year, its ceilings, and which lines are shown; an empty ceiling is none."""

    year = forms.TypedChoiceField(label=gettext_lazy("Year"), coerce=int)
    ae = AmountField(label=gettext_lazy("Ceiling of AE (euros, TTC)"), required=False)
    cp = AmountField(label=gettext_lazy("Ceiling of CP (euros, TTC)"), required=False)
    show = forms.ChoiceField(label=gettext_lazy("Show"), choices=SHOWN, required=False)

    def __init__(self, data: Any, *, version: ProgrammingVersion) -> None:
        super().__init__(data)
        self.fields["year"].choices = years(version)  # type: ignore[attr-defined]


def rank_asked(request: Any) -> int:
    """Return the rank that an address names; the exercise itself when it names none."""
    wanted = request.GET.get("year", "")
    return int(wanted) if wanted in {str(rank) for rank in RANKS} else RANKS[0]


def cut_form(request: Any, overlay: Overlay, version: ProgrammingVersion, rank: int) -> CutForm:
    """Return the form of a cut; ceilings that were not said are the totals of the version."""
    data = request.GET.copy()
    data["year"] = str(rank)
    held = overlay.totals()[0]
    for measure in Measure.values:
        total = from_cents(held.get((rank, measure), 0))
        data.setdefault(measure, f"{max(total, 0):.2f}".replace(".", ","))
    return CutForm(data, version=version)


class ReasonForm(PageForm):
    """Why, and the version of the scenario that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=100)


class CellsForm(PageForm):
    """The cells of a year of some lines, and which lines are left out; euros TTC."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        overlay: Overlay,
        lines: Iterable[LineOf],
        rank: int,
        version: int,
    ) -> None:
        super().__init__(data, initial={"version": version})
        self.overlay, self.lines, self.rank = overlay, list(lines), rank
        for line in self.lines:
            for measure in Measure:
                self.fields[f"{measure}-{line.id}"] = AmountField(
                    label=f"{measure.label}, {line.label}",
                    required=False,
                    allow_negative=True,
                    initial=self._proposed(line.id, measure),
                )
            self.fields[f"out-{line.id}"] = forms.BooleanField(
                label=gettext_lazy("left out"), required=False, initial=line.id in overlay.left_out
            )

    def _proposed(self, line: int, measure: str) -> Any:
        """Return what a cell would hold if its line is kept, euros."""
        key = line, self.rank, str(measure)
        return euros(self.overlay.changes.get(key, self.overlay.base.get(key)))

    @property
    def rows(self) -> list[tuple[LineOf, Any, Any, Any]]:
        """Return each line with its three fields."""
        return [
            (line, self[f"ae-{line.id}"], self[f"cp-{line.id}"], self[f"out-{line.id}"])
            for line in self.lines
        ]

    def changes(self) -> dict[str, Any]:
        """Return what `set_changes` is given: what differs from what the page showed."""
        given, out = self.cleaned_data, self.overlay.left_out
        cells = [
            Proposal(line=line.id, rank=self.rank, measure=measure, after=after)
            for line in self.lines
            for measure in Measure.values
            for after in [given[f"{measure}-{line.id}"]]
            if not given[f"out-{line.id}"] and after != self._proposed(line.id, measure)
        ]
        ticked = {line.id for line in self.lines if given[f"out-{line.id}"]}
        known = {line.id for line in self.lines}
        return {"cells": cells, "leave_out": ticked - out, "keep": (out & known) - ticked}
