"""The rules on credits, what went beyond them, and what they are compared with."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import IdempotentMixin
from accounts.api.inputs import NamedField
from accounts.api.owned import HistoryViewSet
from accounts.enums import Action, Resource
from budgets.enums import OpinionSense, RuleCode
from budgets.messages import sentence
from budgets.models import BopOpinion, BudgetRule, NomenclatureNode, RuleOverride, Trajectory
from budgets.services.appraisals import (
    edit_opinion,
    edit_trajectory,
    record_opinion,
    record_trajectory,
)
from budgets.services.ruling import revise_rule
from common.api.etags import expected_version
from common.api.fields import (
    DayField,
    MoneyStringField,
    RowSerializer,
    StrictSerializer,
    TextField,
)
from common.api.filtersets import CodeFilter, Filters, FlagFilter, OneOf, YearFilter, origin_filter
from common.api.views import RowViewSet
from common.models import DataOrigin
from records.enums import Severity


class BudgetRuleRow(RowSerializer):
    """A rule from a day on; `parameters` are decimal strings."""

    id = drf.IntegerField()
    code = drf.ChoiceField(RuleCode.choices)
    valid_from = DayField()
    valid_to = DayField(allow_null=True)
    severity = drf.ChoiceField(Severity.choices)
    legal_source = drf.CharField()
    parameters = drf.DictField(child=drf.CharField())
    override_roles = drf.ListField(child=drf.CharField())
    version = drf.IntegerField()


class RuleRevision(StrictSerializer):
    """What a rule is from a day on, and why it changes."""

    valid_from = DayField()
    severity = drf.ChoiceField(Severity.choices)
    legal_source = TextField(max_length=300)
    parameters = drf.DictField(child=TextField(max_length=20))
    override_roles = drf.ListField(child=TextField(max_length=30), max_length=9)
    reason = TextField(max_length=300)


class BudgetRuleFilters(Filters):
    """Filters of `budget-rules`."""

    code = OneOf("code", RuleCode.choices)
    severity = OneOf("severity", Severity.choices)
    is_current = FlagFilter("valid_to", lookup_expr="isnull")


class BudgetRuleViewSet(HistoryViewSet):
    """Rules on credits and commitments, as dated rows."""

    queryset = BudgetRule.objects.all()
    policy_resource = Resource.BUDGET_RULE
    policy_actions = {"revise": Action.UPDATE}
    if_match_actions = frozenset({"revise"})
    row_serializer = BudgetRuleRow
    filterset_class = BudgetRuleFilters
    versioned = True
    ordering = ("id",)
    ordering_fields = {"id": "id", "code": "code", "valid_from": "valid_from"}

    @extend_schema(request=RuleRevision, responses={200: BudgetRuleRow})
    @action(detail=True, methods=["post"])
    def revise(self, request: Request, id: str) -> Response:
        """Open the row of the rule from a day on; the former one ends the day before."""
        row = self.seen(id=id)
        version = expected_version(request)
        made = revise_rule(
            actor=request.user, rule_id=row.pk, expected_version=version, **self.body(RuleRevision)
        )
        return self.answer(self.find(pk=made.pk))


class RuleOverrideRow(RowSerializer):
    """A decision taken beyond a rule; `sentence` is in the language of the request."""

    id = drf.IntegerField()
    rule = drf.CharField(source="rule__code")
    legal_source = drf.CharField(source="rule__legal_source")
    subject_kind = drf.CharField()
    subject_code = drf.CharField()
    fiscal_year = drf.IntegerField()
    message = drf.CharField()
    context = drf.DictField()  # type: ignore[assignment]
    sentence = drf.CharField()
    amount = MoneyStringField()
    reason = drf.CharField()
    actor = drf.CharField(source="actor__username")
    at = drf.DateTimeField()
    data_origin = drf.ChoiceField(DataOrigin.choices)

    class Meta:
        nested = ("sentence",)


class RuleOverrideFilters(Filters):
    """Filters of `rule-overrides`."""

    rule = OneOf("rule__code", RuleCode.choices)
    subject_kind = CodeFilter("subject_kind")
    subject_code = CodeFilter("subject_code")
    fiscal_year = YearFilter("fiscal_year")
    data_origin = origin_filter()


class RuleOverrideViewSet(RowViewSet):
    """Decisions taken beyond a blocking rule, with their reasons and figures."""

    queryset = RuleOverride.objects.all()
    policy_resource = Resource.BUDGET_RULE
    row_serializer = RuleOverrideRow
    filterset_class = RuleOverrideFilters
    ordering = ("-id",)
    ordering_fields = {"id": "id", "amount": "amount", "at": "at"}

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Write the sentence of each override."""
        for row in rows:
            row["sentence"] = sentence(row["message"], row["context"])


