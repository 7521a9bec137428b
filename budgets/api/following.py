"""Execution for programs: lines with their landings, statements, and the choice of a landing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.idempotency import IdempotentMixin
from accounts.api.owned import HistoryViewSet
from accounts.enums import Action, Resource
from budgets.api.filters import LandingFilters
from budgets.api.inputs import LandingCreation, LandingEdit
from budgets.api.parameters import AS_OF, NAMES, PERIMETER, read_page, read_perimeter
from budgets.api.reports import (
    ExecutionReport,
    LandingRow,
    StatementReport,
    euros,
    statement_rows,
    version_rows,
)
from budgets.enums import LandingMethod
from budgets.models import CreditMovement, LandingChoice, ProgrammingVersion
from budgets.rules.landing import months_run
from budgets.services.landings import choose_landing
from budgets.tables.following import AXES, VALUES, Figures, FollowedLine, follow
from budgets.tables.perimeter import Perimeter
from budgets.tables.programmed import default_version
from budgets.tables.programmed_catalogue import PROGRAMMED
from budgets.tables.statement_catalogue import STATEMENTS, StatementRows
from common.api.etags import expected_version
from common.api.filters import refuse_unknown
from common.fiscal import today

MOST_ROWS = 1_000


def head(perimeter: Perimeter, wanted: dict[str, str]) -> dict[str, Any]:
    """Return what a report says of what it read."""
    return {
        "fiscal_year": perimeter.fiscal_year,
        "as_of": perimeter.as_of.isoformat() if perimeter.as_of else None,
        "known_at": perimeter.known_at.isoformat() if perimeter.known_at else None,
        "credit_type": perimeter.credit_type,
        "earmarked": wanted["earmarked"] or "included",
        "data_origin": perimeter.origin,
    }


def _asked(request: Request, *more: str) -> dict[str, str]:
    names = (*NAMES, "as_of", *more)
    refuse_unknown(request, set(names))
    return {name: request.query_params.get(name, "") for name in names}


class ExecutionViewSet(GenericViewSet[Any]):
    """Execution of an exercise by project, programme, UO or activity."""

    queryset = CreditMovement.objects.none()
    policy_resource = Resource.CREDIT
    serializer_class = ExecutionReport
    pagination_class = None

    @extend_schema(
        parameters=[*PERIMETER, AS_OF, OpenApiParameter("by", str, enum=sorted(AXES))],
        responses={200: ExecutionReport},
    )
    def list(self, request: Request) -> Response:
        """Return the lines of an axis and their total, landings included; euros TTC."""
        wanted = _asked(request, "by")
        by = wanted["by"] or "project"
        if by not in AXES:
            raise ValidationError({"by": f"One of: {', '.join(sorted(AXES))}."})
        perimeter = read_perimeter(request.user, wanted)
        lines, whole = follow(perimeter, by, months_run(perimeter.fiscal_year, perimeter.as_of))
        total = FollowedLine(None, None, whole)
        return Response(
            {
                **head(perimeter, wanted),
                "by": by,
                "results": [_line(line) for line in lines],
                "total": _line(total),
            }
        )


def _line(line: FollowedLine) -> dict[str, Any]:
    figures: Figures = line.figures
    shown: dict[str, Any] = {name: euros(figures.values[name]) for name in VALUES}
    for ledger in ("ae", "cp"):
        shown[f"{ledger}_landing"] = euros(figures.chosen.get(ledger, 0))
        shown[f"{ledger}_landing_gap"] = euros(figures.landing_gap(ledger))
        for method in (LandingMethod.LINEAR, LandingMethod.SCHEDULES):
            cents = figures.landings.get((ledger, method), 0)
            shown[f"{ledger}_landing_{method.value}"] = euros(cents)
    return {"code": line.code, "name": line.name, **shown}


class StatementViewSet(GenericViewSet[Any]):
    """Statements of execution and of the programming (domain §1.9).

    `t5` left to pay, `t7` months, `t9` movements, `t12` accruals are read in the ledgers; `t1`
    synthesis, `t2` needs, `t3` timetable, `t6` main acts, `t8` management report for a version of
    the exercise: the one asked for, else the one of record, else the latest.
    """

    queryset = CreditMovement.objects.none()
    policy_resource = Resource.CREDIT
    serializer_class = StatementReport
    pagination_class = None
    lookup_field = "code"
    lookup_value_regex = "t[0-9]{1,2}"

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "code", str, OpenApiParameter.PATH, enum=sorted([*STATEMENTS, *PROGRAMMED])
            ),
            *PERIMETER,
            AS_OF,
            OpenApiParameter("programming_version", int),
            OpenApiParameter("page", int),
        ],
        responses={200: StatementReport},
    )
    def retrieve(self, request: Request, code: str) -> Response:
        """Return a page of rows of a statement, and the totals of all of them; euros TTC."""
        if code not in STATEMENTS and code not in PROGRAMMED:
            raise Http404
        wanted = _asked(request, "page", *(["programming_version"] if code in PROGRAMMED else []))
        perimeter = read_perimeter(request.user, wanted)
        page = read_page(wanted["page"])
        day: dt.date = perimeter.as_of or today()
        found: dict[str, Any] = {}
        if code in STATEMENTS:
            read, told = STATEMENTS[code].read(perimeter, day), statement_rows
        else:
            read, found = _of_version(code, perimeter, day, wanted["programming_version"])
            told = version_rows
        rows = read.rows[(page - 1) * MOST_ROWS : page * MOST_ROWS]
        return Response(
            {
                **head(perimeter, wanted),
                **found,
                "code": code,
                "count": len(read.rows),
                "page": page,
                "pages": max(-(-len(read.rows) // MOST_ROWS), 1),
                "totals": {name: euros(cents) for name, cents in read.totals.items()},
                "results": told(code, rows, perimeter.fiscal_year),
            }
        )


def _of_version(
    code: str, perimeter: Perimeter, day: dt.date, wanted: str
) -> tuple[StatementRows, dict[str, Any]]:
    """Return the rows of a table of a version, and what the answer says of the version."""
    version = _version(perimeter, wanted)
    if version is None:
        return StatementRows([]), {"programming_version": None, "data_on": None}
    table = PROGRAMMED[code]
    head = {
        "programming_version": version.code,
        "data_on": table.data_on(version, day).isoformat(),
    }
    return table.read(perimeter, version, day), head


def _version(perimeter: Perimeter, wanted: str) -> ProgrammingVersion | None:
    """Return the version asked for, or the one shown by default; 400 for another exercise's."""
    if not wanted:
        return default_version(perimeter.user, perimeter.fiscal_year, perimeter.origin)
    rows = ProgrammingVersion.objects.visible_to(perimeter.user).filter(
        fiscal_year=perimeter.fiscal_year, data_origin=perimeter.origin
    )
    is_id = wanted.isascii() and wanted.isdigit() and len(wanted) < 19
    found = rows.filter(pk=int(wanted)).first() if is_id else None
    if found is None:
        raise ValidationError({"programming_version": "There is no such version of the exercise."})
    return found


