"""Scenarios of the programming by REST: laid on a version, cut by a ceiling, accepted."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import IdempotentMixin
from accounts.api.owned import HistoryViewSet
from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.api.programming_rows import VersionField
from budgets.api.typing import refused_rows
from budgets.enums import RANKS, Measure, ProgrammingNature, ScenarioState
from budgets.exceptions import RowsRefused
from budgets.models import Scenario, ScenarioChange
from budgets.rules.programming import year_of
from budgets.services.entries import MOST_ENTRIES
from budgets.services.scenario_acceptance import accept_scenario
from budgets.services.scenarios import (
    Proposal,
    abandon_scenario,
    create_scenario,
    edit_scenario,
    set_changes,
)
from budgets.tables.scenarios import overlay_of
from common.api.etags import expected_version
from common.api.fields import MoneyStringField, RowSerializer, StrictSerializer, TextField
from common.api.filters import refuse_unknown
from common.api.filtersets import (
    Filters,
    FlagFilter,
    IdFilter,
    OneOf,
    SearchFilter,
    YearFilter,
    origin_filter,
)
from common.api.views import RowViewSet
from common.money import from_cents, to_cents


class ScenarioRow(RowSerializer):
    """A scenario on a version; what it changes is `scenario-changes`."""

    id = drf.IntegerField()
    programming_version = drf.IntegerField(source="programming_version_id")
    fiscal_year = drf.IntegerField(source="programming_version__fiscal_year")
    name = drf.CharField()
    note = drf.CharField(allow_blank=True)
    state = drf.ChoiceField(ScenarioState.choices)
    author = drf.CharField(source="author__username")
    created_at = drf.DateTimeField()
    version = drf.IntegerField()


class ScenarioChangeRow(RowSerializer):
    """A difference: a cell that would hold `after`, or a line left out (no rank, no measure).

    Euros TTC; `before` is what the version held when the change was made.
    """

    id = drf.IntegerField()
    scenario = drf.IntegerField(source="scenario_id")
    line = drf.IntegerField(source="line_id")
    rank = drf.IntegerField(allow_null=True)
    measure = drf.CharField(allow_blank=True)
    before = MoneyStringField(signed=True, allow_null=True)
    after = MoneyStringField(signed=True, allow_null=True)
    accepted_in = drf.UUIDField(allow_null=True)


class ScenarioFields(StrictSerializer):
    """What the author says of a scenario."""

    name: Any = TextField(max_length=120)
    note: Any = TextField(max_length=500, required=False, allow_blank=True)


class ScenarioCreation(ScenarioFields):
    """A new scenario of a version."""

    programming_version: Any = VersionField()


class ProposalInput(StrictSerializer):
    """What a cell would hold; euros TTC, null is an amount that is not said."""

    line = drf.IntegerField(min_value=1, max_value=2**63 - 1)
    rank = drf.IntegerField(min_value=RANKS[0], max_value=RANKS[-1])
    measure = drf.ChoiceField(Measure.choices)
    after = MoneyStringField(signed=True, allow_null=True)


def _lines(**options: Any) -> Any:
    line = drf.IntegerField(min_value=1, max_value=2**63 - 1)
    return drf.ListField(child=line, required=False, max_length=MOST_ENTRIES, **options)


class ChangesInput(StrictSerializer):
    """Cells to change, lines to leave out, lines to keep as the version has them."""

    cells = ProposalInput(many=True, required=False, max_length=MOST_ENTRIES)  # type: ignore[call-arg]
    leave_out = _lines()
    keep = _lines()


class Acceptance(StrictSerializer):
    """The lines to accept, all of them when it does not say, and why."""

    lines = _lines()
    reason = TextField(max_length=300, required=False, allow_blank=True)


class Abandoning(StrictSerializer):
    """Why a scenario is abandoned, if it is said."""

    reason = TextField(max_length=100, required=False, allow_blank=True)


class CutLine(drf.Serializer[Any]):
    """A line in the order in which it is served, with what it asks for in the year."""

    line = drf.IntegerField()
    label = drf.CharField()  # type: ignore[assignment]
    nature = drf.ChoiceField(ProgrammingNature.choices)
    priority = drf.IntegerField(allow_null=True)
    ae = MoneyStringField(signed=True)
    cp = MoneyStringField(signed=True)
    is_kept = drf.BooleanField()


class CutRow(drf.Serializer[Any]):
    """Where ceilings of a year cut a scenario; euros TTC, among the lines that the caller reads.

    `ae_left` and `cp_left` are what the ceilings leave, null without one.
    """

    rank = drf.IntegerField()
    year = drf.IntegerField()
    ae = MoneyStringField(signed=True)
    cp = MoneyStringField(signed=True)
    ae_below = MoneyStringField(signed=True)
    cp_below = MoneyStringField(signed=True)
    ae_left = MoneyStringField(allow_null=True)
    cp_left = MoneyStringField(allow_null=True)
    lines = CutLine(many=True)


class CutQuery(drf.Serializer[Any]):
    """The year and the ceilings of a cut."""

    rank = drf.IntegerField(min_value=RANKS[0], max_value=RANKS[-1], required=False, default=0)
    ae = MoneyStringField(required=False, allow_null=True, default=None)
    cp = MoneyStringField(required=False, allow_null=True, default=None)


_CUT = [
    OpenApiParameter("rank", {"type": "integer", "minimum": RANKS[0], "maximum": RANKS[-1]}),
    *(
        OpenApiParameter(name, {"type": "string", "pattern": r"^[0-9]{1,13}(\.[0-9]{1,2})?$"})
        for name in Measure.values
    ),
]


class ScenarioFilters(Filters):
    """Filters of `scenarios`."""

    q = SearchFilter(["name", "note"])
    programming_version = IdFilter("programming_version_id")
    fiscal_year = YearFilter("programming_version__fiscal_year")
    state = OneOf("state", ScenarioState.choices)
    data_origin = origin_filter("programming_version__data_origin")


class ScenarioViewSet(IdempotentMixin, HistoryViewSet):
    """Scenarios: their author changes one, who writes in the version accepts it."""

    queryset = Scenario.objects.all()
    policy_resource = Resource.PROGRAMMING_VERSION
    policy_actions = {
        "create": Action.CREATE,
        "partial_update": Action.CREATE,
        "changes": Action.CREATE,
        "abandon": Action.CREATE,
        "accept": Action.READ,
        "cut": Action.READ,
    }
    if_match_actions = frozenset({"partial_update", "changes", "accept", "abandon"})
    idempotent_actions = frozenset({"create"})
    row_serializer = ScenarioRow
    filterset_class = ScenarioFilters
    versioned = True
    ordering = ("-id",)
    ordering_fields = {"id": "id", "name": "name"}

    def check_permissions(self, request: Request) -> None:
        """An acceptance writes in the version: it is for who writes there, or in its requests."""
        super().check_permissions(request)
        resources = (Resource.PROGRAMMING_VERSION, Resource.PROGRAMMING_REQUEST)
        if self.action == "accept" and not any(
            can(request.user, Action.UPDATE, one) for one in resources
        ):
            raise PermissionDenied

    @extend_schema(request=ScenarioCreation, responses={201: ScenarioRow})
    def create(self, request: Request) -> Response:
        """Create an empty scenario on a version."""
        fields = self.body(ScenarioCreation)
        version = fields.pop("programming_version")
        made = create_scenario(actor=request.user, version_id=version.pk, **fields)
        return self.answer(self.find(pk=made.pk), 201, {"Location": f"{request.path}{made.pk}/"})

    @extend_schema(request=ScenarioFields, responses={200: ScenarioRow})
    def partial_update(self, request: Request, id: str) -> Response:
        """Change the name or the note of a draft of one's own."""
        changes = self.body(ScenarioFields, partial=True)
        return self._done(id, edit_scenario, changes=changes)

    @extend_schema(request=ChangesInput, responses={200: ScenarioRow})
    @action(detail=True, methods=["post"])
    def changes(self, request: Request, id: str) -> Response:
        """Lay changes on a draft of one's own, all or none; the version is not touched."""
        body = self.body(ChangesInput)
        cells = [Proposal(**row) for row in body.pop("cells", ())]
        try:
            return self._done(id, set_changes, cells=cells, **body)
        except RowsRefused as refused:
            refused.context["results"] = refused_rows(refused, len(cells))
            raise

    @extend_schema(request=Acceptance, responses={200: ScenarioRow})
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, id: str) -> Response:
        """Have the version take the scenario, or some of its lines: all, or none."""
        return self._done(id, accept_scenario, **self.body(Acceptance))

    @extend_schema(request=Abandoning, responses={200: ScenarioRow})
    @action(detail=True, methods=["post"])
    def abandon(self, request: Request, id: str) -> Response:
        """Abandon a draft of one's own."""
        return self._done(id, abandon_scenario, **self.body(Abandoning))

    @extend_schema(parameters=_CUT, responses={200: CutRow})
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def cut(self, request: Request, id: str) -> Response:
        """Tell which lines fit under ceilings of a year, in the order in which they are served."""
        refuse_unknown(request, {"rank", *Measure.values})
        query = CutQuery(data=request.query_params.dict())
        if not query.is_valid():
            raise ValidationError(query.errors)
        asked = query.validated_data
        scenario = self.seen(id=id)
        ceilings = [None if asked[one] is None else to_cents(asked[one]) for one in Measure.values]
        found = overlay_of(scenario, request.user).cut(asked["rank"], *ceilings)
        names = ("ae", "cp", "ae_below", "cp_below", "ae_left", "cp_left")
        return Response(
            {
                "rank": asked["rank"],
                "year": year_of(scenario.programming_version.fiscal_year, asked["rank"]),
                **{name: _text(getattr(found, name)) for name in names},
                "lines": [
                    {
                        "line": line.id,
                        "label": line.label,
                        "nature": line.nature,
                        "priority": line.priority,
                        "ae": _text(line.ae),
                        "cp": _text(line.cp),
                        "is_kept": index < len(found.kept),
                    }
                    for index, line in enumerate((*found.kept, *found.below))
                ],
            }
        )

    def _done(self, id: str, service: Any, **fields: Any) -> Response:
        """Call a service of the scenario at the version that was read."""
        scenario = self.seen(id=id)
        service(
            actor=self.request.user,
            scenario_id=scenario.pk,
            expected_version=expected_version(self.request),
            **fields,
        )
        return self.answer(self.find(pk=scenario.pk))


def _text(cents: int | None) -> str | None:
    return None if cents is None else f"{from_cents(cents):.2f}"


class ScenarioChangeFilters(Filters):
    """Filters of `scenario-changes`."""

    scenario = IdFilter("scenario_id")
    line = IdFilter("line_id")
    is_waiting = FlagFilter("accepted_in", lookup_expr="isnull")


class ScenarioChangeViewSet(RowViewSet):
    """What scenarios change, on the lines that the caller reads."""

    queryset = ScenarioChange.objects.all()
    policy_resource = Resource.PROGRAMMING_VERSION
    row_serializer = ScenarioChangeRow
    filterset_class = ScenarioChangeFilters
    ordering = ("id",)
    ordering_fields = {"id": "id"}
