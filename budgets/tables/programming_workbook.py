"""The workbook of a version: a row for each line, what is read in grey, the amounts to write in.

Its columns are known by their headings in every language, in any order: what was downloaded in one
is read in the other. Amounts are euros TTC; AE and CP are never added together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Q, Subquery
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from budgets.enums import RANKS, CreditType, Measure, ProgrammingNature
from budgets.models import ProgrammingAmount, ProgrammingEdit, ProgrammingVersion
from budgets.rules.programming import stage_of, year_of
from budgets.rules.workbook import CELLS, identity_of
from budgets.tables.programming_grid import GROUPINGS, SEARCHED
from common.folding import folded_q
from common.tabular import Column
from common.tabular.columns import Kind, Value

IDENTITY = "identity"
_EUROS = gettext_lazy("euros, TTC")
_PATHS = ("project", "node", "functional_domain", "activity", "category")
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the workbook that is read: its heading, what it holds, how wide it is.

    `is_checked`: a file in which it was changed is refused, it is not read as a change.
    """

    key: str
    heading: Any
    value: Callable[[Any], Value]
    kind: Kind = "text"
    width: int = 16
    is_checked: bool = True
    definition: Any = ""


def _code(name: str) -> Callable[[Any], Value]:
    def read(line: Any) -> Value:
        found = getattr(line, name)
        return str(found.code) if found else None

    return read


def _said(name: str) -> Callable[[Any], Value]:
    return lambda line: getattr(line, name) or None


def _held(name: str) -> Callable[[Any], Value]:
    return lambda line: getattr(line, name)  # type: ignore[no-any-return]


def _title(line: Any) -> Value:
    return str(line.project.title) if line.project else None


FIELDS: tuple[Field, ...] = (
    Field("project", gettext_lazy("Project"), _code("project")),
    Field("title", gettext_lazy("Title of the project"), _title, width=32, is_checked=False),
    Field("node", gettext_lazy("Management node (UO)"), _code("node"), width=18),
    Field("functional_domain", gettext_lazy("Functional domain"), _code("functional_domain")),
    Field("activity", gettext_lazy("Activity"), _code("activity")),
    Field("category", gettext_lazy("Title or category"), _code("category"), width=12),
    Field("credit_type", gettext_lazy("T2 or HT2"), lambda line: line.get_credit_type_display(),
          width=10),
    Field("nature", gettext_lazy("Nature"), lambda line: line.get_nature_display(), width=14),
    Field("label", gettext_lazy("Label"), _said("label"), width=40),
    Field("contract_code", gettext_lazy("Contract"), _said("contract_code")),
    Field("legal_reference", gettext_lazy("Commitment (EJ)"), _said("legal_reference")),
    Field("act_label", gettext_lazy("Planned act"), _said("act_label"), width=24),
    Field("act_supplier", gettext_lazy("Supplier"), _said("act_supplier"), width=20),
    Field("act_month", gettext_lazy("Month of notification"), _held("act_month"), "date"),
    Field("opening_left_to_pay", gettext_lazy("Left to pay at the opening"),
          _held("opening_left_to_pay"), "money"),
)  # fmt: skip
_DEFINITIONS = {
    Measure.AE: gettext_lazy("commitment authority programmed, in the stage of the version"),
    Measure.CP: gettext_lazy("payment credits programmed, in the stage of the version"),
}


def expected_fields(version: ProgrammingVersion) -> tuple[Field, ...]:
    """Return what the exercise before is expected to execute: read, never written."""
    year = year_of(version.fiscal_year, -1)
    return tuple(
        Field(
            f"expected_{measure}",
            _("%(ledger)s %(year)s, expected execution") % {"ledger": measure.label, "year": year},
            _held(f"expected_{measure}"),
            "money",
            definition=_("what the exercise before is expected to execute; locked"),
        )
        for measure in Measure
    )


def amount_heading(version: ProgrammingVersion, rank: int, measure: str) -> str:
    """Return the heading of AE or CP of a year, in the language in force."""
    told = {"ledger": Measure(measure).label, "year": year_of(version.fiscal_year, rank)}
    if rank == RANKS[-1]:
        return _("%(ledger)s %(year)s and after") % told
    return f"{told['ledger']} {told['year']}"


def identity_heading() -> str:
    """Return the heading of what names a line."""
    return _("Identity of the line")


def headings(version: ProgrammingVersion) -> dict[str, list[str]]:
    """Return the headings of every column by its key, in each language.

    The key of an amount is its rank and ledger: `0.ae`.
    """
    found: dict[str, list[str]] = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.setdefault(IDENTITY, []).append(identity_heading())
            for one in (*FIELDS, *expected_fields(version)):
                found.setdefault(one.key, []).append(str(one.heading))
            for rank, measure in CELLS:
                heading = amount_heading(version, rank, measure)
                found.setdefault(f"{rank}.{measure}", []).append(heading)
    return found


