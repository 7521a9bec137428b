"""Forms of the life of a record."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from web.fields import DayField
from web.forms import VersionedForm


class OwnedForm(VersionedForm):
    """What people edit of a record; a subclass adds its fields before the reason."""

    reason = forms.CharField(label=_("Reason of the change"), max_length=100, required=False)


class EndingForm(VersionedForm):
    """Closing a record."""

    closed_on = DayField(label=_("Closed on"), help_text=_("DD/MM/YYYY"))
    reason = forms.CharField(label=_("Reason"), max_length=500)


class MovingForm(VersionedForm):
    """Another move in the life of a record."""

    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)


class DeletingForm(VersionedForm):
    """Deleting a draft: its code is typed again."""

    code = forms.CharField(label=_("Type the code again to confirm"), max_length=40)

    def __init__(self, data: object = None, *, expected: str, initial: object = None) -> None:
        self.expected = expected
        super().__init__(data, initial=initial)  # type: ignore[arg-type]

    def clean_code(self) -> str:
        """Refuse another code."""
        code: str = self.cleaned_data["code"]
        if code != self.expected:
            raise forms.ValidationError(_("This is not the code of the record."))
        return code
