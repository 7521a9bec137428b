"""The page where the comment and the risk of a project are written for a management report."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import can
from budgets.models import CrgNote, ProgrammingFile
from budgets.services.crg_notes import RIGHTS, write_note
from web.forms import PageForm
from web.mixins import ServiceFormView
from web.programming.finding import READ, find_file


class NoteForm(PageForm):
    """A comment, a risk, and the version of the note that was read."""

    comment = forms.CharField(
        label=gettext_lazy("Comment"), max_length=2000, required=False, widget=forms.Textarea
    )
    risk = forms.CharField(
        label=gettext_lazy("Risk"), max_length=2000, required=False, widget=forms.Textarea
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class NoteView(ServiceFormView):
    """Write what is said of a project in a management report."""

    section = "movements"
    needs = READ
    template_name = "web/owned/form.html"
    file: ProgrammingFile

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the file: 403 for who writes none, 404 for one that is not seen."""
        if not any(can(request.user, *right) for right in RIGHTS):
            raise PermissionDenied
        self.file = find_file(request.user, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form, filled with what stands."""
        note = CrgNote.objects.filter(file=self.file).first()
        names = ("comment", "risk", "version")
        known = {name: getattr(note, name) for name in names} if note else {"version": 0}
        return NoteForm(data, initial=known)

    def decide(self, cleaned: dict[str, Any]) -> CrgNote:
        """Write the note."""
        version = cleaned.pop("version")
        return write_note(
            actor=self.request.user, file_id=self.file.pk, expected_version=version, **cleaned
        )

    def after(self, result: Any) -> tuple[str, str]:
        """Go back to the file."""
        return _("Saved."), reverse("web:programming-file", args=[self.file.pk])

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the project and the version."""
        words = {"project": self.file.project.code, "version": self.file.programming_version.code}
        return {
            "title": _("Note on %(project)s, %(version)s") % words,
            "about": _("The management reports (table T8) show them beside the figures."),
            "submit": _("Save"),
            "list_url": reverse("web:programming-file", args=[self.file.pk]),
            "words": {"list": str(self.file.project)},
        }
