"""Forms of several lines, each charged to a budget line: they work without JavaScript.

`lines-count` says how many lines the page holds; the buttons `more` and `remove` send the form to
have one more, or one less, and nothing is decided then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.enums import CreditType, NomenclatureKind
from budgets.models import NomenclatureNode
from common.models import RecordState
from projects.models import Project
from web.fields import AmountField, PercentInput
from web.forms import PageForm

MOST_LINES = 100
_LOCATED = re.compile(r"\w+\[(\d+)\]\.(\w+)")
COUNT = "lines-count"


class NamedRecordField(forms.CharField):
    """A record named by its code, among those that the page proposes; None when left empty."""

    def __init__(self, *, proposals: str, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)
        self.records: Mapping[str, Any] = {}
        self.widget.attrs["list"] = proposals

    def to_python(self, value: Any) -> Any:
        """Return the record."""
        code = super().to_python(value)
        if not code:
            return None
        # A person may take the whole proposal: the code, then the name.
        found = self.records.get(code) or self.records.get(code.split(" ")[0])
        if found is None:
            raise ValidationError(_("There is none of this code that you can read."))
        return found

    def validate(self, value: Any) -> None:
        """Ask for a record when one is needed."""
        if self.required and value is None:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """A record has no length."""


def _axis(label: Any) -> NamedRecordField:
    return NamedRecordField(label=label, proposals="axis-codes", required=False)


class ImputedForm(PageForm):
    """A budget line: where credits sit, the axes that refine it, T2 or HT2."""

    main: tuple[str, ...] = ("node", "project", "credit_type")
    axes = ("functional_domain", "activity", "category", "tranche", "cost_centre", "is_earmarked")

    node = NamedRecordField(label=gettext_lazy("Programme, BOP or UO"), proposals="node-codes")
    project = NamedRecordField(
        label=gettext_lazy("Project"), proposals="project-codes", required=False
    )
    credit_type = forms.ChoiceField(
        label=gettext_lazy("T2 or HT2"), choices=CreditType.choices, initial=CreditType.HT2
    )
    functional_domain = _axis(gettext_lazy("Functional domain"))
    activity = _axis(gettext_lazy("Activity"))
    category = _axis(gettext_lazy("Title or category"))
    tranche = _axis(gettext_lazy("Functional tranche"))
    cost_centre = _axis(gettext_lazy("Cost centre"))
    is_earmarked = forms.BooleanField(
        label=gettext_lazy("On earmarked funds (FdC, AdP)"), required=False
    )

    def __init__(self, data: Any, *, prefix: str, records: Mapping[str, Any]) -> None:
        super().__init__(data, prefix=prefix)
        for name, field in self.fields.items():
            if isinstance(field, NamedRecordField):
                field.records = records["project" if name == "project" else "node"]

    @property
    def main_fields(self) -> list[Any]:
        """Return what every line shows, dressed."""
        return [bound for bound in self if bound.name in self.main]

    @property
    def axis_fields(self) -> list[Any]:
        """Return what refines the budget line, dressed."""
        return [bound for bound in self if bound.name in self.axes]

    @property
    def axes_open(self) -> bool:
        """Whether an axis is filled or at fault: it is shown at once."""
        return any(bound.value() or bound.errors for bound in self if bound.name in self.axes)


class LegForm(ImputedForm):
    """What an act moves on a budget line."""

    main = ("node", "project", "credit_type", "ae", "cp")

    ae = AmountField(label=gettext_lazy("AE (euros, TTC)"), allow_negative=True)
    cp = AmountField(label=gettext_lazy("CP (euros, TTC)"), allow_negative=True)


class CommitmentLineForm(ImputedForm):
    """A line of a commitment."""

    main = ("node", "project", "credit_type", "label", "amount", "amount_excl_tax", "vat_rate")

    label = forms.CharField(label=gettext_lazy("Label"), max_length=200, required=False)
    amount = AmountField(label=gettext_lazy("Amount (euros, TTC)"), required=False)
    amount_excl_tax = AmountField(label=gettext_lazy("Amount HT (euros, HT)"), required=False)
    vat_rate = PercentInput(label=gettext_lazy("VAT rate (%)"), required=False)


class LinesForm(PageForm):
    """A document and its lines."""

    line_class: type[ImputedForm] = ImputedForm
    lines_at_first = 1

    def __init__(self, data: Any = None, *, user: Any, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        nodes = NomenclatureNode.objects.visible_to(user).filter(state=RecordState.OPEN)
        self.nodes = {node.code: node for node in nodes.order_by("code")}
        projects = Project.objects.visible_to(user).order_by("code")
        self.projects = {project.code: project for project in projects}
        self.lines = [self._line(number) for number in range(self.count)]

    def _line(self, number: int) -> ImputedForm:
        records = {"node": self.nodes, "project": self.projects}
        data = self.data if self.is_bound else None
        return self.line_class(data, prefix=f"lines-{number}", records=records)

    @property
    def count(self) -> int:
        """Return how many lines the page holds."""
        asked = _small_number(self.data.get(COUNT, "")) if self.is_bound else None
        return max(1, min(asked or self.lines_at_first, MOST_LINES))

    @property
    def credit_nodes(self) -> list[NomenclatureNode]:
        """Return where credits sit."""
        kinds = (NomenclatureKind.LOLF_PROGRAMME, NomenclatureKind.BOP, NomenclatureKind.UO)
        return [node for node in self.nodes.values() if node.kind in kinds]

    @property
    def axis_nodes(self) -> list[NomenclatureNode]:
        """Return what the axes may name."""
        kinds = (NomenclatureKind.MISSION, NomenclatureKind.BOP, NomenclatureKind.UO)
        return [node for node in self.nodes.values() if node.kind not in kinds]

    def is_valid(self) -> bool:
        """Whether the document and every line can be read."""
        sound = [line.is_valid() for line in self.lines]
        found = super().is_valid()
        if not all(sound):
            self.add_error(None, _("A line cannot be read: see below."))
            return False
        if found:
            self.cleaned_data["lines"] = [line.cleaned_data for line in self.lines]
        return found

    def placed(self, error: ValidationError) -> ValidationError:
        """Put on the lines what a service says of them; return what is left to say above."""
        if not hasattr(error, "error_dict"):
            return error
        left: dict[str, Any] = {}
        for name, found in error.error_dict.items():
            match = _LOCATED.fullmatch(name)
            if match and int(match[1]) < len(self.lines):
                line = self.lines[int(match[1])]
                line.add_error(match[2] if match[2] in line.fields else None, found)
                left[NON_FIELD_ERRORS] = [_("A line is refused: see below.")]
            else:
                left.setdefault(name if name in self.fields else NON_FIELD_ERRORS, []).extend(found)
        return ValidationError(left)


def _small_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


def with_another_count(data: Any) -> Any:
    """Return what was posted with one more line (`more`), or without one (`remove`)."""
    data = data.copy()
    count = max(1, min(_small_number(data.get(COUNT, "")) or 1, MOST_LINES))
    if "more" in data:
        data[COUNT] = str(min(count + 1, MOST_LINES))
        return data
    gone = _small_number(data.get("remove", ""))
    if count == 1 or gone is None or gone >= count:
        return data
    kept = [number for number in range(count) if number != gone]
    values = {name: data.getlist(name) for name in data}
    for name in values:
        if re.match(r"lines-\d+-", name):
            del data[name]
    for rank, number in enumerate(kept):
        begin = f"lines-{number}-"
        for name, found in values.items():
            if name.startswith(begin):
                data.setlist(f"lines-{rank}-{name.removeprefix(begin)}", found)
    data[COUNT] = str(len(kept))
    return data
