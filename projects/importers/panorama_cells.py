"""Reading the cells of one project of the panorama; what cannot be read is told, never guessed."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from common.tabular import Cell, Row, is_blank
from common.tabular.parsing import (
    CellError,
    clean_text,
    parse_bool,
    parse_date,
    parse_number,
    parse_serial,
)
from projects.enums import Phase
from projects.importers.panorama_layout import Layout
from projects.panorama.facts import PanoramaWarning
from projects.panorama.reference import band_of, is_withheld, ministry_of, phase_of

# A unit written in the cell after the number. Costs to M€, durations to years.
_COST_UNIT = re.compile(r"(.*?[0-9)])\s*(md€|m€|k€|€|meur|keur|millions? d.euros)", re.IGNORECASE)
_COST_SCALES = {
    "md€": Decimal(1000),
    "m€": Decimal(1),
    "meur": Decimal(1),
    "k€": Decimal("0.001"),
    "keur": Decimal("0.001"),
    "€": Decimal("0.000001"),
}
_DURATION_UNIT = re.compile(r"(.*?[0-9)])\s*(ans?|ann[ée]es?|mois)", re.IGNORECASE)
# 100 billion euros and a century: beyond, the unit or the separator was misread.
_GREATEST = {"cost": Decimal(100_000), "duration": Decimal(100)}
_SERIAL = re.compile(r"[0-9]{5}")
# « (P129) », « Programme 214 », « 124 / 155 », « 212-0005 »; not « 16,8% ».
_PROGRAMME = re.compile(r"(?<![0-9,.])(?:P\s?)?([0-9]{3})(?![0-9]|[,.][0-9]|\s?%)")


def lolf_programmes(funding: str) -> tuple[str, ...]:
    """Return the numbers of the budget programmes named in a free text, each once, in order."""
    return tuple(dict.fromkeys(_PROGRAMME.findall(funding)))


@dataclass(slots=True)
class RowReader:
    """The cells of one project row; `warnings` fills while they are read."""

    layout: Layout
    row: Row
    warnings: list[PanoramaWarning] = field(default_factory=list)

    def warn(self, code: str, name: str, value: object, message: str) -> None:
        """Record something doubtful in the column of a field."""
        self.warnings.append(
            PanoramaWarning(
                code, self.row.line, self.layout.heading(name), str(value)[:200], message
            )
        )

    def text(self, name: str) -> str:
        """Return the text of a field on one line."""
        return self.layout.text(self.row, name)

    def _measure(self, name: str, number: Cell, scale: Decimal, divisor: int) -> Decimal | None:
        """Read a positive number, brought to the unit of the panorama; None when there is none."""
        text = self.text(name)
        if not text or is_withheld(text):
            return None
        try:
            value = parse_number(number)
        except CellError as error:
            self.warn(error.code, name, text, _("no figure is read: %(why)s") % {"why": error})
            return None
        if value is None:
            return None
        if value < 0:
            self.warn("negative", name, text, _("a negative figure is not read"))
            return None
        measure = value * scale / divisor
        if measure > _GREATEST[name]:
            self.warn("too_great", name, text, _("this figure is too great to be one of a project"))
            return None
        return measure

    def cost(self) -> Decimal | None:
        """Read the full cost in M€."""
        cell, scale = self.layout.cell(self.row, "cost"), self.layout.cost_scale
        match = _COST_UNIT.fullmatch(clean_text(cell)) if isinstance(cell, str) else None
        if match:
            cell, scale = match[1], _COST_SCALES.get(match[2].casefold(), Decimal(1))
        cost = self._measure("cost", cell, scale, 1)
        band = band_of(self.text("cost_band"))
        if cost is not None and band is not None and not band.holds(cost):
            self.warn(
                "outside_band",
                "cost",
                self.text("cost"),
                _("the cost is outside its published band, “%(band)s”")
                % {"band": self.text("cost_band")},
            )
        return cost

    def duration(self) -> Decimal | None:
        """Read the duration in years."""
        cell, divisor = self.layout.cell(self.row, "duration"), self.layout.duration_divisor
        match = _DURATION_UNIT.fullmatch(clean_text(cell)) if isinstance(cell, str) else None
        if match:
            cell, divisor = match[1], 12 if match[2].casefold() == "mois" else 1
        return self._measure("duration", cell, Decimal(1), divisor)

    def date(self, name: str) -> dt.date | None:
        """Read a date; a spreadsheet serial left as text by an export to CSV is read and told."""
        cell = self.layout.cell(self.row, name)
        text = clean_text(cell)
        if is_blank(cell) or is_withheld(text):
            return None
        try:
            if isinstance(cell, str) and _SERIAL.fullmatch(text):
                day = parse_serial(Decimal(text))
                self.warn("serial_date", name, text, _("read as a spreadsheet date: %s") % day)
                return day
            return parse_date(cell)
        except CellError as error:
            self.warn(error.code, name, text, _("no date is read: %(why)s") % {"why": error})
            return None

    def interministerial(self) -> bool:
        """Read yes or no; what is neither counts as no, and is told."""
        cell = self.layout.cell(self.row, "interministerial")
        try:
            answer = parse_bool(cell)
        except CellError:
            answer = None
        if answer is None:
            self.warn(
                "not_a_boolean",
                "interministerial",
                clean_text(cell),
                _("neither yes nor no: not counted as interministerial"),
            )
        return bool(answer)

    def phase(self) -> str:
        """Read the phase; a withheld one is `not_disclosed`, an unknown one too, and is told."""
        text = self.text("phase")
        if not text:
            return Phase.NOT_DISCLOSED.value
        phase = phase_of(text)
        if phase is None and not is_withheld(text):
            self.warn("unknown_phase", "phase", text, _("this phase is not in the table of phases"))
        return phase or Phase.NOT_DISCLOSED.value

    def ministry(self, day: dt.date) -> tuple[str, str]:
        """Return the published name of the ministry and its code (empty: unknown, and told)."""
        names = ("ministry_full", "ministry", "ministry_short")
        labels = [(name, text) for name in names if (text := self.text(name))]
        for _name, text in labels:
            found = ministry_of(text, day)
            if found is not None:
                return labels[0][1], found.code
        column, label = labels[0] if labels else (self._ministry_column(), "")
        self.warn(
            "unknown_ministry",
            column,
            label,
            _("this ministry is not in the table of ministries")
            if label
            else _("the project has no ministry"),
        )
        return label, ""

    def _ministry_column(self) -> str:
        """Return the field whose column should have named the ministry."""
        names = ("ministry_full", "ministry", "ministry_short")
        return next(name for name in names if name in self.layout.columns)
