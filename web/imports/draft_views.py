"""A deposit, step by step: recognised, checked, corrected, confirmed, recorded."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.services.audit import record_event
from common.exceptions import DomainError
from common.tabular import Column, write_csv
from common.tabular.columns import Value
from records.enums import DraftState
from records.models import ImportDraft
from records.services.checking import known_batch
from records.services.deposits import abandon_draft, waiting_files
from records.services.drafts import (
    check_or_ask,
    confirm_anomalies,
    correct_line,
    reopen_draft,
    request_commit,
    set_line_aside,
    take_line_back,
)
from web.imports.batch_views import download
from web.imports.rights import DEPOSIT, READ
from web.imports.selectors import (
    STEPS,
    check_of,
    columns_of,
    labels_of,
    matchable_files,
    recognised_of,
    reject_rows,
    stepper,
)
from web.mixins import PageView

TEMPLATES = {
    2: "web/imports/step2.html",
    3: "web/imports/step3.html",
    4: "web/imports/step4.html",
}
# Seconds between two looks at a deposit that a job works on.
PAUSE = 2


def address_of(draft: ImportDraft, anchor: str = "") -> str:
    """Return the page of a deposit."""
    return reverse("web:import-draft", args=[draft.pk]) + anchor


class DraftView(PageView):
    """The step at which a deposit stands; `?step=2` shows again what was recognised."""

    section = "imports"
    needs = READ

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the step."""
        drafts = ImportDraft.objects.visible_to(request.user)
        draft = get_object_or_404(drafts.select_related("author", "batch", "job"), pk=pk)
        step = STEPS.get(str(draft.state), 2)
        if step == 3 and request.GET.get("step") == "2":
            step = 2
        self.template_name = TEMPLATES[step]
        context: dict[str, Any] = {
            "draft": draft,
            "stepper": stepper(step),
            "files": list(draft.files.all()),
            "is_author": draft.author_id == request.user.pk,
            "has_failed": _has_failed(draft),
            "pause": PAUSE,
        }
        if step == 2:
            context |= {
                "known": known_batch(draft),
                "tables": recognised_of(draft),
                "waiting": waiting_files(draft),
                "matchable": matchable_files(draft),
            }
        elif step == 3:
            context |= check_of(draft)
        return self.page(context)


def _has_failed(draft: ImportDraft) -> bool:
    """Whether the job of a deposit ended without doing its work."""
    waits = draft.state in (DraftState.COMMITTING, DraftState.CHECKING)
    return waits and (draft.job is None or draft.job.state in ("failed", "cancelled", "parked"))


class DraftActionView(PageView):
    """A decision of its author on a deposit; the page of the deposit comes back."""

    section = "imports"
    needs = DEPOSIT
    anchor = "#check"

    def act(self, draft: ImportDraft, **place: Any) -> str:
        """Do it; return what to say, or nothing."""
        raise NotImplementedError

    def post(self, request: HttpRequest, pk: int, **place: Any) -> HttpResponse:
        """Check the right, decide, come back."""
        draft = self.own_draft(pk)
        try:
            said = self.act(draft, **place)
        except DomainError as error:
            messages.error(request, str(error))
            record_event(actor=request.user, verb="refused", detail={"code": error.code})
        else:
            if said:
                messages.success(request, said)
        return HttpResponseRedirect(address_of(draft, self.anchor))

    def own_draft(self, pk: int) -> ImportDraft:
        """Return a deposit of the person: unseen 404, another's 403."""
        draft = get_object_or_404(ImportDraft.objects.visible_to(self.request.user), pk=pk)
        if draft.author_id != self.request.user.pk:
            raise PermissionDenied
        return draft


class CheckView(DraftActionView):
    """Check again."""

    def act(self, draft: ImportDraft, **place: Any) -> str:
        """Check the deposit, or have a job check it."""
        check_or_ask(actor=self.request.user, draft_id=draft.pk)
        return ""


