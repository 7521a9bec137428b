"""`import-batches` and `import-drafts`: deposit, check, correct, confirm, record, undo."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ParseError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Action, Resource
from common.api.etags import expected_version
from common.api.views import RowViewSet
from records.api.import_forms import (
    BatchFilters,
    BatchRow,
    ConfirmedAnomalies,
    CorrectedLine,
    DraftDetail,
    DraftFilters,
    DraftRow,
    LineSetAside,
    NewDeposit,
    UndoReason,
)
from records.models import ImportBatch, ImportDraft
from records.services import checking, drafts, undo
from records.services.deposits import Upload, abandon_draft, deposit_files

_DEPOSIT = (Action.IMPORT, Resource.LEDGER)
_MULTIPART = "multipart/form-data"
_BOUNDARIES = 64 * 1024


class DepositParser(MultiPartParser):
    """Refuse a body that says it is larger than a deposit may be."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Parse the body, or raise a 400."""
        request = (parser_context or {})["request"]
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > settings.IMPORT_MAX_BYTES + _BOUNDARIES:
            raise ParseError("The body is larger than a deposit may be.")
        return super().parse(stream, media_type, parser_context)


class ImportBatchViewSet(RowViewSet):
    """Imports: all of them, or one's own; the log is never erased."""

    queryset = ImportBatch.objects.all()
    policy_resource = Resource.IMPORT_BATCH
    policy_actions = {
        "undo": Action.UNDO,
        "request_undo": Action.UNDO,
        "confirm_undo": Action.UNDO,
        "withdraw_undo": Action.UNDO,
    }
    row_serializer = BatchRow
    filterset_class = BatchFilters
    lookup_field = "code"
    lookup_value_regex = "[A-Za-z0-9-]{1,40}"
    ordering = ("-id",)
    ordering_fields = {"id": "id", "imported_at": "imported_at", "source": "source"}

    @extend_schema(request=UndoReason, responses={200: BatchRow})
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, code: str) -> Response:
        """Undo an import, by its importer within 24 hours, when nothing is built on it."""
        batch = self._allowed(code)
        undo.undo_batch(actor=request.user, batch_id=batch.pk, **self.body(UndoReason))
        return self.answer(self.find(code=code))

    @extend_schema(request=UndoReason, responses={200: BatchRow})
    @action(detail=True, methods=["post"], url_path="undo-request")
    def request_undo(self, request: Request, code: str) -> Response:
        """Ask for an undo, which another person confirms."""
        batch = self._allowed(code)
        undo.request_undo(actor=request.user, batch_id=batch.pk, **self.body(UndoReason))
        return self.answer(self.find(code=code))

    @extend_schema(request=None, responses={200: BatchRow})
    @action(detail=True, methods=["post"], url_path="undo-confirmation")
    def confirm_undo(self, request: Request, code: str) -> Response:
        """Undo an import that another person asked to undo."""
        undo.confirm_undo(actor=request.user, batch_id=self._allowed(code).pk)
        return self.answer(self.find(code=code))

    @extend_schema(request=None, responses={200: BatchRow})
    @action(detail=True, methods=["post"], url_path="undo-withdrawal")
    def withdraw_undo(self, request: Request, code: str) -> Response:
        """Give up an undo that was asked for."""
        undo.withdraw_undo(actor=request.user, batch_id=self._allowed(code).pk)
        return self.answer(self.find(code=code))

    def _allowed(self, code: str) -> ImportBatch:
        """Return a visible batch that the caller may undo: 404 unseen, 403 refused."""
        batch = self.get_queryset().filter(code=code).first()
        if batch is None:
            raise Http404
        allowed = ImportBatch.objects.allowing(self.request.user, Action.UNDO)
        if not allowed.filter(pk=batch.pk).exists():
            raise PermissionDenied
        return batch