class OfNodeFilters(Filters):
    """Filters of what is recorded on a node for an exercise."""

    nomenclature = CodeFilter("node__code")
    fiscal_year = YearFilter("fiscal_year")
    data_origin = origin_filter()


class OfNodeRow(RowSerializer):
    """What is recorded on a node for an exercise."""

    id = drf.IntegerField()
    node = drf.CharField(source="node__code")
    fiscal_year = drf.IntegerField()
    data_origin = drf.ChoiceField(DataOrigin.choices)
    version = drf.IntegerField()


class OpinionRow(OfNodeRow):
    """The opinion of the budget controller on a BOP."""

    given_on = DayField()
    sense = drf.ChoiceField(OpinionSense.choices)
    reference = drf.CharField()


class TrajectoryRow(OfNodeRow):
    """CP that a node may expect in a year; euros TTC."""

    cp = MoneyStringField()
    origin_of_figure = drf.CharField(source="source")


class OfNodeCreation(StrictSerializer):
    """The node and the exercise of what is recorded."""

    node: Any = NamedField(NomenclatureNode.objects.visible_to, "code")
    fiscal_year = drf.IntegerField(min_value=1990, max_value=2100)


class OpinionEdit(StrictSerializer):
    """What is edited of an opinion."""

    given_on = DayField()
    sense = drf.ChoiceField(OpinionSense.choices)
    reference = TextField(max_length=80, required=False, allow_blank=True)


class OpinionCreation(OpinionEdit, OfNodeCreation):
    """An opinion on a BOP."""


class TrajectoryEdit(StrictSerializer):
    """What is edited of a trajectory."""

    cp = MoneyStringField()
    origin_of_figure = TextField(max_length=200, required=False, allow_blank=True, source="source")


class TrajectoryCreation(TrajectoryEdit, OfNodeCreation):
    """The trajectory of a node in a year."""


class OfNodeViewSet(HistoryViewSet):
    """Rows recorded on a node, corrected under their version."""

    policy_resource = Resource.CREDIT
    policy_actions = {"create": Action.CREATE, "partial_update": Action.UPDATE}
    if_match_actions = frozenset({"partial_update"})
    filterset_class = OfNodeFilters
    versioned = True
    ordering = ("-id",)
    ordering_fields = {"id": "id", "fiscal_year": "fiscal_year"}

    def recorded(self, service: Any, form: type[Any]) -> Response:
        """Record a row and answer it with its address."""
        row = service(actor=self.request.user, **self.body(form))
        place = f"{self.request.path}{row.pk}/"
        return self.answer(self.find(pk=row.pk), 201, {"Location": place})

    def edited(self, service: Any, form: type[Any], name: str, id: str) -> Response:
        """Change a row that is seen; 403 where the verb is refused."""
        row = self.seen(id=id)
        rows: Any = type(row).objects.all()
        if not rows.allowing(self.request.user, Action.UPDATE).filter(pk=row.pk).exists():
            raise PermissionDenied
        version = expected_version(self.request)
        changes = self.body(form, partial=True)
        known = {name: row.pk, "expected_version": version}
        service(actor=self.request.user, **known, **changes)
        return self.answer(self.find(pk=row.pk))


class BopOpinionViewSet(OfNodeViewSet):
    """Opinions of the budget controller on BOP: until then a quarter may be consumed."""

    queryset = BopOpinion.objects.all()
    row_serializer = OpinionRow

    @extend_schema(request=OpinionCreation, responses={201: OpinionRow})
    def create(self, request: Request) -> Response:
        """Record an opinion."""
        return self.recorded(record_opinion, OpinionCreation)

    @extend_schema(request=OpinionEdit, responses={200: OpinionRow})
    def partial_update(self, request: Request, id: str) -> Response:
        """Change an opinion."""
        return self.edited(edit_opinion, OpinionEdit, "opinion_id", id)


class TrajectoryViewSet(IdempotentMixin, OfNodeViewSet):
    """CP expected in coming years, by node."""

    queryset = Trajectory.objects.all()
    idempotent_actions = frozenset({"create"})
    row_serializer = TrajectoryRow

    @extend_schema(request=TrajectoryCreation, responses={201: TrajectoryRow})
    def create(self, request: Request) -> Response:
        """Record a trajectory."""
        return self.recorded(record_trajectory, TrajectoryCreation)

    @extend_schema(request=TrajectoryEdit, responses={200: TrajectoryRow})
    def partial_update(self, request: Request, id: str) -> Response:
        """Change a trajectory."""
        return self.edited(edit_trajectory, TrajectoryEdit, "trajectory_id", id)
