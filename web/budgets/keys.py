"""Keys of CP: the list, and the pages that record and correct them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from budgets.enums import NomenclatureKind, ProgrammingNature
from budgets.models import ProgrammingKey
from budgets.services.appraisals import edit_key, record_key
from web.budgets.appraisals import OfNodeForm, OfNodeListView, RecordView, edited_column
from web.budgets.columns import year
from web.forms import any_of
from web.listing import ListColumn, Text


def _key(rank: int, heading: Text) -> ListColumn:
    return ListColumn(
        f"key_{rank}", heading, lambda row: getattr(row, f"key_{rank}"), "number", "integer",
        unit="%",
    )  # fmt: skip


class KeysView(OfNodeListView):
    """Keys of CP by node and nature."""

    name = "programming-keys"
    model = ProgrammingKey
    title = gettext_lazy("Keys of CP")
    nouns = gettext_lazy("Keys of CP")
    caption = gettext_lazy("How the AE of a year are paid over the years, in whole percents")
    source = gettext_lazy("keys recorded in the product")
    unit = "%"
    create_label = gettext_lazy("Record keys")
    empty = gettext_lazy("No key is recorded: the CP of planned lines are typed.")
    columns = (
        edited_column("programming-keys"),
        ListColumn(
            "nature",
            gettext_lazy("Nature"),
            lambda row: row.nature or None,
            label=lambda row: row.get_nature_display() if row.nature else gettext_lazy("all"),
        ),
        year(),
        _key(0, "N"),
        _key(1, "N+1"),
        _key(2, "N+2"),
        _key(3, gettext_lazy("N+3 and after")),
        ListColumn("source", gettext_lazy("Source"), lambda row: row.source or None),
    )


def _percent(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=100)


class KeyForm(OfNodeForm):
    """The keys of a node from an exercise on: they add up to 100."""

    kinds = (NomenclatureKind.LOLF_PROGRAMME, NomenclatureKind.BOP, NomenclatureKind.UO)

    nature = forms.ChoiceField(
        label=gettext_lazy("Nature"), required=False, choices=any_of(ProgrammingNature.choices)
    )
    key_0 = _percent(gettext_lazy("Key of the year (%)"))
    key_1 = _percent(gettext_lazy("Key of the next year (%)"))
    key_2 = _percent(gettext_lazy("Key of the second next year (%)"))
    key_3 = _percent(gettext_lazy("Key of the later years (%)"))
    source = forms.CharField(label=gettext_lazy("Source"), max_length=200, required=False)

    def __init__(self, data: Any = None, *, user: Any, row: Any = None) -> None:
        super().__init__(data, user=user, row=row)
        if row is not None:
            del self.fields["nature"]


class RecordKeyView(RecordView):
    """Record or correct the keys of a node."""

    model = ProgrammingKey
    name = "programming-keys"
    form_of = KeyForm
    services = (record_key, edit_key, "key_id")
    titles = (
        gettext_lazy("Record keys"),
        gettext_lazy("Edit the keys of"),
        gettext_lazy("Keys of CP"),
    )
