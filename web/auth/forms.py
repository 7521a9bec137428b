"""Forms of the account pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from web.forms import PageForm


class LoginForm(PageForm, AuthenticationForm):
    """User name and password."""

    def __init__(self, request: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = _("User name")


class DisplayForm(PageForm):
    """The theme."""

    scheme = forms.ChoiceField(
        label=_("Theme"),
        choices=[
            ("system", _("As the system")),
            ("light", _("Light theme")),
            ("dark", _("Dark theme")),
        ],
        widget=forms.RadioSelect,
    )
    next = forms.CharField(widget=forms.HiddenInput, required=False)
