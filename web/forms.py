"""Forms of the pages in the design system: classes, error links, one base for filters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from common.models import DataOrigin
from common.text import composed, refused_mark

_CLASSES = ((forms.CheckboxInput, ""), (forms.Select, "fr-select"), (forms.HiddenInput, ""))


def refuse_marks(value: Any) -> None:
    """Refuse the characters that hide or reorder what people read (common/text.py)."""
    mark = refused_mark(value) if isinstance(value, str) else None
    if mark:
        raise forms.ValidationError(_("The character %(mark)s is not allowed.") % {"mark": mark})


def _composed(data: Any) -> Any:
    """Return what was posted with its text composed (NFC)."""
    if not isinstance(data, QueryDict):
        return data
    clean = data.copy()
    for name, values in data.lists():
        clean.setlist(name, [composed(value) for value in values])
    return clean


class PageForm(forms.Form):
    """A form of a page."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(_composed(data), *args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.validators = [*field.validators, refuse_marks]

    def __iter__(self) -> Any:
        """Give the fields in the order of the page, dressed."""
        for name in self.fields:
            bound = self[name]
            widget = bound.field.widget
            css = next((css for kind, css in _CLASSES if isinstance(widget, kind)), "fr-input")
            if css:
                widget.attrs["class"] = css
            if self.is_bound and name in self.errors:
                widget.attrs["aria-invalid"] = "true"
                widget.attrs["aria-describedby"] = f"{bound.auto_id}_error"
            yield bound


class VersionedForm(PageForm):
    """A form that knows which version of the record was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class FilterForm(PageForm):
    """Filters of a list: all optional, read from the address."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    origin = forms.ChoiceField(
        label=_("Data origin"),
        required=False,
        choices=[("", _("all")), *DataOrigin.choices],
    )


def any_of(choices: Any) -> list[tuple[str, Any]]:
    """Return the choices of a filter, “all” first."""
    return [("", _("all")), *choices]
