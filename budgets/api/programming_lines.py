"""Lines of the programming by REST: added one or many, edited, taken out, put back."""

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
from budgets.api.programming_rows import (
    LineCreation,
    LineEdit,
    LinesCreation,
    ProgrammedLineRow,
    TakingOut,
)
from budgets.api.typing import RecordedRows, named_in, refused_rows
from budgets.enums import CreditType, ProgrammingNature
from budgets.exceptions import RowsRefused
from budgets.models import ProgrammingAmount, ProgrammingLine
from budgets.models.programming_cells import CELLS
from budgets.rules.programming import year_of
from budgets.services.entries import Imputation, only
from budgets.services.programming_lines import (
    DESCRIBED,
    IMPUTED,
    NewLine,
    add_lines,
    put_line_back,
    take_line_out,
    update_line,
)
from budgets.tables.line_comments import open_threads
from common.api.etags import expected_version
from common.api.filtersets import (
    CodeFilter,
    Filters,
    FlagFilter,
    IdFilter,
    OneOf,
    SearchFilter,
    YearFilter,
    origin_filter,
)
from projects.api.filters import NodeFilter


class ProgrammedLineFilters(Filters):
    """Filters of `programming-lines`; `node` is a node of the portfolio, with its subtree."""

    q = SearchFilter(["label", "act_label", "project__code", "project__title"])
    programming_version = IdFilter("programming_version_id")
    fiscal_year = YearFilter("programming_version__fiscal_year")
    project = CodeFilter("project__code")
    node = NodeFilter("project__node_id")
    nomenclature = CodeFilter("node__code")
    activity = CodeFilter("activity__code")
    functional_domain = CodeFilter("functional_domain__code")
    credit_type = OneOf("credit_type", CreditType.choices)
    nature = OneOf("nature", ProgrammingNature.choices)
    contract_code = CodeFilter("contract_code")
    legal_reference = CodeFilter("legal_reference")
    is_live = FlagFilter("taken_out_at", lookup_expr="isnull")
    is_take_back = FlagFilter("is_take_back")
    data_origin = origin_filter("programming_version__data_origin")


class ProgrammingLineViewSet(IdempotentMixin, HistoryViewSet):
    """Lines of the programming with their four years."""

    queryset = ProgrammingLine.objects.all()
    policy_resource = Resource.PROGRAMMING_VERSION
    if_match_actions = frozenset({"partial_update", "take_out", "put_back"})
    idempotent_actions = frozenset({"create", "bulk"})
    row_serializer = ProgrammedLineRow
    filterset_class = ProgrammedLineFilters
    versioned = True
    fresh_by_version = False
    ordering = ("id",)
    ordering_fields = {"id": "id", "label": "label", "project": "project__code"}

    def check_permissions(self, request: Request) -> None:
        """A write is that of a request, or of a version: either right is enough here."""
        super().check_permissions(request)
        writes = request.method not in ("GET", "HEAD", "OPTIONS")
        resources = (Resource.PROGRAMMING_VERSION, Resource.PROGRAMMING_REQUEST)
        if writes and not any(can(request.user, Action.UPDATE, one) for one in resources):
            raise PermissionDenied

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Add the four years of each line and its open comments; four queries."""
        found: dict[int, list[dict[str, Any]]] = {row["id"]: [] for row in rows}
        exercises = {row["id"]: row["programming_version__fiscal_year"] for row in rows}
        amounts = ProgrammingAmount.objects.filter(line__in=list(found)).order_by("line", "rank")
        for one in amounts.values("line_id", "rank", *CELLS):
            line_id = one.pop("line_id")
            cells = {name: None if one[name] is None else str(one[name]) for name in CELLS}
            year = year_of(exercises[line_id], one["rank"])
            found[line_id].append({"rank": one["rank"], "year": year, **cells})
        lines = ProgrammingLine.objects.filter(pk__in=list(found))
        threads = open_threads(self.request.user, lines).lines
        for row in rows:
            row["amounts"] = found[row["id"]]
            row["open_comments"] = threads.get(row["id"], 0)

    @extend_schema(request=LineCreation, responses={201: ProgrammedLineRow})
    def create(self, request: Request) -> Response:
        """Add a line to a version, with its first amounts."""
        fields = self.body(LineCreation)
        version = fields.pop("programming_version")
        try:
            lines = add_lines(actor=request.user, version_id=version.pk, lines=[_new(fields)])
        except RowsRefused as refused:
            raise only(refused) from None
        place = f"{request.path}{lines[0].pk}/"
        return self.answer(self.find(pk=lines[0].pk), 201, {"Location": place})

    @extend_schema(request=LinesCreation, responses={201: RecordedRows})
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Add lines to a version, all or none, with what became of each row."""
        context = {"view": self, "named": named_in(request.user, request.data)}
        serializer = LinesCreation(data=request.data, context=context)
        serializer.is_valid(raise_exception=True)
        body: dict[str, Any] = dict(serializer.validated_data)
        new = [_new(dict(row)) for row in body["rows"]]
        version = body["programming_version"]
        try:
            lines = add_lines(actor=request.user, version_id=version.pk, lines=new)
        except RowsRefused as refused:
            refused.context["results"] = refused_rows(refused, len(new))
            raise
        results = [
            {"index": index, "status": "recorded", "id": line.pk, "reference": str(line.lineage)}
            for index, line in enumerate(lines)
        ]
        return Response({"count": len(lines), "results": results}, status=201)

    @extend_schema(request=LineEdit, responses={200: ProgrammedLineRow})
    def partial_update(self, request: Request, id: str) -> Response:
        """Change where a line is charged, or what it is."""
        line = self.seen(id=id)
        changes = self.body(LineEdit, partial=True)
        reason = changes.pop("reason", "")
        return self._moved(line, update_line, changes=changes, reason=reason)

    @extend_schema(request=TakingOut, responses={200: ProgrammedLineRow})
    @action(detail=True, methods=["post"], url_path="take-out")
    def take_out(self, request: Request, id: str) -> Response:
        """Take a line out, with a reason: it counts no more, and can be put back."""
        line = self.seen(id=id)
        return self._moved(line, take_line_out, **self.body(TakingOut))

    @extend_schema(request=None, responses={200: ProgrammedLineRow})
    @action(detail=True, methods=["post"], url_path="put-back")
    def put_back(self, request: Request, id: str) -> Response:
        """Put a line back as it was."""
        return self._moved(self.seen(id=id), put_line_back)

    def _moved(self, line: ProgrammingLine, service: Any, **fields: Any) -> Response:
        version = expected_version(self.request)
        service(actor=self.request.user, line_id=line.pk, expected_version=version, **fields)
        return self.answer(self.find(pk=line.pk))


def _new(fields: dict[str, Any]) -> NewLine:
    """Return the line that a body asks for."""
    charged = {name: fields[name] for name in IMPUTED if name in fields}
    return NewLine(
        imputation=Imputation(**charged),
        fields={name: fields[name] for name in DESCRIBED if name in fields},
        amounts={one["rank"]: (one.get("ae"), one.get("cp")) for one in fields.get("amounts", ())},
    )
