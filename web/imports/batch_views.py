"""A batch: its rows by table, its files, its undo."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Action
from accounts.services.audit import record_event
from common.exceptions import DomainError
from records.models import DraftFile, ImportBatch, ImportDraft
from records.services.undo import confirm_undo, request_undo, undo_batch, withdraw_undo
from web.imports.forms import ReasonForm
from web.imports.rights import READ, UNDO
from web.imports.selectors import batch_tables, decisions_of
from web.mixins import PageView

_INERT = "default-src 'none'; sandbox"


def _inert(response: Any, name: str) -> Any:
    """Make a download that no browser interprets."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    response["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _INERT
    return response


def download(content: Iterable[Any], name: str) -> HttpResponseBase:
    """Answer a CSV to be saved."""
    answer: HttpResponseBase = _inert(
        StreamingHttpResponse(content, content_type="text/csv; charset=utf-8"), name
    )
    return answer


class BatchView(PageView):
    """What a batch wrote, and what may be decided about it."""

    section = "imports"
    needs = READ
    template_name = "web/imports/batch.html"

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show the batch."""
        batch = find_batch(request.user, code)
        draft = getattr(batch, "draft", None)
        return self.page(
            {
                "batch": batch,
                "draft": draft,
                "files": list(draft.files.all()) if draft else [],
                "tables": batch_tables(batch),
                "decisions": decisions_of(request.user, batch, timezone.now()),
                "form": ReasonForm(),
                "leans_on": list(batch.leans_on.visible_to(request.user)),  # type: ignore[attr-defined]
                "bearing": list(batch.bearing.visible_to(request.user)),  # type: ignore[attr-defined]
            }
        )


def find_batch(user: Any, code: str) -> ImportBatch:
    """Return a visible batch; 404 otherwise."""
    batches = ImportBatch.objects.visible_to(user)
    people = ("imported_by", "undone_by", "undo_requested_by", "draft")
    return get_object_or_404(batches.select_related(*people), code=code)


class BatchActionView(PageView):
    """A decision on a batch; the page of the batch comes back."""

    section = "imports"
    needs = UNDO

    def act(self, batch: ImportBatch, reason: str) -> str:
        """Do it; return what to say."""
        raise NotImplementedError

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Check the right, decide, come back."""
        batch = find_batch(request.user, code)
        allowed = ImportBatch.objects.allowing(request.user, Action.UNDO)
        if not allowed.filter(pk=batch.pk).exists():
            raise PermissionDenied
        reason = request.POST.get("reason", "").strip()[:500]
        try:
            said = self.act(batch, reason)
        except DomainError as error:
            messages.error(request, str(error))
            record_event(
                actor=request.user, verb="refused", object_kind="import_batch", object_code=code,
                detail={"code": error.code},
            )  # fmt: skip
        else:
            messages.success(request, said)
        return redirect("web:import-batch", code)


class _WithReason(BatchActionView):
    """A decision that needs a reason."""

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Refuse a decision without a reason, on a batch that is seen."""
        find_batch(request.user, code)
        if not request.POST.get("reason", "").strip():
            messages.error(request, _("A reason is needed."))
            return redirect("web:import-batch", code)
        return super().post(request, code)


class UndoView(_WithReason):
    """Undo at once, by the importer."""

    def act(self, batch: ImportBatch, reason: str) -> str:
        """Undo it."""
        undo_batch(actor=self.request.user, batch_id=batch.pk, reason=reason)
        return _("The import is undone: everything is as it was before.")


class RequestUndoView(_WithReason):
    """Ask another person to undo."""

    def act(self, batch: ImportBatch, reason: str) -> str:
        """Ask for it."""
        request_undo(actor=self.request.user, batch_id=batch.pk, reason=reason)
        return _("The undo is asked for: another person confirms it.")


class ConfirmUndoView(BatchActionView):
    """Confirm what another person asked for."""

    def act(self, batch: ImportBatch, reason: str) -> str:
        """Undo it."""
        confirm_undo(actor=self.request.user, batch_id=batch.pk)
        return _("The import is undone: everything is as it was before.")


class WithdrawUndoView(BatchActionView):
    """Give an undo up."""

    def act(self, batch: ImportBatch, reason: str) -> str:
        """Give it up."""
        withdraw_undo(actor=self.request.user, batch_id=batch.pk)
        return _("The undo is given up.")


class FileView(PageView):
    """A deposited file, as it came."""

    section = "imports"
    needs = READ

    def get(self, request: HttpRequest, pk: int, position: int) -> HttpResponseBase:
        """Answer the file, to be saved."""
        draft = get_object_or_404(ImportDraft.objects.visible_to(request.user), pk=pk)
        file = get_object_or_404(DraftFile.objects.filter(draft=draft), position=position)
        if not file.path.is_file():
            raise Http404
        record_event(
            actor=request.user, verb="exported", object_kind="import_file", object_code=file.sha256
        )
        stream = file.path.open("rb")
        response = FileResponse(stream, content_type="application/octet-stream")
        response["Content-Length"] = str(file.size)
        answer: HttpResponseBase = _inert(response, file.name)
        return answer
