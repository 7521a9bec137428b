"""Versions of the programming by REST: created, edited, their cells, what stands against them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import IdempotentMixin
from accounts.api.owned import HistoryViewSet
from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.api.programming_compare import ComparingMixin
from budgets.api.programming_keys import DerivingMixin
from budgets.api.programming_rows import (
    CellEditRow,
    CellsInput,
    ChangedCells,
    ProblemRows,
    Undoing,
    VersionCreation,
    VersionEdit,
    VersionRow,
)
from budgets.api.rounds import VersionStepsMixin
from budgets.api.typing import refused_rows
from budgets.api.workbooks import WorkbookMixin
from budgets.enums import Measure, Stage, VersionKind, VersionState
from budgets.exceptions import RowsRefused
from budgets.models import ProgrammingEdit, ProgrammingVersion
from budgets.rules.programming import stage_of
from budgets.services.programming_cells import CellEdit, Operation, edit_cells, undo_operation
from budgets.services.programming_problems import problems_of, told
from budgets.services.programming_versions import create_version, edit_version
from common.api.etags import expected_version
from common.api.filters import refuse_unknown
from common.api.filtersets import (
    Filters,
    FlagFilter,
    IdFilter,
    NumberFilter,
    OneOf,
    SearchFilter,
    YearFilter,
    origin_filter,
)
from common.api.views import RowViewSet
from records.enums import Severity


class VersionFilters(Filters):
    """Filters of `programming-versions`."""

    q = SearchFilter(["label"])
    fiscal_year = YearFilter("fiscal_year")
    number = NumberFilter("number")
    kind = OneOf("kind", VersionKind.choices)
    state = OneOf("state", VersionState.choices)
    is_of_record = FlagFilter("is_of_record")
    data_origin = origin_filter()


class ProgrammingVersionViewSet(
    VersionStepsMixin, DerivingMixin, ComparingMixin, WorkbookMixin, IdempotentMixin, HistoryViewSet
):
    """Versions of the programming of an exercise; frozen once validated."""

    queryset = ProgrammingVersion.objects.all()
    policy_resource = Resource.PROGRAMMING_VERSION
    # A controller creates simulations: a version is what one may submit.
    policy_actions = {
        "create": Action.SUBMIT,
        "partial_update": Action.UPDATE,
        "steps": Action.READ,
    }
    if_match_actions = frozenset({"partial_update", "steps"})
    idempotent_actions = frozenset({"create", "cells", "send_workbook"})
    stale_actions = frozenset({"cells", "derive", "send_workbook", "undo"})
    row_serializer = VersionRow
    filterset_class = VersionFilters
    versioned = True
    ordering = ("-id",)
    ordering_fields = {"id": "id", "fiscal_year": "fiscal_year", "number": "number"}

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Add the code and the stage of each version."""
        for row in rows:
            row["code"] = f"{row['fiscal_year']}-V{row['number']}"
            row["stage"] = stage_of(row["kind"]).value

    @extend_schema(request=VersionCreation, responses={201: VersionRow})
    def create(self, request: Request) -> Response:
        """Create the next version of an exercise, started from what `basis` says."""
        version = create_version(actor=request.user, **self.body(VersionCreation))
        place = f"{request.path}{version.pk}/"
        return self.answer(self.find(pk=version.pk), 201, {"Location": place})

    @extend_schema(request=VersionEdit, responses={200: VersionRow})
    def partial_update(self, request: Request, id: str) -> Response:
        """Change what a version that is not frozen says of itself."""
        version = self.seen(id=id)
        changes = self.body(VersionEdit, partial=True)
        edit_version(
            actor=request.user,
            version_id=version.pk,
            expected_version=expected_version(request),
            reason=changes.pop("reason", ""),
            changes=changes,
        )
        return self.answer(self.find(pk=version.pk))

    @extend_schema(responses={200: ProblemRows})
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def problems(self, request: Request, id: str) -> Response:
        """Tell what stands against the lines that the caller reads, the worst first."""
        refuse_unknown(request, set())
        version = self.seen(id=id)
        found = problems_of(version, request.user)
        results = [
            {
                "code": one.code,
                "severity": one.severity,
                "line": one.line_id,
                "rank": one.rank,
                "message": one.message,
                "sentence": told(version, one),
            }
            for one in found
        ]
        blocking = sum(one.severity == Severity.BLOCK for one in found)
        return Response({"count": len(found), "blocking": blocking, "results": results})

    @extend_schema(request=CellsInput, responses={200: ChangedCells})
    @action(detail=True, methods=["post"])
    def cells(self, request: Request, id: str) -> Response:
        """Change cells, all or none: 412 tells both values of each that changed since `before`."""
        version = self.written(id)
        rows = self.body(CellsInput)["edits"]
        edits = [CellEdit(**row) for row in rows]
        try:
            done = edit_cells(actor=request.user, version_id=version.pk, edits=edits)
        except RowsRefused as refused:
            refused.context["results"] = refused_rows(refused, len(edits))
            raise
        return Response(_changed(done, edits))

    @extend_schema(request=Undoing, responses={200: ChangedCells})
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, id: str) -> Response:
        """Undo an operation of one's own within its delay; 412 when a cell was changed since."""
        version = self.written(id)
        operation = self.body(Undoing)["operation"]
        done = undo_operation(actor=request.user, version_id=version.pk, operation=operation)
        return Response(_changed(done, done.edits))

    def written(self, id: str) -> ProgrammingVersion:
        """Return a version in which the caller writes some cells; 404 unseen, 403 refused."""
        version: ProgrammingVersion = self.seen(id=id)
        resources = (Resource.PROGRAMMING_VERSION, Resource.PROGRAMMING_REQUEST)
        if not any(can(self.request.user, Action.UPDATE, one) for one in resources):
            raise PermissionDenied
        return version


def _changed(done: Operation, edits: Any) -> dict[str, Any]:
    """Return what became of each row of an operation."""
    changed = {edit.key for edit in done.edits}
    results = [
        {
            "index": index,
            "status": "changed" if edit.key in changed else "unchanged",
            "line": edit.line,
            "rank": edit.rank,
            "measure": edit.measure,
        }
        for index, edit in enumerate(edits)
    ]
    return {"operation": str(done.id), "count": len(changed), "results": results}


class CellEditFilters(Filters):
    """Filters of `programming-edits`."""

    programming_version = IdFilter("programming_version_id")
    line = IdFilter("line_id")
    rank = NumberFilter("rank")
    stage = OneOf("stage", Stage.choices)
    measure = OneOf("measure", Measure.choices)


class ProgrammingEditViewSet(RowViewSet):
    """Every cell that was changed, the newest first."""

    queryset = ProgrammingEdit.objects.all()
    policy_resource = Resource.PROGRAMMING_VERSION
    row_serializer = CellEditRow
    filterset_class = CellEditFilters
    ordering = ("-id",)
    ordering_fields = {"id": "id"}