class LandingViewSet(IdempotentMixin, HistoryViewSet):
    """The landings chosen for projects, each with its reason."""

    queryset = LandingChoice.objects.all()
    policy_resource = Resource.LEDGER
    policy_actions = {"create": Action.ESTIMATE, "partial_update": Action.ESTIMATE}
    if_match_actions = frozenset({"partial_update"})
    idempotent_actions = frozenset({"create"})
    naming_actions = frozenset({"create"})
    row_serializer = LandingRow
    filterset_class = LandingFilters
    versioned = True
    ordering = ("-id",)
    ordering_fields = {"id": "id", "fiscal_year": "fiscal_year"}

    @extend_schema(request=LandingCreation, responses={201: LandingRow})
    def create(self, request: Request) -> Response:
        """Choose the landing of a project that has none; 412 when it has one."""
        fields = self.body(LandingCreation)
        choice = choose_landing(actor=request.user, **fields)
        place = f"{request.path}{choice.pk}/"
        return self.answer(self.find(pk=choice.pk), 201, {"Location": place})

    @extend_schema(request=LandingEdit, responses={200: LandingRow})
    def partial_update(self, request: Request, id: str) -> Response:
        """Choose another landing, with its reason."""
        choice = self.seen(id=id)
        allowed = LandingChoice.objects.allowing(request.user, Action.ESTIMATE)
        if not allowed.filter(pk=choice.pk).exists():
            raise PermissionDenied
        version = expected_version(request)
        fields: dict[str, Any] = {
            "ae": choice.ae, "cp": choice.cp, "method": choice.method, "justification": "",
        }  # fmt: skip
        choose_landing(
            actor=request.user,
            project=choice.project,
            fiscal_year=choice.fiscal_year,
            credit_type=choice.credit_type,
            expected_version=version,
            **(fields | self.body(LandingEdit, partial=True)),
        )
        return self.answer(self.find(pk=choice.pk))
