"""Lines of extracts that wait to be attached: read with their suggestions, decided one or many."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import IdempotentMixin
from accounts.api.inputs import NamedField
from accounts.enums import Action, Resource
from budgets.enums import LineVerb, WaitingReason, WaitingState, WaitingTable
from budgets.models import LineDecision, MatchingRule, WaitingLine
from budgets.services.attaching import attach_each, attach_line, set_line_aside, take_line_back
from budgets.services.detaching import detach_line
from budgets.services.suggestions import suggest
from common.api.fields import MoneyStringField, RowSerializer, StrictSerializer, TextField
from common.api.filtersets import CodeFilter, Filters, FlagFilter, OneOf, YearFilter, origin_filter
from common.api.views import RowViewSet
from common.models import DataOrigin

# How many lines one call attaches.
MOST_LINES = 1_000
_DECIDED = ("verb", "at", "actor__username", "target", "rule__code", "reason")


class SuggestionRow(drf.Serializer[Any]):
    """Where a line may go, and why, in the language of the request; `rule` is a saved rule."""

    kind = drf.CharField()
    target = drf.DictField(child=drf.CharField())
    why = drf.CharField()
    rule = drf.CharField(allow_null=True)


class WaitingLineRow(RowSerializer):
    """A line of an import whose imputation is unknown: euros TTC, AE of a movement and its CP.

    `target` is what it was attached to, by column; `is_recorded` a fact that stands in its ledger
    without a project.
    """

    id = drf.IntegerField()
    table = drf.ChoiceField(WaitingTable.choices)
    source_reference = drf.CharField()
    batch = drf.CharField(source="batch__code")
    source_file = drf.CharField()
    source_line = drf.IntegerField(allow_null=True)
    fiscal_year = drf.IntegerField()
    amount = MoneyStringField(signed=True)
    cp = MoneyStringField(signed=True, allow_null=True)
    node = drf.CharField(source="node__code", allow_null=True)
    project = drf.CharField(source="project__code", allow_null=True)
    commitment_reference = drf.CharField()
    reasons = drf.ListField(child=drf.ChoiceField(WaitingReason.choices))
    is_recorded = drf.BooleanField()
    state = drf.ChoiceField(WaitingState.choices)
    target = drf.DictField(child=drf.CharField())
    rule = drf.CharField(source="rule__code", allow_null=True)
    closed_at = drf.DateTimeField(allow_null=True)
    closed_by = drf.CharField(source="closed_by__username", allow_null=True)
    closing_reason = drf.CharField()
    data_origin = drf.ChoiceField(DataOrigin.choices)


class LineDecisionRow(drf.Serializer[Any]):
    """What was decided of a line: `target` by column, and the saved `rule` that gave it."""

    verb = drf.ChoiceField(LineVerb.choices)
    at = drf.DateTimeField()
    actor = drf.CharField(source="actor__username", allow_null=True)
    target = drf.DictField(child=drf.CharField())
    rule = drf.CharField(source="rule__code", allow_null=True)
    reason = drf.CharField()


class WaitingLineDetail(WaitingLineRow):
    """The same with the texts of the line by column, the suggestions, the surest first, and what
    was decided of it, the oldest first.
    """

    values = drf.DictField(child=drf.CharField())
    suggestions = SuggestionRow(many=True)
    decisions = LineDecisionRow(many=True)

    class Meta:
        nested = ("suggestions", "decisions")


class Target(StrictSerializer):
    """What a line is attached to; what it does not need is left out."""

    node = TextField(max_length=40, required=False)
    project = TextField(max_length=40, required=False)
    commitment = TextField(max_length=80, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for one of the three."""
        if not attrs.keys() & {"node", "project", "commitment"}:
            raise drf.ValidationError({"project": ["Name a node, a project or a commitment."]})
        return attrs


class Attachment(Target):
    """What one line is attached to; `rule` is the saved rule that says so, if any."""

    rule: Any = NamedField(MatchingRule.objects.visible_to, "code", required=False)


class LineTarget(Target):
    """One line of a list and what it is attached to."""

    id = drf.IntegerField(min_value=1, max_value=2**63 - 1)


