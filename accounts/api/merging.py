"""Merging two records entered twice, by the API."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Action
from accounts.models import RecordMerge
from accounts.services.merging import merge_records, undo_merge
from accounts.services.owned import RecordKind
from common.api.etags import expected_version
from common.api.fields import RowSerializer, StrictSerializer, TextField
from common.api.filters import refuse_unknown

MERGING = {"merge": Action.MERGE, "undo_merge": Action.MERGE, "merges": Action.READ}


class MergeRow(RowSerializer):
    """A merge: the record that is kept, the duplicate, the rows that moved by table."""

    id = drf.IntegerField()
    kept = drf.CharField(source="kept_code")
    duplicate = drf.CharField(source="duplicate_code")
    reason = drf.CharField()
    merged_at = drf.DateTimeField()
    merged_by = drf.CharField(source="merged_by__username")
    undone_at = drf.DateTimeField(allow_null=True)
    undone_by = drf.CharField(source="undone_by__username", allow_null=True)


class MergeRows(drf.Serializer[Any]):
    """The merges of a record, the newest first."""

    results = MergeRow(many=True)


class NewMerge(StrictSerializer):
    """The duplicate to merge into the record of the address."""

    duplicate = TextField(max_length=40)
    reason = TextField(max_length=300)


class MergeUndo(StrictSerializer):
    """The merge to undo."""

    merge = drf.IntegerField(min_value=1)


class MergingMixin:
    """Before a view set of owned records: merge, the merges of a record, undo one."""

    kind: RecordKind

    @extend_schema(request=NewMerge, responses={201: MergeRow})
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, code: str) -> Response:
        """Move what hangs on the duplicate to this record, and archive the duplicate."""
        kept = self._mergeable(code)
        version = expected_version(request)
        fields = self.body(NewMerge)  # type: ignore[attr-defined]
        duplicate = self._mergeable(fields["duplicate"])
        merge = merge_records(
            actor=request.user,
            kind=self.kind,
            kept_id=kept.pk,
            expected_version=version,
            duplicate_id=duplicate.pk,
            reason=fields["reason"],
        )
        return Response(self._rows(pk=merge.pk)[0], status=201)

    @extend_schema(responses={200: MergeRows})
    @action(detail=True, methods=["get"])
    def merges(self, request: Request, code: str) -> Response:
        """The merges into this record, the newest first."""
        refuse_unknown(request, set())
        record = self.seen(code=code)  # type: ignore[attr-defined]
        return Response({"results": self._rows(kind=self.kind.name, kept_id=record.pk)})

    @extend_schema(request=MergeUndo, responses={200: MergeRow})
    @action(detail=True, methods=["post"], url_path="undo-merge")
    def undo_merge(self, request: Request, code: str) -> Response:
        """Bring back to the duplicate what a merge moved, within 30 days."""
        record = self._mergeable(code)
        wanted = self.body(MergeUndo)["merge"]  # type: ignore[attr-defined]
        merges = RecordMerge.objects.filter(kind=self.kind.name, kept_id=record.pk)
        if not merges.filter(pk=wanted).exists():
            raise Http404
        undo_merge(actor=request.user, kind=self.kind, merge_id=wanted)
        return Response(self._rows(pk=wanted)[0])

    def _mergeable(self, code: str) -> Any:
        record = self.seen(code=code)  # type: ignore[attr-defined]
        rows = self.kind.model._default_manager.all()
        allowed = rows.allowing(self.request.user, Action.MERGE)  # type: ignore[attr-defined]
        if not allowed.filter(pk=record.pk).exists():
            raise PermissionDenied
        return record

    def _rows(self, **lookup: Any) -> list[dict[str, Any]]:
        rows = RecordMerge.objects.filter(**lookup).order_by("-id")
        return MergeRow().render(list(rows.values(*MergeRow.columns())))
