"""Forms of the account pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.translation import gettext_lazy as _

from web.forms import PageForm

_LONGEST = 200


class LoginForm(AuthenticationForm, PageForm):
    """User name and password."""

    def __init__(self, request: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = _("User name")
        self.fields["password"].widget.attrs["autocomplete"] = "current-password"


class CodeForm(PageForm):
    """A code of the second factor, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("The six digits of your device, or one of your recovery codes"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text"}),
    )


class DeviceCodeForm(PageForm):
    """The first code of a device."""

    code = forms.CharField(
        label=_("Code shown by your device"),
        help_text=_("Six digits"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class OwnPasswordForm(PageForm):
    """One's current password, to confirm a change."""

    current = forms.CharField(
        label=_("Current password"),
        max_length=_LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class NewPasswordForm(PageForm):
    """A new password, typed twice."""

    password = forms.CharField(
        label=_("New password"),
        max_length=_LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password, again"),
        max_length=_LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean(self) -> dict[str, Any]:
        """Refuse two different passwords."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "again" in cleaned and cleaned.get("password") not in (None, cleaned["again"]):
            raise forms.ValidationError({"again": _("The two passwords differ.")})
        return cleaned


class ChangePasswordForm(NewPasswordForm, OwnPasswordForm):
    """The current password, then the new one twice."""

    field_order = ["current", "password", "again"]


class ForgottenForm(PageForm):
    """The address to which a link is sent."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