class LineTargets(StrictSerializer):
    """Lines and what each is attached to."""

    rows = LineTarget(many=True, min_length=1, max_length=MOST_LINES)  # type: ignore[call-arg]

    def validate_rows(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse a line that is named twice."""
        if len({row["id"] for row in rows}) < len(rows):
            raise drf.ValidationError("A line is named twice.")
        return rows


class AttachedRow(drf.Serializer[Any]):
    """What became of a line of a list; `error` says why it is refused."""

    index = drf.IntegerField()
    id = drf.IntegerField()
    status = drf.ChoiceField([("attached", "attached"), ("refused", "refused")])
    error = drf.CharField()


class AttachedRows(drf.Serializer[Any]):
    """What became of each line of a list; `count` are attached."""

    count = drf.IntegerField()
    results = AttachedRow(many=True)


class Setting(StrictSerializer):
    """Why a line is left unattached, or detached."""

    reason = TextField(max_length=300)


class WaitingLineFilters(Filters):
    """Filters of `waiting-lines`."""

    table = OneOf("table", WaitingTable.choices)
    state = OneOf("state", WaitingState.choices)
    source_reference = CodeFilter("source_reference")
    commitment_reference = CodeFilter("commitment_reference")
    fiscal_year = YearFilter("fiscal_year")
    batch = CodeFilter("batch__code")
    nomenclature = CodeFilter("node__code")
    project = CodeFilter("project__code")
    is_recorded = FlagFilter("is_recorded")
    data_origin = origin_filter()


class WaitingLineViewSet(IdempotentMixin, RowViewSet):
    """Lines of extracts to attach, attached or set aside, but those replaced by a later import."""

    queryset = WaitingLine.objects.all()
    policy_resource = Resource.LEDGER
    policy_actions = dict.fromkeys(
        ("attach", "bulk", "detach", "set_aside", "take_back"), Action.IMPORT
    )
    idempotent_actions = frozenset({"attach", "bulk", "detach"})
    row_serializer = WaitingLineRow
    detail_serializer = WaitingLineDetail
    filterset_class = WaitingLineFilters
    ordering = ("-id",)
    ordering_fields = {
        "id": "id",
        "source_reference": "source_reference",
        "fiscal_year": "fiscal_year",
        "amount": "amount",
    }

    def get_queryset(self) -> QuerySet[Any]:
        """Return the visible lines in force."""
        rows: Any = super().get_queryset()
        return rows.in_force()  # type: ignore[no-any-return]

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Add the suggestions of a line that waits, with the codes of the saved rules, and what
        was decided of it.
        """
        for row in rows if detail else ():
            row["suggestions"] = self._suggestions(row)
            told = LineDecision.objects.filter(line_id=row["id"])
            row["decisions"] = list(told.values(*_DECIDED))

    def _suggestions(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        if row["state"] != WaitingState.WAITING:
            return []
        line = WaitingLine.objects.all().visible_to(self.request.user).get(pk=row["id"])
        found = suggest([line], self.request.user)[line.pk]
        ids = [suggestion.rule for suggestion in found if suggestion.rule]
        codes = dict(MatchingRule.objects.filter(pk__in=ids).values_list("pk", "code"))
        return [
            {
                "kind": suggestion.kind,
                "target": suggestion.target,
                "why": suggestion.why,
                "rule": codes.get(suggestion.rule or 0),
            }
            for suggestion in found
        ]

    @extend_schema(request=Attachment, responses={200: WaitingLineDetail})
    @action(detail=True, methods=["post"])
    def attach(self, request: Request, id: str) -> Response:
        """Record the line as its import would have; 409 when it cannot be so."""
        line_id = self.decided(id)
        body = self.body(Attachment)
        rule = body.pop("rule", None)
        attach_line(actor=request.user, line_id=line_id, target=body, rule=rule)
        return self.answer(self.find(pk=line_id))

    @extend_schema(request=LineTargets, responses={200: AttachedRows})
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Attach lines, each to its own codes; those that are refused go on waiting."""
        rows = self.body(LineTargets)["rows"]
        targets = {row["id"]: {key: row[key] for key in row if key != "id"} for row in rows}
        refused = attach_each(actor=request.user, targets=targets).refused
        results = [
            {
                "index": index,
                "id": row["id"],
                "status": "refused" if row["id"] in refused else "attached",
                "error": refused.get(row["id"], ""),
            }
            for index, row in enumerate(rows)
        ]
        return Response({"count": len(rows) - len(refused), "results": results})

    @extend_schema(request=Setting, responses={200: WaitingLineDetail})
    @action(detail=True, methods=["post"])
    def detach(self, request: Request, id: str) -> Response:
        """Reverse what attaching recorded: the line waits again; 409 when something leans on it."""
        line_id = self.decided(id)
        detach_line(actor=request.user, line_id=line_id, **self.body(Setting))
        return self.answer(self.find(pk=line_id))

    @extend_schema(request=Setting, responses={200: WaitingLineDetail})
    @action(detail=True, methods=["post"], url_path="set-aside")
    def set_aside(self, request: Request, id: str) -> Response:
        """Leave the line unattached on purpose."""
        line_id = self.decided(id)
        set_line_aside(actor=request.user, line_id=line_id, **self.body(Setting))
        return self.answer(self.find(pk=line_id))

    @extend_schema(request=None, responses={200: WaitingLineDetail})
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, id: str) -> Response:
        """Have a line that was set aside wait again."""
        line_id = self.decided(id)
        take_line_back(actor=request.user, line_id=line_id)
        return self.answer(self.find(pk=line_id))

    def decided(self, id: str) -> int:
        """Return the id of a line that may be decided on; 404 when unseen, 403 when refused."""
        self.find(pk=id)
        rows = WaitingLine.objects.all().allowing(self.request.user, Action.IMPORT)
        if not rows.filter(pk=id).exists():
            raise PermissionDenied
        return int(id)
