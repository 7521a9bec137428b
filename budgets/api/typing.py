"""What is typed in the ledgers by REST: one entry, or at most a thousand, all or none.

`POST …/` records one entry; `POST …/bulk/` a list: 201 with the id of each row, 400 with the faults
of shape located by `rows[i].field`, 409 with what the rules hold against each row.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Action
from budgets.api.typed_inputs import lines_by_id
from budgets.exceptions import RowsRefused
from budgets.models import NomenclatureNode
from budgets.models.rows import AXES
from budgets.services.entries import only, told
from projects.models import Project

_NODES = ("node", *AXES)


class RecordedRow(drf.Serializer[Any]):
    """One row of a list that is recorded."""

    index = drf.IntegerField()
    status = drf.ChoiceField([("recorded", "recorded")])
    id = drf.IntegerField()
    reference = drf.CharField()


class RecordedRows(drf.Serializer[Any]):
    """What became of each row of a list."""

    count = drf.IntegerField()
    results = RecordedRow(many=True)


def typed(one: type[Any], several: type[Any], row: type[Any]) -> Any:
    """Describe what a ledger records: the body of one entry, of several, and the answer."""
    return extend_schema_view(
        create=extend_schema(request=one, responses={201: row}),
        bulk=extend_schema(request=several, responses={201: RecordedRows}),
    )


class TypingMixin:
    """Before a RowViewSet: records one entry, or a list."""

    policy_actions = {"create": Action.CREATE, "bulk": Action.CREATE}
    idempotent_actions = frozenset({"create", "bulk"})
    creation: type[Any]
    bulk_creation: type[Any]

    def written(self, entries: list[dict[str, Any]], override_reason: str) -> list[Any]:
        """Call the service; return the row that stands for each entry. Raises RowsRefused."""
        raise NotImplementedError

    def written_alone(self, fields: dict[str, Any], override_reason: str) -> Any:
        """Return the row that stands for the only entry, or raise what refuses it."""
        try:
            return self.written([fields], override_reason)[0]
        except RowsRefused as refused:
            raise only(refused) from None

    def create(self: Any, request: Request) -> Response:
        """Record one entry; refused (409) beyond what the rules allow."""
        fields = self.body(self.creation)
        row = self.written_alone(fields, fields.pop("override_reason", ""))
        place = f"{request.path}{row.pk}/"
        return self.answer(self.find(pk=row.pk), 201, {"Location": place})  # type: ignore[no-any-return]

    @action(detail=False, methods=["post"])
    def bulk(self: Any, request: Request) -> Response:
        """Record a list, all or nothing, with what became of each row."""
        context = {"view": self, "named": named_in(request.user, request.data)}
        serializer = self.bulk_creation(data=request.data, context=context)
        serializer.is_valid(raise_exception=True)
        body = dict(serializer.validated_data)
        entries = [dict(entry) for entry in body["rows"]]
        try:
            rows = self.written(entries, body.get("override_reason", ""))
        except RowsRefused as refused:
            refused.context["results"] = refused_rows(refused, len(entries))
            raise
        results = [
            {"index": index, "status": "recorded", "id": row.pk, "reference": row.source_reference}
            for index, row in enumerate(rows)
        ]
        return Response({"count": len(rows), "results": results}, status=201)


def refused_rows(refused: RowsRefused, count: int) -> list[dict[str, Any]]:
    """Return what became of each row of a refused list."""
    return [
        {"index": index, "status": "refused", "errors": told(refused.errors[index])}
        if index in refused.errors
        else {"index": index, "status": "not_recorded", "errors": []}
        for index in range(count)
    ]


def named_in(user: Any, data: Any) -> dict[str, dict[Any, Any]]:
    """Return what the fields of a list name, by field; three queries, whatever its length."""
    codes: dict[str, set[Any]] = {}
    _gather(data, codes)
    nodes = NomenclatureNode.objects.visible_to(user).filter(
        code__in={code for name in _NODES for code in codes.get(name, ()) if isinstance(code, str)}
    )
    by_code = {node.code: node for node in nodes}
    projects = Project.objects.visible_to(user).filter(
        code__in={code for code in codes.get("project", ()) if isinstance(code, str)}
    )
    ids = {pk for pk in codes.get("commitment", ()) if isinstance(pk, int)}
    return {
        **dict.fromkeys(_NODES, by_code),
        "project": {project.code: project for project in projects},
        "commitment": lines_by_id(user, ids),
    }


def _gather(data: Any, codes: dict[str, set[Any]]) -> None:
    """Collect the names that a body holds, by field, whatever their depth."""
    if isinstance(data, list):
        for item in data:
            _gather(item, codes)
    elif isinstance(data, dict):
        for name, value in data.items():
            if isinstance(value, (list, dict)):
                _gather(value, codes)
            elif isinstance(value, (str, int)) and "\x00" not in str(value):
                codes.setdefault(name, set()).add(value)
