"""How a file is read: where its headings stand, which field each is, how the rest is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.importing.headings import MOST_ROWS
from records.importing.reading import ENCODINGS, MARKS, SEPARATORS, UNITS, Options, Reading
from records.importing.schema import TABLES, TableSchema, load_schemas
from web.forms import PageForm
from web.imports.words import title_of

_SEPARATOR_NAMES = {
    "": gettext_lazy("recognised"),
    ";": gettext_lazy("semicolon"),
    ",": gettext_lazy("comma"),
    "\t": gettext_lazy("tab"),
}
_MARK_NAMES = {
    "": gettext_lazy("recognised"),
    ",": gettext_lazy("comma"),
    ".": gettext_lazy("point"),
}
_DATE_NAMES = {
    "": gettext_lazy("recognised"),
    "dmy": gettext_lazy("day, month, year"),
    "mdy": gettext_lazy("month, day, year"),
    "ymd": gettext_lazy("year, month, day"),
}
_UNIT_NAMES = {
    "1": gettext_lazy("euros"),
    "1000": gettext_lazy("thousands of euros"),
    "1000000": gettext_lazy("millions of euros"),
}
_LINE = 2_000_000
_TEXT = 500


def _tables() -> list[tuple[str, str]]:
    schemas = load_schemas()
    return [("", _("choose a table")), *((name, title_of(schemas[name].title)) for name in TABLES)]


class WhereForm(PageForm):
    """Where the headings of a file stand, and what its text is made of."""

    table = forms.ChoiceField(label=gettext_lazy("Table"), choices=_tables, required=False)
    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), required=False)
    header_line = forms.IntegerField(
        label=gettext_lazy("Line of the headings"), min_value=1, max_value=_LINE, required=False
    )
    header_rows = forms.TypedChoiceField(
        label=gettext_lazy("Rows of the headings"),
        choices=[(count, str(count)) for count in range(1, MOST_ROWS + 1)],
        coerce=int,
        empty_value=None,
        required=False,
    )
    separator = forms.ChoiceField(
        label=gettext_lazy("Separator"),
        choices=[(mark, _SEPARATOR_NAMES[mark]) for mark in SEPARATORS],
        required=False,
    )
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding"),
        choices=[(name, name or gettext_lazy("recognised")) for name in ENCODINGS],
        required=False,
    )

    def __init__(self, data: Any = None, *, sheets: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if len(sheets) > 1:
            self.fields["sheet"].choices = [(name, name) for name in sheets]  # type: ignore[attr-defined]
        else:
            del self.fields["sheet"]


class MappingForm(PageForm):
    """The field of each heading, and what else reading needs; `reading` is what it starts from."""

    name = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=120,
        help_text=gettext_lazy(
            "What the file comes from: the next one with the same headings is read likewise."
        ),
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("Unit of the amounts"),
        choices=[(unit, _UNIT_NAMES[unit]) for unit in UNITS],
    )
    mark = forms.ChoiceField(
        label=gettext_lazy("Decimal mark"),
        choices=[(mark, _MARK_NAMES[mark]) for mark in MARKS],
        required=False,
    )
    dates = forms.ChoiceField(
        label=gettext_lazy("Dates in digits"), choices=list(_DATE_NAMES.items()), required=False
    )
    ignored = forms.CharField(
        label=gettext_lazy("Lines to ignore"),
        max_length=_TEXT,
        required=False,
        help_text=gettext_lazy(
            "Words separated by semicolons: a line is ignored, and told, when a cell is one of"
            " them or its first text begins with one."
        ),
    )
    keeps_waiting = forms.BooleanField(
        label=gettext_lazy("Keep the lines whose imputation is unknown waiting"),
        required=False,
    )
    equivalents = forms.CharField(
        label=gettext_lazy("Values that stand for others"),
        max_length=5_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line: field: text of the file = value of the table."),
    )

    def __init__(self, data: Any = None, *, reading: Reading, **kwargs: Any) -> None:
        self.start = reading
        schema = load_schemas()[reading.table]
        self.schema = schema
        initial = {**_initial(reading), **kwargs.pop("initial", {})}
        super().__init__(data, initial=initial, **kwargs)
        choices = [("", _("not read")), *((f.name, _label(f)) for f in schema.fields)]
        for index, heading in enumerate(reading.headings):
            if heading:
                self.fields[f"column-{index}"] = forms.ChoiceField(
                    label=heading, choices=choices, required=False
                )
        for field in schema.fields:
            self.fields[f"value-{field.name}"] = forms.CharField(
                label=title_of(field.title), max_length=_TEXT, required=False
            )
            if field.type == "number":
                self.fields[f"reversed-{field.name}"] = forms.BooleanField(
                    label=_("Opposite sign: %(field)s") % {"field": title_of(field.title)},
                    required=False,
                )

    def clean(self) -> dict[str, Any]:
        """Give what was chosen, when every field could be read."""
        told = super().clean() or self.cleaned_data
        if not self.errors:
            told["reading"] = self.reading()
        return told

    def said_of_columns(self) -> list[tuple[str, str]]:
        """Return each heading with the field that it is, in words."""
        titles = {field.name: title_of(field.title) for field in self.schema.fields}
        chosen = self.start.columns
        return [
            (heading, titles.get(chosen.get(heading, ""), _("not read")))
            for heading in self.start.headings
            if heading
        ]

    def said(self) -> list[tuple[str, str]]:
        """Return what a reading says beside the columns, in words; what is as usual is left out."""
        found = []
        for bound in (*self.options[1:], *self.values):
            value = bound.value()
            choices = dict(getattr(bound.field, "choices", ()))
            if value and value != "1":
                text = _("yes") if value is True else str(choices.get(value, value))
                found.append((str(bound.label), text))
        return found

    def clean_equivalents(self) -> dict[str, dict[str, str]]:
        """Read the lines « field: text = value »."""
        names = {field.name for field in self.schema.fields}
        found: dict[str, dict[str, str]] = {}
        for line in self.cleaned_data["equivalents"].splitlines():
            if not line.strip():
                continue
            name, colon, rest = line.partition(":")
            text, equal, value = rest.rpartition("=")
            if not colon or not equal or name.strip() not in names or not text.strip():
                raise forms.ValidationError(
                    _("“%(line)s” is not written “field: text = value”.") % {"line": line.strip()}
                )
            found.setdefault(name.strip(), {})[text.strip()] = value.strip()
        return found

    def reading(self) -> Reading:
        """Return what was chosen."""
        told = self.cleaned_data
        fields = [field.name for field in self.schema.fields]
        columns = {
            heading: told[f"column-{index}"]
            for index, heading in enumerate(self.start.headings)
            if heading and told[f"column-{index}"]
        }
        where = self.start.options
        options = Options(
            header_line=where.header_line,
            header_rows=where.header_rows,
            sheet=where.sheet,
            separator=where.separator,
            encoding=where.encoding,
            unit=told["unit"],
            mark=told["mark"],
            dates=told["dates"],
            reversed=tuple(name for name in fields if told.get(f"reversed-{name}")),
            ignored=tuple(word.strip() for word in told["ignored"].split(";") if word.strip()),
            values={name: told[f"value-{name}"] for name in fields if told[f"value-{name}"]},
            equivalents=told["equivalents"],
            keeps_waiting=told["keeps_waiting"],
        )
        return Reading(self.start.table, self.start.headings, columns, options)

    def rows(self, samples: Sequence[Sequence[str]] = ()) -> list[dict[str, Any]]:
        """Return the headings with the choice of each and values of the file."""
        self._dress()
        return [
            {
                "heading": heading,
                "field": self[f"column-{index}"],
                "samples": samples[index] if index < len(samples) else (),
            }
            for index, heading in enumerate(self.start.headings)
            if heading
        ]

    def _dress(self) -> None:
        """Give every field its classes: the page takes them in its own order."""
        for _bound in self:
            continue

    @property
    def options(self) -> list[forms.BoundField]:
        """Return the fields of the source and of the options."""
        names = ["name", "unit", "mark", "dates", "ignored", "keeps_waiting", "equivalents"]
        return [self[name] for name in [*names, *self._named("reversed-")]]

    @property
    def values(self) -> list[forms.BoundField]:
        """Return the fields of the values that no column gives."""
        return [self[name] for name in self._named("value-")]

    def _named(self, start: str) -> list[str]:
        return [name for name in self.fields if name.startswith(start)]


def _label(field: Any) -> str:
    title = title_of(field.title)
    return _("%(title)s (required)") % {"title": title} if field.required else title


def _initial(reading: Reading) -> dict[str, Any]:
    """Return what the form shows of a reading."""
    told = reading.options
    lines = [
        f"{name}: {text} = {value}"
        for name, values in told.equivalents.items()
        for text, value in values.items()
    ]
    return {
        "unit": told.unit,
        "mark": told.mark,
        "dates": told.dates,
        "ignored": "; ".join(told.ignored),
        "equivalents": "\n".join(lines),
        "keeps_waiting": told.keeps_waiting,
        **{f"value-{name}": text for name, text in told.values.items()},
        **{f"reversed-{name}": True for name in told.reversed},
        **{
            f"column-{index}": reading.columns.get(heading, "")
            for index, heading in enumerate(reading.headings)
            if heading
        },
    }


def missing_fields(schema: TableSchema, reading: Reading) -> list[str]:
    """Return the titles of the required fields that nothing fills."""
    filled = {*reading.columns.values(), *reading.options.values}
    return [
        title_of(field.title)
        for field in schema.fields
        if field.required and field.name not in filled
    ]
