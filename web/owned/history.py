"""The history of a record, and the record as it was known on a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.selectors import Edit, end_of_day, known_fields, known_on, record_edits
from common.fiscal import today
from web.fields import DayField
from web.forms import PageForm
from web.mixins import PageView


class KnownOnForm(PageForm):
    """The day of which one wants the record."""

    au = DayField(label=_("As it was known on"), required=False, help_text=_("DD/MM/YYYY"))


@dataclass(frozen=True)
class ShownField:
    """A field by its label, and its value then."""

    label: str
    value: Any


class OwnedHistoryView(PageView):
    """Every version of a record; `?au=` shows it as it was known at the end of a day."""

    template_name = "web/owned/history.html"
    pages: Any = None  # the OwnedPages that the address gives

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Take the section of the menu from the pages."""
        super().setup(request, *args, **kwargs)
        self.section = self.pages.section

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show the versions, the newest first."""
        record = self.pages.visible(request.user, code)
        form = KnownOnForm(request.GET or None)
        day = form.cleaned_data["au"] if form.is_bound and form.is_valid() else None
        return self.page(
            {
                "record": record,
                "sheet_url": self.pages.sheet(record),
                "list_url": reverse(f"web:{self.pages.list_name}"),
                "edits": labelled(record, record_edits(record)),
                "form": form,
                "day": day,
                "known": shown_fields(known_on(record, end_of_day(day))) if day else None,
                "today": today(),
            },
            status=422 if form.is_bound and not form.is_valid() else 200,
        )


def shown_fields(former: Any) -> list[ShownField]:
    """Return the fields of a former version by their labels; none when it was not known."""
    if former is None:
        return []
    return [
        ShownField(label_of(former, name), value_of(former, name, value))
        for name, value in known_fields(former).items()
    ]


def labelled(record: Any, edits: list[Edit]) -> list[tuple[Edit, list[tuple[str, Any, Any]]]]:
    """Return the versions, the newest first, their changes by label."""
    return [
        (
            edit,
            [
                (
                    label_of(record, change.field),
                    value_of(record, change.field, change.before),
                    value_of(record, change.field, change.after),
                )
                for change in edit.changes
            ],
        )
        for edit in reversed(edits)
    ]


def label_of(record: Any, name: str) -> str:
    """Return what people call a field."""
    label = str(record._meta.get_field(name.removesuffix("_id")).verbose_name)
    return label[:1].upper() + label[1:]


def value_of(record: Any, name: str, value: Any) -> Any:
    """Return the words of a coded value; the others as they are."""
    choices = dict(getattr(record._meta.get_field(name.removesuffix("_id")), "flatchoices", ()))
    return choices.get(value, value)