class ImportDraftViewSet(RowViewSet):
    """Deposits in preparation: nothing is imported before `commit`."""

    queryset = ImportDraft.objects.all()
    policy_resource = Resource.IMPORT_BATCH
    policy_actions = {
        "create": _DEPOSIT,
        "destroy": _DEPOSIT,
        "correct": _DEPOSIT,
        "set_aside": _DEPOSIT,
        "confirm": _DEPOSIT,
        "commit": _DEPOSIT,
    }
    versioned = True
    fresh_by_version = False  # the job that works on it, and what a check tells, count no version
    if_match_actions = frozenset(policy_actions) - {"create"}
    row_serializer = DraftRow
    detail_serializer = DraftDetail
    filterset_class = DraftFilters
    ordering = ("-id",)
    ordering_fields = {"id": "id", "created_at": "created_at"}

    def get_parsers(self) -> list[Any]:
        """Read files where files are sent, JSON elsewhere."""
        request = getattr(self, "request", None)
        verb = str(request.method).lower() if request is not None else ""
        if getattr(self, "action_map", {}).get(verb) == "create":
            return [DepositParser()]
        return super().get_parsers()

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Name the job that works on each deposit, and whether it can be recorded."""
        found = ImportDraft.objects.in_bulk([row["id"] for row in rows])
        for row in rows:
            row["is_ready"] = checking.is_ready(found[row["id"]])

    @extend_schema(request={_MULTIPART: NewDeposit}, responses={201: DraftDetail})
    def create(self, request: Request) -> Response:
        """Deposit files and check them; with `dry_run` false, record them when all is right.

        The report tells the errors, the anomalies to confirm and the control totals. A deposit
        that is not recorded at once stays in preparation.
        """
        fields = self.body(NewDeposit)
        files = [Upload(file.name, file, file.size) for file in fields["files"]]
        draft = deposit_files(
            actor=request.user,
            files=files,
            is_new_version=fields["is_new_version"],
            keeps_waiting=fields["keeps_waiting"],
            mapping=fields["mapping"] or None,
        )
        draft = drafts.check_or_ask(actor=request.user, draft_id=draft.pk)
        if not fields["dry_run"] and checking.is_ready(draft):
            drafts.request_commit(actor=request.user, draft_id=draft.pk)
        place = reverse("api:import-drafts-detail", args=[draft.pk])
        return self.answer(self.find(pk=draft.pk), 201, {"Location": place})

    @extend_schema(request=CorrectedLine, responses={200: DraftDetail})
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, id: str) -> Response:
        """Correct cells of a line, and check again; the files are not changed."""
        draft = self._own(id)
        fields = self.body(CorrectedLine)
        drafts.correct_line(**self._decision(draft), **fields)
        return self._checked(draft)

    @extend_schema(request=LineSetAside, responses={200: DraftDetail})
    @action(detail=True, methods=["post"], url_path="set-aside")
    def set_aside(self, request: Request, id: str) -> Response:
        """Leave a line out on purpose, and check again."""
        draft = self._own(id)
        fields = self.body(LineSetAside)
        drafts.set_line_aside(**self._decision(draft), **fields)
        return self._checked(draft)

    @extend_schema(request=ConfirmedAnomalies, responses={200: DraftDetail})
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, id: str) -> Response:
        """Confirm the anomalies of these keys, and no others."""
        draft = self._own(id)
        keys = self.body(ConfirmedAnomalies)["anomalies"]
        drafts.confirm_anomalies(**self._decision(draft), keys=keys)
        return self.answer(self.find(pk=draft.pk))

    @extend_schema(request=None, responses={202: DraftDetail})
    @action(detail=True, methods=["post"])
    def commit(self, request: Request, id: str) -> Response:
        """Record the deposit by a job: all of it or nothing. 409 while anything is left."""
        drafts.request_commit(**self._decision(self._own(id)))
        return self.answer(self.find(pk=id), 202)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, id: str) -> Response:
        """Abandon a deposit: its files are removed, nothing was imported."""
        abandon_draft(**self._decision(self._own(id)))
        return Response(status=204)

    def _decision(self, draft: ImportDraft) -> dict[str, Any]:
        """Return what each service asks: who decides, on which deposit, under which version."""
        version = expected_version(self.request)
        return {"actor": self.request.user, "draft_id": draft.pk, "expected_version": version}

    def _checked(self, draft: ImportDraft) -> Response:
        drafts.check_or_ask(actor=self.request.user, draft_id=draft.pk)
        return self.answer(self.find(pk=draft.pk))

    def _own(self, draft_id: str) -> ImportDraft:
        """Return a visible deposit of the caller: 404 unseen, 403 another's."""
        draft = self.get_queryset().filter(pk=draft_id).first()
        if draft is None:
            raise Http404
        if draft.author_id != self.request.user.pk:
            raise PermissionDenied
        return draft
