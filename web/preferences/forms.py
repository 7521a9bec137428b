"""Forms of the preferences."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models.preferences import Density, Language, Rhythm, Theme, Unit
from web.forms import PageForm


class DisplayForm(PageForm):
    """The theme, for anybody."""

    scheme = forms.ChoiceField(label=_("Theme"), choices=Theme.choices, widget=forms.RadioSelect)
    next = forms.CharField(widget=forms.HiddenInput, required=False)


class UnitForm(PageForm):
    """The unit of the amounts; empty: that of each page."""

    unit = forms.ChoiceField(
        label=_("Unit of the amounts"),
        required=False,
        choices=[("", _("as on each page")), *Unit.choices],
    )


class PreferencesForm(UnitForm):
    """Everything that one person chooses."""

    field_order = ("language", "unit", "density", "theme", "shortcuts", "notification_rhythm")

    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("as the browser")), *Language.choices]
    )
    density = forms.ChoiceField(label=_("Density of the tables"), choices=Density.choices)
    theme = forms.ChoiceField(label=_("Theme"), choices=Theme.choices)
    shortcuts = forms.BooleanField(label=_("Single-key shortcuts"), required=False)
    notification_rhythm = forms.ChoiceField(
        label=_("Notifications by mail"), choices=Rhythm.choices
    )

    @classmethod
    def of(cls, preferences: Any) -> PreferencesForm:
        """Return the form filled with the choices in force."""
        return cls(initial={name: getattr(preferences, name) for name in cls.base_fields})
