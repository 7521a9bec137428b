"""The round trip of a version by a workbook: downloaded, sent back, examined, written or not."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.services.audit import record_event
from budgets.exceptions import RowsRefused, StaleCell
from budgets.importers.workbook import read_workbook
from budgets.models import ProgrammingEdit
from budgets.rules.workbook import Change
from budgets.services.programming_access import writable_lines
from budgets.services.programming_cells import UNDO_DELAY, Operation, undo_operation
from budgets.services.workbook_files import WRITERS, write_workbook
from budgets.services.workbooks import (
    Examined,
    examine_workbook,
    refreshed,
    refuse_frozen,
    write_changes,
)
from budgets.tables.programming_workbook import chosen_lines
from common.exceptions import DomainError
from common.fiscal import today
from common.tabular import TabularError, TooManyRows
from web.forms import PageForm
from web.programming.finding import badge_of
from web.programming.sheet import SheetPage
from web.programming.workbook_proposal import opened, sealed
from web.programming.workbook_rows import shown_examination

LARGEST = 20_000_000
_KINDS = {
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class WorkbookForm(PageForm):
    """A workbook that comes back, and why."""

    workbook = forms.FileField(
        label=gettext_lazy("Workbook"),
        widget=forms.FileInput(attrs={"class": "fr-upload", "accept": ".ods,.xlsx"}),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, required=False)

    def clean_workbook(self) -> Any:
        """Refuse a file that is too large to be read."""
        file = self.cleaned_data["workbook"]
        if file.size > LARGEST:
            raise ValidationError(_("It is larger than 20 MB."))
        return file


class ConfirmForm(PageForm):
    """What becomes of the changes that were shown."""

    proposal = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(max_length=300, required=False, widget=forms.HiddenInput)
    choice = forms.ChoiceField(choices=[(one, one) for one in ("chosen", "mine", "theirs")])


class ChosenPage(SheetPage):
    """The lines that a search and groups of the grid select, and the words for them."""

    def chosen(self) -> Any:
        """Return the lines that the address selects, among those that the person sees."""
        return chosen_lines(
            self.lines(), text=str(self.filters.get("q") or ""), by=self.by, keys=self.groups()
        )

    def groups(self) -> list[str]:
        """Return the keys of the groups that the address names."""
        return self.request.GET.getlist("groupe")

    def words(self) -> str:
        """Say which lines these are."""
        told = []
        if text := self.filters.get("q"):
            told.append(_("lines that hold “%(text)s”") % {"text": text})
        if self.groups():
            told.append(_("groups: %(groups)s") % {"groups": ", ".join(self.groups())})
        return "; ".join(told) or _("all those that you read")


class WorkbookFileView(ChosenPage):
    """The workbook of the lines that one reads, as a file."""

    def get(self, request: HttpRequest, wanted: str) -> HttpResponseBase:
        """Answer the file; it is written to a file without a name, never held in memory."""
        stream = tempfile.TemporaryFile()  # noqa: SIM115  closed by the response
        try:
            write_workbook(
                stream,
                actor=request.user,
                version=self.version,
                wanted=wanted,
                lines=self.chosen(),
                chosen=self.words(),
            )
        except TooManyRows as error:
            stream.close()
            return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
        stream.seek(0)
        response = FileResponse(stream, content_type=_KINDS[wanted])
        fictitious = f"-{_('fictitious')}" if self.version.data_origin == "fictitious" else ""
        name = f"programmation-{self.version.code}-{today():%Y-%m-%d}{fictitious}.{wanted}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


class WorkbookView(ChosenPage):
    """The page of the round trip: where it is downloaded, sent back, shown and confirmed."""

    template_name = "web/programming/workbook.html"
    writing = ("POST",)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the two ways."""
        return self.shown(WorkbookForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Examine a file, write what was shown, or undo what was written."""
        step = request.POST.get("step")
        steps = {"confirm": self.confirm, "undo": self.undo}
        try:
            refuse_frozen(self.version)
            return steps.get(step or "", self.examine)()
        except DomainError as error:
            record_event(actor=request.user, verb="refused", detail={"code": error.code})
            return self.shown(WorkbookForm(), {"refused": str(error)}, status=409)

    def examine(self) -> HttpResponse:
        """Show what a file would change; nothing is written."""
        form = WorkbookForm(self.request.POST, self.request.FILES)
        if not form.is_valid():
            return self.shown(form, status=422)
        file = form.cleaned_data["workbook"]
        try:
            book = read_workbook(file.read(), file.name, self.version)
        except TabularError as error:
            form.add_error("workbook", str(error))
            return self.shown(form, status=422)
        found = examine_workbook(actor=self.request.user, version=self.version, book=book)
        return self.told(form, found, form.cleaned_data["reason"])

    def told(self, form: WorkbookForm, found: Examined, reason: str) -> HttpResponse:
        """Show an examination, and what it takes to write it."""
        proposal = ""
        if found.stands and found.compared.changes:
            proposal = sealed(self.request.user, self.version, found.compared.changes)
        shown = {
            **shown_examination(self.version, found),
            "proposal": proposal,
            "reason": reason,
        }
        return self.shown(form, shown, status=200 if found.stands else 422)

    def confirm(self) -> HttpResponse:
        """Write what was shown, or show it again where it moved meanwhile."""
        form = ConfirmForm(self.request.POST)
        changes = (
            opened(self.request.user, self.version, form.cleaned_data["proposal"])
            if form.is_valid()
            else None
        )
        if changes is None:
            message = _("What was shown is not known any more: send the workbook again.")
            return self.shown(WorkbookForm(), {"refused": message}, status=422)
        reason = form.cleaned_data["reason"]
        try:
            done = write_changes(
                actor=self.request.user,
                version_id=self.version.pk,
                changes=changes,
                mine=self.kept(changes, form.cleaned_data["choice"]),
                reason=reason,
            )
        except StaleCell as error:
            return self.again(changes, reason, str(error))
        except RowsRefused as error:
            return self.again(changes, reason, f"{error} {_first(error)}")
        except PermissionDenied:
            return self.again(changes, reason, _("You may not write in these lines."))
        return HttpResponseRedirect(self.after(done))

    def kept(self, changes: Sequence[Change], choice: str) -> set[Any]:
        """Return the cells in conflict that take what the file says."""
        clashes = [
            (index, change.key) for index, change in enumerate(changes) if change.is_conflict
        ]
        asked = self.request.POST
        return {
            key
            for index, key in clashes
            if choice == "mine" or (choice == "chosen" and asked.get(f"cell-{index}") == "mine")
        }

    def again(self, changes: Sequence[Change], reason: str, why: str) -> HttpResponse:
        """Show the changes beside what the version holds now."""
        found = refreshed(self.version, self.request.user, changes)
        shown = {**shown_examination(self.version, found), "reason": reason, "refused": why}
        shown["proposal"] = sealed(self.request.user, self.version, found.compared.changes)
        return self.shown(WorkbookForm(), shown, status=409)

    def after(self, done: Operation | None) -> str:
        """Say what was written and return where to go: where it can be undone."""
        count = len(done.edits) if done else 0
        told = ngettext(
            "%(count)s cell changed, in one operation.",
            "%(count)s cells changed, in one operation.",
            count,
        )
        words = told % {"count": count} if count else _("Nothing was changed.")
        messages.success(self.request, words)
        place = self.url("programming_workbook")
        if done is None:
            return place
        return f"{place}{'&' if '?' in place else '?'}fait={done.id}"

    def undo(self) -> HttpResponse:
        """Undo an operation that the page wrote."""
        try:
            operation = uuid.UUID(self.request.POST.get("operation", ""))
        except ValueError:
            raise PermissionDenied from None
        done = undo_operation(
            actor=self.request.user, version_id=self.version.pk, operation=operation
        )
        words = ngettext(
            "%(count)s cell put back.", "%(count)s cells put back.", len(done.edits)
        ) % {"count": len(done.edits)}
        messages.success(self.request, words)
        return HttpResponseRedirect(self.url("programming_workbook"))

    def undoable(self) -> dict[str, Any] | None:
        """Return the operation that the address names, while the person may undo it."""
        try:
            operation = uuid.UUID(self.request.GET.get("fait", ""))
        except ValueError:
            return None
        rows = ProgrammingEdit.objects.filter(programming_version=self.version)
        done = rows.filter(
            operation=operation, by=self.request.user.pk, at__gte=timezone.now() - UNDO_DELAY
        )
        count = done.count()
        if not count or rows.filter(undoes=operation).exists():
            return None
        return {"id": operation, "count": count, "minutes": UNDO_DELAY.seconds // 60}

    def shown(
        self, form: WorkbookForm, more: dict[str, Any] | None = None, *, status: int = 200
    ) -> HttpResponse:
        """Show the page."""
        lines = self.lines()
        query = self.request.GET.urlencode()
        selected = bool(self.filters.get("q") or self.groups())
        files = [
            {"kind": kind.upper(), "all": self.url(f"programming_workbook_{kind}"),
             "url": f"{self.url(f'programming_workbook_{kind}').partition('?')[0]}?{query}"}
            for kind in WRITERS
        ]  # fmt: skip
        context = {
            "form": form,
            "version": self.version,
            "badge": badge_of(self.version),
            "has_fictitious": self.version.data_origin == "fictitious",
            "grid_url": self.url("programming_version"),
            "page_url": self.url("programming_workbook"),
            "files": files,
            "count": lines.count(),
            "selected": self.chosen().count() if selected else None,
            "selected_words": self.words() if selected else "",
            "may_write": bool(writable_lines(self.request.user, self.version, lines)),
            "undoable": self.undoable(),
        }
        return self.page({**context, **(more or {})}, status=status)


def _first(error: RowsRefused) -> str:
    found = next(iter(error.errors.values()))
    return " ".join(found.messages) if isinstance(found, ValidationError) else str(found)
