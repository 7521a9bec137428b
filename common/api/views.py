"""The two reads of every resource: a list by keyset and a detail, from `.values()` rows.

A view gives a queryset, a row serializer, filters and an ordering; rights come from the policy
table (`policy_resource`, `policy_actions`) and from `visible_to`.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from common.api.etags import both_versions, etag_of, expected_version, is_fresh, needs_version
from common.api.fields import RowSerializer
from common.api.filters import refuse_unknown
from common.exceptions import StaleEdit

ROW_ID = "[0-9]{1,18}"
CODE = r"[^/\x00-\x20:]{1,40}"


class RowViewSet(GenericViewSet[Any]):
    """List and detail of one resource.

    `versioned`: the detail bears its version as an ETag, and its edits need If-Match (etags.py).
    `naming_actions` name another object in their body: 404 when it is not the caller's to see.
    `stale_actions` take no If-Match: what they find changed is named by their body (412).
    `fresh_by_version` is false where the answer also holds rows that no version counts: a reader
    who holds the version then gets the whole answer, not a 304. `ordering` and `ordering_fields`
    name columns of the row serializer, so that a cursor can be made from a row.
    """

    queryset: QuerySet[Any] | None = None
    policy_resource: str
    policy_actions: dict[str, Any] = {}
    if_match_actions: frozenset[str] = frozenset()
    naming_actions: frozenset[str] = frozenset()
    stale_actions: frozenset[str] = frozenset()
    row_serializer: type[RowSerializer]
    detail_serializer: type[RowSerializer] | None = None
    ordering: tuple[str, ...] = ("id",)
    ordering_fields: dict[str, str] = {}
    lookup_field = "id"
    lookup_value_regex = ROW_ID
    versioned = False
    fresh_by_version = True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check rights; a write has no query parameter, an edit names the version it read."""
        super().initial(request, *args, **kwargs)
        if request.method not in ("GET", "HEAD"):
            refuse_unknown(request, set())
        if needs_version(self):
            expected_version(request)

    def handle_exception(self, exc: Exception) -> Response:
        """Answer a stale edit with the record as it stands beside what the caller sent."""
        if isinstance(exc, StaleEdit):
            return self._stale(exc)
        return super().handle_exception(exc)

    def _stale(self, error: StaleEdit) -> Response:
        try:
            stored = self.stored_record()
        except Http404 as gone:
            return super().handle_exception(gone)
        tag = etag_of(stored["version"])
        error.context |= {
            "current": stored["version"],
            "etag": tag["ETag"],
            "record": stored,
            "differences": both_versions(self.request.data, stored),
        }
        response = super().handle_exception(error)
        response.headers["ETag"] = tag["ETag"]
        return response

    def stored_record(self) -> dict[str, Any]:
        """Return the record that a stale edit meant, as it stands now."""
        return self.find(**{self.lookup_field: self.kwargs[self.lookup_field]})

    def get_queryset(self) -> QuerySet[Any]:
        """Return what the caller may see."""
        rows: Any = super().get_queryset()
        seen: QuerySet[Any] = rows.visible_to(self.request.user)
        return seen

    def serializer_of(self, *, detail: bool) -> type[RowSerializer]:
        """Return the form of the rows."""
        return (self.detail_serializer if detail else None) or self.row_serializer

    def get_serializer_class(self) -> type[Any]:
        """Return the form of the answer, for the documentation."""
        return self.serializer_of(detail=self.action != "list")

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Add the nested parts to the rows of a page, by a constant number of queries."""

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one page."""
        form = self.serializer_of(detail=False)
        extra = [name.lstrip("-") for name in self.ordering]
        queryset = self.filter_queryset(self.get_queryset())
        columns = dict.fromkeys([*form.columns(), *extra, *self.ordering_fields.values(), "id"])
        rows = self.paginate_queryset(queryset.values(*columns)) or []
        self.complete(rows, detail=False)
        return self.get_paginated_response(form().render(rows))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one row, or 404."""
        refuse_unknown(request, set())
        row = self.find(**{self.lookup_field: kwargs[self.lookup_field]})
        if self.versioned and self.fresh_by_version and is_fresh(request, row["version"]):
            return Response(status=304, headers=etag_of(row["version"]))
        return self.answer(row)

    def find(self, **lookup: Any) -> dict[str, Any]:
        """Return the visible row, rendered; Http404 when there is none."""
        form = self.serializer_of(detail=True)
        columns = dict.fromkeys([*form.columns(), "id"])
        rows = list(self.get_queryset().filter(**lookup).values(*columns)[:1])
        if not rows:
            raise Http404
        self.complete(rows, detail=True)
        return form().render(rows)[0]

    def answer(
        self, row: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        """Return one row with its version."""
        own = etag_of(row["version"]) if self.versioned else {}
        return Response(row, status=status, headers={**own, **(headers or {})})

    def body(self, form: type[Any], *, partial: bool = False) -> dict[str, Any]:
        """Return the validated body of a write; 400 otherwise."""
        serializer = form(data=self.request.data, partial=partial, context={"view": self})
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)
