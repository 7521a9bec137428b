"""The writes of a record that people own, one way for every room (`accounts.services.owned`)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.history import EditRows, KnownRecord
from accounts.api.inputs import Ending, Moving
from accounts.enums import Action
from accounts.selectors import end_of_day, known_fields, known_on, record_edits
from accounts.services.owned import (
    RecordKind,
    create_record,
    delete_draft,
    move_record,
    update_record,
)
from common.api.etags import expected_version
from common.api.fields import parse_day
from common.api.filters import refuse_unknown
from common.api.views import RowViewSet

_ON = OpenApiParameter("on", {"type": "string", "format": "date"}, required=True)


class HistoryViewSet(RowViewSet):
    """A resource whose records have a history."""

    @extend_schema(responses={200: EditRows})
    @action(detail=True, methods=["get"])
    def history(self, request: Request, **lookup: Any) -> Response:
        """Every recorded version: who changed what, when and why."""
        refuse_unknown(request, set())
        edits = record_edits(self.seen(**lookup))
        return Response({"results": [asdict(edit) for edit in edits]})

    @extend_schema(parameters=[_ON], responses={200: KnownRecord})
    @action(detail=True, methods=["get"])
    def known(self, request: Request, **lookup: Any) -> Response:
        """The record as it was known at the end of a day; 404 when it was not known yet."""
        refuse_unknown(request, {"on"})
        try:
            day = parse_day(request.query_params.get("on", ""))
        except ValueError as error:
            raise ValidationError({"on": "A date is written YYYY-MM-DD."}) from error
        former = known_on(self.seen(**lookup), end_of_day(day))
        if former is None:
            raise Http404
        return Response({"known_on": day.isoformat(), "fields": known_fields(former)})

    def seen(self, **lookup: Any) -> Any:
        """Return the record among those that the caller may see; Http404 otherwise."""
        assert self.queryset is not None
        rows: Any = self.queryset.model._default_manager.all()
        found = rows.visible_to(self.request.user).filter(**lookup).first()
        if found is None:
            raise Http404
        return found


class OwnedViewSet(HistoryViewSet):
    """A resource whose records are created, edited, closed, archived, deleted while draft.

    `creation` and `edition` are the bodies; the rights of a write are those of the row.
    """

    kind: RecordKind
    creation: type[Any]
    edition: type[Any]
    versioned = True
    policy_actions = {
        "create": Action.CREATE,
        "partial_update": Action.UPDATE,
        "publish": Action.UPDATE,
        "close": Action.CLOSE,
        "reopen": Action.CLOSE,
        "archive": Action.CLOSE,
        "unarchive": Action.CLOSE,
        "destroy": Action.DELETE,
    }
    if_match_actions = frozenset(policy_actions) - {"create"}

    def create(self, request: Request) -> Response:
        """Create a record, open or as a draft."""
        fields = self.body(self.creation)
        draft = fields.pop("draft", False)
        record = create_record(actor=request.user, kind=self.kind, fields=fields, draft=draft)
        place = reverse(f"api:{self.basename}-detail", args=[record.code])
        return self.answer(self.find(pk=record.pk), 201, {"Location": place})

    def partial_update(self, request: Request, code: str) -> Response:
        """Change some fields of a record that is not closed."""
        record = self.target(code)
        version = expected_version(request)
        changes = self.body(self.edition, partial=True)
        reason = changes.pop("reason", "")
        return self.written(update_record, record, version, changes=changes, reason=reason)

    def destroy(self, request: Request, code: str) -> Response:
        """Delete a draft that nothing uses."""
        record = self.target(code)
        version = expected_version(request)
        delete_draft(
            actor=request.user, kind=self.kind, record_id=record.pk, expected_version=version
        )
        return Response(status=204)

    @extend_schema(request=Moving)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, code: str) -> Response:
        """Open a draft."""
        return self.moved("publish", code, Moving)

    @extend_schema(request=Ending)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, code: str) -> Response:
        """Close a record: it stays visible and is read only."""
        return self.moved("close", code, Ending)

    @extend_schema(request=Moving)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, code: str) -> Response:
        """Reopen a closed record."""
        return self.moved("reopen", code, Moving)

    @extend_schema(request=Moving)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, code: str) -> Response:
        """Put a closed record aside: lists leave it out unless it is asked for."""
        return self.moved("archive", code, Moving)

    @extend_schema(request=Moving)
    @action(detail=True, methods=["post"])
    def unarchive(self, request: Request, code: str) -> Response:
        """Take a record out of the archive."""
        return self.moved("unarchive", code, Moving)

    def moved(self, move: str, code: str, form: type[Any]) -> Response:
        """Make a move of the life of the record."""
        record = self.target(code)
        version = expected_version(self.request)
        fields = self.body(form)
        return self.written(
            move_record,
            record,
            version,
            move=move,
            on=fields.get("closed_on"),
            reason=fields.get("reason", ""),
        )

    def target(self, code: str) -> Any:
        """Return the record; Http404 when unseen, PermissionDenied when the verb is refused."""
        record = self.seen(code=code)
        verb = self.policy_actions[self.action]
        rows = self.kind.model._default_manager.all()
        if not rows.allowing(self.request.user, verb).filter(pk=record.pk).exists():
            raise PermissionDenied
        return record

    def written(self, service: Any, record: Any, version: int, **fields: Any) -> Response:
        """Call the service; a stale edit is answered with both versions (`RowViewSet`)."""
        service(
            actor=self.request.user,
            kind=self.kind,
            record_id=record.pk,
            expected_version=version,
            **fields,
        )
        return self.answer(self.find(pk=record.pk))