class LineView(DraftActionView):
    """One line: all its cells, to be corrected."""

    template_name = "web/imports/line.html"

    def get(self, request: HttpRequest, pk: int, table: str, line: int) -> HttpResponse:
        """Show the cells of a faulty line."""
        draft = self.own_draft(pk)
        cells = draft.report.get("lines", {}).get(table, {}).get(str(line))
        if cells is None:
            raise Http404
        faults = {
            error["column"]: error["message"]
            for error in draft.report["errors"]
            if error["table"] == table and error["line"] == line
        }
        columns, labels = columns_of(draft, table), labels_of(draft, table)
        rows = [
            {"name": name, "label": labels[name], "text": text, "fault": faults.get(name, "")}
            for name, text in zip(columns, cells, strict=False)
        ]
        return self.page({"draft": draft, "table": table, "line": line, "rows": rows})

    def act(self, draft: ImportDraft, **place: Any) -> str:
        """Correct the cells that were typed, and check again."""
        columns = columns_of(draft, place["table"])
        posted = self.request.POST
        cells = {name: posted[f"cell-{name}"] for name in columns if f"cell-{name}" in posted}
        correct_line(actor=self.request.user, draft_id=draft.pk, cells=cells, **place)
        check_or_ask(actor=self.request.user, draft_id=draft.pk)
        return _("Line %(line)s was corrected and the deposit checked again.") % place


class SetAsideView(DraftActionView):
    """Leave a line out on purpose."""

    def act(self, draft: ImportDraft, **place: Any) -> str:
        """Set it aside with the errors that it had, and check again."""
        table, line = place["table"], place["line"]
        told = [
            f"{error['column']}: {error['message']}"
            for error in draft.report.get("errors", ())
            if error["table"] == table and error["line"] == line
        ]
        cells = draft.report.get("lines", {}).get(table, {}).get(str(line), [])
        set_line_aside(
            actor=self.request.user,
            draft_id=draft.pk,
            table=table,
            line=line,
            reason=" ".join(told),
            cells=cells,
        )
        check_or_ask(actor=self.request.user, draft_id=draft.pk)
        return _("Line %(line)s was set aside.") % place


class TakeBackView(DraftActionView):
    """Take back a line that was set aside."""

    def act(self, draft: ImportDraft, **place: Any) -> str:
        """Take it back, and check again."""
        take_line_back(actor=self.request.user, draft_id=draft.pk, **place)
        check_or_ask(actor=self.request.user, draft_id=draft.pk)
        return _("Line %(line)s was taken back.") % place


class ConfirmView(DraftActionView):
    """Confirm anomalies."""

    def act(self, draft: ImportDraft, **place: Any) -> str:
        """Keep those that are ticked."""
        keys = self.request.POST.getlist("anomaly")
        confirm_anomalies(actor=self.request.user, draft_id=draft.pk, keys=keys)
        return _("The confirmations are kept.")


class CommitView(DraftActionView):
    """Ask for the recording."""

    anchor = ""

    def act(self, draft: ImportDraft, **place: Any) -> str:
        """Ask for the job."""
        request_commit(actor=self.request.user, draft_id=draft.pk)
        return ""


class ReopenView(DraftActionView):
    """Go back to the check after a recording that failed."""

    def act(self, draft: ImportDraft, **place: Any) -> str:
        """Take the deposit back and check it again."""
        reopen_draft(actor=self.request.user, draft_id=draft.pk)
        check_or_ask(actor=self.request.user, draft_id=draft.pk)
        return ""


class AbandonView(DraftActionView):
    """Give a deposit up."""

    def post(self, request: HttpRequest, pk: int, **place: Any) -> HttpResponse:
        """Abandon it, go to the list."""
        answer = super().post(request, pk, **place)
        is_gone = ImportDraft.objects.filter(pk=pk, state=DraftState.ABANDONED).exists()
        return HttpResponseRedirect(reverse("web:imports")) if is_gone else answer

    def act(self, draft: ImportDraft, **place: Any) -> str:
        """Abandon it."""
        abandon_draft(actor=self.request.user, draft_id=draft.pk)
        return _("The deposit is abandoned: nothing was imported.")


class RejectsView(PageView):
    """The lines in error or set aside, as a file with the reason of each."""

    section = "imports"
    needs = READ

    def get(self, request: HttpRequest, pk: int, table: str) -> HttpResponseBase:
        """Answer the file."""
        draft = get_object_or_404(ImportDraft.objects.visible_to(request.user), pk=pk)
        names = columns_of(draft, table)
        if not names:
            raise Http404
        headings = [_("line"), _("reason"), *names]
        rows: list[list[Value]] = [
            [line, reason, *cells] for line, reason, cells in reject_rows(draft, table)
        ]
        record_event(
            actor=request.user, verb="exported", object_kind="import_rejects", object_code=str(pk)
        )
        columns = [
            Column(heading, "integer" if not i else "text") for i, heading in enumerate(headings)
        ]
        return download(write_csv(rows, columns, flavour="fr"), f"{table}-rejets.csv")
