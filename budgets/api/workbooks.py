"""The workbook of a version of the programming: downloaded, examined, written back."""

from __future__ import annotations

import tempfile
from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from budgets.enums import Measure
from budgets.importers.workbook import read_workbook
from budgets.models import ProgrammingVersion
from budgets.rules.workbook import Change
from budgets.services.programming_cells import Operation
from budgets.services.workbook_files import WRITERS, write_workbook
from budgets.services.workbooks import (
    Examined,
    euros,
    examine_workbook,
    refuse_frozen,
    upload_workbook,
)
from budgets.tables.programming_grid import GROUPINGS, lines_of
from budgets.tables.programming_workbook import chosen_lines
from common.api.fields import MoneyStringField, StrictSerializer, TextField
from common.api.filters import refuse_unknown
from common.tabular import TabularError
from records.api.parsers import BoundedMultiPartParser

_MULTIPART = "multipart/form-data"
_KINDS = {
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_QUERY = [
    OpenApiParameter("format", str, enum=sorted(WRITERS)),
    OpenApiParameter("q", str),
    OpenApiParameter("group_by", str, enum=sorted(GROUPINGS)),
    OpenApiParameter("group", str, many=True),
]
_MOST_WORDS = 100


class WorkbookInput(StrictSerializer):
    """A workbook that comes back; `conflicts` are cells that somebody changed since."""

    workbook = drf.FileField()
    dry_run = drf.BooleanField(default=True, help_text="Examine, and write nothing.")
    conflicts = drf.ChoiceField(
        [(one, one) for one in ("refuse", "mine", "theirs")],
        default="refuse",
        help_text="Refuse them (412), write what the file says, or leave what is stored.",
    )
    reason = TextField(max_length=300, default="", allow_blank=True)


class WorkbookFault(drf.Serializer[Any]):
    """What is wrong in a cell, or in the whole file when it names none."""

    sheet = drf.CharField(allow_blank=True)
    cell = drf.CharField(allow_blank=True)
    code = drf.CharField()
    value = drf.CharField(allow_blank=True)
    message = drf.CharField()


class WorkbookCell(drf.Serializer[Any]):
    """A cell that the file changes, in euros: at the download, in the file, stored now."""

    index = drf.IntegerField()
    cell = drf.CharField()
    line = drf.IntegerField()
    rank = drf.IntegerField()
    measure = drf.ChoiceField(Measure.choices)
    before = MoneyStringField(signed=True, allow_null=True)
    after = MoneyStringField(signed=True, allow_null=True)
    stored = MoneyStringField(signed=True, allow_null=True)
    status = drf.ChoiceField(
        [(one, one) for one in ("would_change", "conflict", "changed", "left")]
    )


class WorkbookTotal(drf.Serializer[Any]):
    """AE or CP of a year over the lines that the caller reads; conflicts left as they are."""

    rank = drf.IntegerField()
    measure = drf.ChoiceField(Measure.choices)
    before = MoneyStringField(signed=True)
    after = MoneyStringField(signed=True)


class WorkbookAnswer(drf.Serializer[Any]):
    """What a workbook changes; `operation` is what it wrote, null when it wrote nothing."""

    dry_run = drf.BooleanField()
    operation = drf.UUIDField(allow_null=True)
    count = drf.IntegerField()
    unchanged = drf.IntegerField()
    moved = drf.IntegerField()
    left_out = drf.IntegerField()
    refusal = drf.CharField(allow_null=True)
    faults = WorkbookFault(many=True)
    results = WorkbookCell(many=True)
    totals = WorkbookTotal(many=True)


class WorkbookMixin:
    """The round trip of a version by a workbook."""

    def get_parsers(self: Any) -> list[Any]:
        """Read a file where one is sent, JSON elsewhere."""
        request = getattr(self, "request", None)
        verb = str(request.method).lower() if request is not None else ""
        if getattr(self, "action_map", {}).get(verb) == "send_workbook":
            return [BoundedMultiPartParser()]
        return super().get_parsers()  # type: ignore[misc,no-any-return]

    @extend_schema(
        parameters=_QUERY,
        responses={(200, kind): OpenApiTypes.BINARY for kind in _KINDS.values()},
    )
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def workbook(self: Any, request: Request, id: str) -> FileResponse:
        """Download the lines that the caller reads, or some of them; ODS without a `format`."""
        refuse_unknown(request, {"format", "q", "group_by", "group"})
        version: ProgrammingVersion = self.seen(id=id)
        asked = request.query_params
        wanted, text, by = (asked.get(name, "") for name in ("format", "q", "group_by"))
        groups = asked.getlist("group")
        _check_query(wanted, text, by, groups)
        lines = chosen_lines(
            lines_of(version, request.user), text=text, by=by or "project", keys=groups
        )
        kind = wanted or "ods"
        stream = tempfile.TemporaryFile()  # noqa: SIM115  closed by the response
        chosen = "; ".join([text, *groups]).strip("; ")
        write_workbook(
            stream, actor=request.user, version=version, wanted=kind, lines=lines, chosen=chosen
        )
        stream.seek(0)
        response = FileResponse(stream, content_type=_KINDS[kind])
        name = f"programming-{version.code}.{kind}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    @extend_schema(request={_MULTIPART: WorkbookInput}, responses={200: WorkbookAnswer})
    @workbook.mapping.post
    def send_workbook(self: Any, request: Request, id: str) -> Response:
        """Examine a workbook, or write it in one operation: whole, or nothing of it.

        A dry run tells the faults by cell, the conflicts and what the rules refuse. Otherwise a
        fault or a rule is a 409, a cell that changed since the download a 412 with its values.
        """
        version = self.written(id)
        told = self.body(WorkbookInput)
        refuse_frozen(version)
        try:
            file = told["workbook"]
            book = read_workbook(file.read(), file.name, version)
        except TabularError as error:
            raise ValidationError({"workbook": str(error)}, code=error.code) from None
        if told["dry_run"]:
            found = examine_workbook(actor=request.user, version=version, book=book)
            return Response(_answer(found, None, ""))
        found, done = upload_workbook(
            actor=request.user,
            version_id=version.pk,
            book=book,
            conflicts=told["conflicts"],
            reason=told["reason"],
        )
        return Response(_answer(found, done, told["conflicts"]))


def _check_query(wanted: str, text: str, by: str, groups: list[str]) -> None:
    if wanted and wanted not in WRITERS:
        raise ValidationError({"format": f"One of: {', '.join(sorted(WRITERS))}."})
    if by and by not in GROUPINGS:
        raise ValidationError({"group_by": f"One of: {', '.join(sorted(GROUPINGS))}."})
    if len(text) > _MOST_WORDS or "\0" in "".join([text, *groups]):
        raise ValidationError({"q": "At most 100 characters, none of them NUL."})


def _answer(found: Examined, done: Operation | None, conflicts: str) -> dict[str, Any]:
    return {
        "dry_run": not conflicts,
        "operation": str(done.id) if done else None,
        "count": len(done.edits) if done else 0,
        "unchanged": found.compared.unchanged,
        "moved": found.compared.moved,
        "left_out": found.left_out,
        "refusal": found.refusal or None,
        "faults": [fault.as_dict() for fault in found.faults],
        "results": [
            _cell(index, change, conflicts) for index, change in enumerate(found.compared.changes)
        ],
        "totals": [
            {
                "rank": rank,
                "measure": measure,
                "before": euros(total.before),
                "after": euros(total.after),
            }
            for (rank, measure), total in found.totals.items()
        ],
    }


def _cell(index: int, change: Change, conflicts: str) -> dict[str, Any]:
    line, rank, measure = change.key
    if conflicts:
        status = "left" if change.is_conflict and conflicts == "theirs" else "changed"
    else:
        status = "conflict" if change.is_conflict else "would_change"
    return {
        "index": index,
        "cell": change.place,
        "line": line,
        "rank": rank,
        "measure": measure,
        "before": euros(change.base) or None,
        "after": euros(change.mine) or None,
        "stored": euros(change.held) or None,
        "status": status,
    }
