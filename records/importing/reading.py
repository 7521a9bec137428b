"""How a file whose headings are not those of a table is read: what a mapping says of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from common.tabular.parsing import DateOrder, normalise_title
from records.importing.headings import signature_of

UNITS = ("1", "1000", "1000000")
ORDERS = ("", "dmy", "mdy", "ymd")
MARKS = ("", ",", ".")
SEPARATORS = ("", ";", ",", "\t")
ENCODINGS = ("", "utf-8", "cp1252", "iso-8859-15", "cp850", "mac-roman")
IGNORED = ("Total", "Sous-total", "Total général", "Résultat", "Résultat global")

# A heading that a value names.
NAMED = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Options:
    """What a mapping says beside the columns.

    `mark` is the decimal mark, where it leaves a doubt; `reversed` are the fields of the opposite
    sign, `values` the texts of the fields that no column gives, in which `{N° EJ}` stands for what
    the row has below this heading; `keeps_waiting` says that the lines of its deposits whose
    imputation is unknown wait; `equivalents` what texts of the file stand for, by field.
    """

    header_line: int = 1
    header_rows: int = 1
    sheet: str = ""
    separator: str = ""
    encoding: str = ""
    unit: str = "1"
    mark: str = ""
    dates: DateOrder = ""
    reversed: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    equivalents: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    keeps_waiting: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the options for JSON."""
        return {**asdict(self), "reversed": list(self.reversed), "ignored": list(self.ignored)}

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Options:
        """Return the options that JSON kept."""
        lists = {name: tuple(told.get(name, ())) for name in ("reversed", "ignored")}
        return cls(**{**told, **lists})

    def factor(self, column: str) -> Decimal:
        """Return what the amounts of a column are multiplied by."""
        return Decimal(self.unit) * (-1 if column in self.reversed else 1)


@dataclass(frozen=True, slots=True)
class Reading:
    """How one deposited file is read. `headings` are those of the file, in its order, blank ones
    included; `columns` gives the field of a heading. `code` and `version` name the mapping.
    """

    table: str
    headings: tuple[str, ...]
    columns: Mapping[str, str]
    options: Options = field(default_factory=Options)
    code: str = ""
    version: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the reading for JSON."""
        return {
            "table": self.table,
            "headings": list(self.headings),
            "columns": dict(self.columns),
            "options": self.options.as_dict(),
            "code": self.code,
            "version": self.version,
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Reading:
        """Return the reading that JSON kept."""
        kept = {"headings": tuple(told["headings"]), "options": Options.from_dict(told["options"])}
        return cls(**{**told, **kept})

    @property
    def signature(self) -> str:
        """Return the signature of the headings."""
        return signature_of(self.headings)

    def places(self) -> dict[str, int]:
        """Return the place in the file of the column of each field, the first one."""
        found: dict[str, int] = {}
        for place, heading in enumerate(self.headings):
            column = self.columns.get(heading, "")
            if column:
                found.setdefault(column, place)
        return found

    def values(self) -> dict[str, list[str | int]]:
        """Return what makes each field that no column gives: texts, and places in the file."""
        columns = self.places()
        places = {normalise_title(told): place for place, told in enumerate(self.headings) if told}
        return {
            name: [
                places.get(normalise_title(part), "") if index % 2 else part
                for index, part in enumerate(NAMED.split(text))
            ]
            for name, text in self.options.values.items()
            if name not in columns
        }

    def heading_of(self, column: str) -> str:
        """Return the headings of the file that make a field; empty when none does."""
        place = self.places().get(column)
        if place is not None:
            return self.headings[place]
        return " + ".join(NAMED.findall(self.options.values.get(column, "")))

    def unread(self) -> list[str]:
        """Return the headings that no field takes."""
        named = {normalise_title(told) for told in headings_named(self.options.values)}
        return [
            told
            for told in self.headings
            if told and not self.columns.get(told) and normalise_title(told) not in named
        ]


def headings_named(values: Mapping[str, str]) -> list[str]:
    """Return the headings that values name."""
    return [heading for text in values.values() for heading in NAMED.findall(text)]


def columns_for(headings: tuple[str, ...], columns: Mapping[str, str]) -> dict[str, str]:
    """Return the field of each heading of a file, from choices made under headings that read the
    same but for their case, accents and signs.
    """
    known = {normalise_title(heading): column for heading, column in columns.items()}
    found = {heading: known.get(normalise_title(heading), "") for heading in headings if heading}
    return {heading: column for heading, column in found.items() if column}
