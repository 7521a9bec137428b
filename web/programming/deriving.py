"""The page that derives the CP of planned lines by the keys in force."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from budgets.services.programming_keys import Derivation, derive_cp
from web.forms import PageForm
from web.mixins import ServiceFormView
from web.programming.finding import VersionPage


class DeriveForm(PageForm):
    """Which line to derive, all of them without one; and why."""

    line = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, required=False)


class DeriveView(VersionPage, ServiceFormView):
    """Derive the CP of a line, or of all planned lines of a version, from their AE."""

    template_name = "web/owned/form.html"
    form_class = DeriveForm
    writing = ("GET", "POST")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Refuse a frozen version to those who would write in it."""
        answer = super().dispatch(request, *args, **kwargs)
        if request.method == "GET" and answer.status_code == 200 and self.version.is_frozen:
            raise PermissionDenied
        return answer

    def form(self, data: Any = None) -> forms.Form:
        """Return the form; the address may name a line."""
        asked = self.request.GET.get("ligne", "")
        return DeriveForm(data, initial={"line": asked if asked.isdigit() else None})

    def decide(self, cleaned: dict[str, Any]) -> Derivation:
        """Derive, in one operation."""
        lines = [cleaned["line"]] if cleaned["line"] else []
        return derive_cp(
            actor=self.request.user,
            version_id=self.version.pk,
            lines=lines,
            reason=cleaned["reason"],
        )

    def after(self, result: Any) -> tuple[str, str]:
        """Say what changed, and which lines have no key."""
        cells = len(result.operation.edits) if result.operation else 0
        told = ngettext(
            "%(cells)s cell of CP changed.", "%(cells)s cells of CP changed.", cells
        ) % {"cells": cells}
        if result.without_key:
            count = len(result.without_key)
            words = ngettext(
                "%(count)s line without a key left as it is.",
                "%(count)s lines without a key left as they are.",
                count,
            )
            told = f"{told} {words % {'count': count}}"
        return told, self.url("programming_version")

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page and the version."""
        about = _(
            "The CP of the planned and new lines where you write are replaced by what the keys in"
            " force give of their AE, to the cent. It is one operation: undone as a whole for ten"
            " minutes."
        )
        return {
            "title": _("Derive the CP by keys"),
            "about": about,
            "submit": _("Derive the CP"),
            "list_url": self.url("programming_version"),
            "words": {"list": _("Programming %(version)s") % {"version": self.version.code}},
        }
