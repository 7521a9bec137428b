"""Matching rules, what one would attach today, and the reconciliation of each import."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.inputs import Creating, Editing, NamedField
from accounts.api.owned import OwnedViewSet
from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.api.parameters import read_page, read_year
from budgets.enums import Operator, WaitingTable
from budgets.models import MatchingRule, NomenclatureNode
from budgets.rules.matching import COLUMNS
from budgets.selectors.reconciliation import PARTS, Panel, batches_to_reconcile, kept, reconcile
from budgets.services.attaching import attach_by_rule, lines_held
from budgets.services.kinds import MATCHING_RULE
from budgets.services.waiting_texts import rule_of
from common.api.fields import (
    DayField,
    FlagField,
    MoneyStringField,
    RowSerializer,
    StrictSerializer,
    TextField,
)
from common.api.filters import refuse_unknown
from common.api.filtersets import CodeFilter, Filters, FlagFilter, OneOf, SearchFilter
from common.api.views import CODE
from common.models import RecordState
from projects.models import Project
from records.models import ImportBatch

# How many imports a page of the panel holds.
_PAGE = 100


class ConditionRow(StrictSerializer):
    """What a text of the line is compared with; case and accents do not count."""

    column = drf.ChoiceField([(name, name) for name in COLUMNS])
    operator = drf.ChoiceField(Operator.choices)
    text = TextField(max_length=200)


class MatchingRuleRow(RowSerializer):
    """A matching rule; `conditions` all hold for a line that it attaches."""

    code = drf.CharField()
    name = drf.CharField()
    table = drf.ChoiceField(WaitingTable.choices, allow_blank=True)
    conditions = drf.ListField(child=drf.DictField(child=drf.CharField()))
    node = drf.CharField(source="node__code", allow_null=True)
    project = drf.CharField(source="project__code", allow_null=True)
    commitment = drf.CharField()
    position = drf.IntegerField()
    is_automatic = drf.BooleanField()
    state = drf.ChoiceField(RecordState.choices)
    closed_on = DayField(allow_null=True)
    version = drf.IntegerField()


class RuleFields(StrictSerializer):
    """What people give of a matching rule."""

    name = TextField(max_length=120)
    table = drf.ChoiceField(WaitingTable.choices, allow_blank=True, required=False)
    conditions = ConditionRow(many=True, min_length=1, max_length=10)  # type: ignore[call-arg]
    node: Any = NamedField(NomenclatureNode.objects.visible_to, "code", required=False)
    project: Any = NamedField(Project.objects.visible_to, "code", required=False)
    commitment = TextField(max_length=80, required=False, allow_blank=True)
    position = drf.IntegerField(min_value=0, max_value=32_000, required=False)
    is_automatic = FlagField(required=False)


class RuleCreation(Creating, RuleFields):
    """A new rule, open or as a draft."""


class RuleEdit(Editing, RuleFields):
    """Some fields of a rule, and why they change."""


class RuleFilters(Filters):
    """Filters of `matching-rules`."""

    q = SearchFilter(["code", "name"])
    state = OneOf("state", RecordState.choices)
    table = OneOf("table", WaitingTable.choices)
    project = CodeFilter("project__code")
    nomenclature = CodeFilter("node__code")
    is_automatic = FlagFilter("is_automatic")


class HeldLines(drf.Serializer[Any]):
    """The lines that a rule would attach today: how many, and for how much (euros TTC)."""

    count = drf.IntegerField()
    amount = MoneyStringField(signed=True)


class AppliedRule(drf.Serializer[Any]):
    """How many lines a rule attached; why each other one was refused, by the id of the line."""

    attached = drf.IntegerField()
    refused = drf.DictField(child=drf.CharField())


class MatchingRuleViewSet(OwnedViewSet):
    """Rules by which lines of extracts are attached, tried in the order of their positions."""

    kind = MATCHING_RULE
    creation = RuleCreation
    edition = RuleEdit
    queryset = MatchingRule.objects.all()
    policy_resource = Resource.MATCHING_RULE
    policy_actions = {
        **OwnedViewSet.policy_actions,
        "held": (Action.IMPORT, Resource.LEDGER),
        "apply": (Action.IMPORT, Resource.LEDGER),
    }
    row_serializer = MatchingRuleRow
    filterset_class = RuleFilters
    lookup_field = "code"
    lookup_value_regex = CODE
    ordering = ("position",)
    ordering_fields = {"position": "position", "code": "code", "name": "name"}

    @extend_schema(responses={200: HeldLines})
    @action(detail=True, methods=["get"])
    def held(self, request: Request, code: str) -> Response:
        """Tell what the rule would attach today among the lines that the caller may attach."""
        refuse_unknown(request, set())
        lines = lines_held(request.user, rule_of(self.seen(code=code)))
        amount = sum((line.amount for line in lines), Decimal(0))
        return Response({"count": len(lines), "amount": f"{amount:.2f}"})

    @extend_schema(request=None, responses={200: AppliedRule})
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, code: str) -> Response:
        """Attach every line that an open rule holds for; 404 for a rule that is not open."""
        done = attach_by_rule(actor=request.user, rule=self.seen(code=code, state="open"))
        refused = {str(line_id): why for line_id, why in done.refused.items()}
        return Response({"attached": len(done.lines), "refused": refused})


class PanelPart(drf.Serializer[Any]):
    """A part of the total of a file."""

    amount = MoneyStringField(signed=True)
    lines = drf.IntegerField()


class PanelRow(drf.Serializer[Any]):
    """One amount of one table of an import, for an exercise; euros TTC, AE and CP apart.

    total = attached + unattached + duplicates + aside + replaced, to the cent: `gap` is 0.00.
    """

    batch = drf.CharField()
    source = drf.CharField()  # type: ignore[assignment]
    imported_at = drf.DateTimeField()
    table = drf.ChoiceField(WaitingTable.choices)
    fiscal_year = drf.CharField()
    column = drf.ChoiceField([(name, name) for name in ("ae", "cp", "amount")])
    total = PanelPart()
    attached = PanelPart()
    unattached = PanelPart()
    duplicates = PanelPart()
    aside = PanelPart()
    replaced = PanelPart()
    gap = PanelPart()


@extend_schema_serializer(many=False)
class ReconciliationPage(drf.Serializer[Any]):
    """A page of imports; `count` are all those that are asked for."""

    count = drf.IntegerField()
    page = drf.IntegerField()
    pages = drf.IntegerField()
    results = PanelRow(many=True)


class ReconciliationViewSet(GenericViewSet[Any]):
    """What the file of each import adds up to, and what became of it."""

    queryset = ImportBatch.objects.none()
    policy_resource = Resource.IMPORT_BATCH
    serializer_class = ReconciliationPage
    pagination_class = None

    @extend_schema(
        operation_id="reconciliation_list",
        parameters=[
            OpenApiParameter("batch", str),
            OpenApiParameter("fiscal_year", int),
            OpenApiParameter("table", str, enum=sorted(WaitingTable.values)),
            OpenApiParameter("page", int),
        ],
        responses={200: ReconciliationPage},
    )
    def list(self, request: Request) -> Response:
        """Return the panels of a page of imports, the newest first."""
        if not can(request.user, Action.READ, Resource.LEDGER):
            raise PermissionDenied
        names = ("batch", "fiscal_year", "table", "page")
        refuse_unknown(request, set(names))
        wanted = {name: request.query_params.get(name, "") for name in names}
        year = read_year(wanted["fiscal_year"]) if wanted["fiscal_year"] else None
        if wanted["table"] and wanted["table"] not in WaitingTable.values:
            raise ValidationError({"table": f"One of: {', '.join(sorted(WaitingTable.values))}."})
        page = read_page(wanted["page"])
        batches = batches_to_reconcile(request.user)
        if wanted["batch"]:
            if "\x00" in wanted["batch"]:
                raise ValidationError({"batch": "There is none of this code."})
            batches = batches.filter(code=wanted["batch"])
        count = batches.count()
        panels = reconcile(batches[(page - 1) * _PAGE : page * _PAGE])
        return Response(
            {
                "count": count,
                "page": page,
                "pages": max(-(-count // _PAGE), 1),
                "results": [
                    _panel(panel) for panel in kept(panels, fiscal_year=year, table=wanted["table"])
                ],
            }
        )


def _panel(panel: Panel) -> dict[str, Any]:
    parts = {part: _part(panel.amounts[part], panel.lines[part]) for part in PARTS}
    return {
        "batch": panel.batch.code,
        "source": panel.batch.source,
        "imported_at": panel.batch.imported_at,
        "table": panel.table,
        "fiscal_year": panel.fiscal_year,
        "column": panel.column,
        "total": _part(panel.total, panel.total_lines),
        **parts,
        "gap": _part(panel.gap, panel.gap_lines),
    }


def _part(amount: Decimal, lines: int) -> dict[str, Any]:
    return {"amount": f"{amount:.2f}", "lines": lines}
