"""Filters of the log of imports, the form of a deposit, the reason of an undo."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from records.enums import BatchKind, BatchState
from web.forms import PageForm, any_of


class BatchFilterForm(PageForm):
    """Filters of the log of imports."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=any_of(BatchState.choices))
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=any_of(BatchKind.choices))


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    """Several files."""

    widget = _Files(attrs={"class": "fr-upload", "accept": ".csv,.xlsx,.ods,.zip"})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return every file."""
        files = data if isinstance(data, (list, tuple)) else [data]
        return [super(_FilesField, self).clean(file, initial) for file in files]


class DepositForm(PageForm):
    """The files of a deposit."""

    uploads = _FilesField(label=_("Files"))
    is_new_version = forms.BooleanField(
        label=_(
            "This is a newer version of documents imported already: changed lines replace them"
        ),
        required=False,
    )
    keeps_waiting = forms.BooleanField(
        label=_("Keep the lines whose imputation is unknown waiting, to be attached later"),
        required=False,
    )


class ReasonForm(PageForm):
    """Why an import is undone."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