@cache
def words_of(key: str, value: str) -> frozenset[str]:
    """Return how a closed list writes one of its values, in every language."""
    words: Any = {"credit_type": CreditType, "nature": ProgrammingNature}[key](value)
    found = {value}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.add(str(words.label))
    return frozenset(found)


def columns_of(version: ProgrammingVersion) -> list[Column]:
    """Return the columns in the language in force: those that are read, then the amounts."""
    told = [
        Column(
            identity_heading(), width=40, is_locked=True, is_hidden=True,
            definition=_("names the line for the way back; it stays as it is"),
        ),
        *(
            Column(
                str(one.heading), one.kind, str(_EUROS) if one.kind == "money" else "",
                str(one.definition), one.width, is_locked=True,
            )
            for one in (*FIELDS, *expected_fields(version))
        ),
    ]  # fmt: skip
    amounts = [
        Column(
            amount_heading(version, rank, measure), "money", str(_EUROS),
            str(_DEFINITIONS[Measure(measure)]),
        )
        for rank, measure in CELLS
    ]  # fmt: skip
    return [*told, *amounts]


def chosen_lines(lines: Any, *, text: str = "", by: str = "", keys: Sequence[str] = ()) -> Any:
    """Return the lines that a search and groups of the grid select; all without any."""
    if text:
        lines = lines.filter(folded_q(text, *SEARCHED))
    if keys:
        path = GROUPINGS[by].key
        inside = Q(**{f"{path}__in": [key for key in keys if key]})
        if "" in keys:
            inside |= Q(**{f"{path}__isnull": True}) if "__" in path else Q(**{path: ""})
        lines = lines.filter(inside)
    return lines


def workbook_lines(version: ProgrammingVersion, lines: Any) -> Iterator[Any]:
    """Return the lines with their cells and the last edit of the version, some at a time.

    It is one statement: all that it tells is of one moment, whatever is written meanwhile.
    """
    own = ProgrammingAmount.objects.filter(line=OuterRef("pk"))
    stage = stage_of(version.kind)
    cells = {
        f"{measure}_{rank}": Subquery(own.filter(rank=rank).values(f"{stage}_{measure}")[:1])
        for rank, measure in CELLS
    }
    edits = ProgrammingEdit.objects.filter(programming_version=version).order_by("-pk")
    rows = lines.annotate(mark=Subquery(edits.values("pk")[:1]), **cells)
    rows = rows.select_related(*_PATHS).order_by("project__code", "label", "pk")
    return rows.iterator(chunk_size=_AT_ONCE)


def workbook_rows(version: ProgrammingVersion, lines: Iterable[Any]) -> Iterator[list[Value]]:
    """Yield the rows of the workbook, from the lines of `workbook_lines`."""
    fields = (*FIELDS, *expected_fields(version))
    for line in lines:
        yield [
            identity_of(line.lineage, line.version),
            *(one.value(line) for one in fields),
            *(getattr(line, f"{measure}_{rank}") for rank, measure in CELLS),
        ]


def notes_of(
    version: ProgrammingVersion, origin: str, at: dt.datetime, chosen: str
) -> list[tuple[str, Value]]:
    """Return what the workbook says of itself, in its sheet of notes."""
    stage = stage_of(version.kind)
    month = version.data_on or version.updated_at.date()
    return [
        (_("Version"), version.code),
        (_("Kind"), version.get_kind_display()),
        (_("State"), version.get_state_display()),
        (_("Amounts"), _("%(stage)s, AE and CP by year") % {"stage": stage.label}),
        (_("Unit"), _("euros, TTC; T2 and HT2 as each line says")),
        (_("Date of the data"), month),
        (_("Downloaded at"), at),
        (_("Source"), _("programming")),
        (_("Lines"), chosen),
        (_("Origin"), origin),
        *_advice(),
    ]


def _advice() -> list[tuple[str, Value]]:
    """Return how to fill the workbook, sentence by sentence."""
    how = pgettext_lazy("to fill a workbook", "How to")
    sentences = (
        _("Only the amounts that are not grey are read back; the grey columns stay as they are."),
        _("A blank cell is an amount that is not said; 0 is an amount of zero euros."),
        _("A row taken away is left as it stands in the version: nothing is removed by this file."),
        _("A line is added in the grid, then the workbook is downloaded again."),
        _("Columns and rows may be moved and sorted; the headings and the hidden column stay."),
    )
    return [(str(how) if not place else "", text) for place, text in enumerate(sentences)]
