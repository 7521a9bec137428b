"""Rows of the projects room, as the API shows them."""

from __future__ import annotations

from rest_framework import serializers as drf

from common.api.fields import DayField, MoneyStringField, PercentStringField, RowSerializer
from common.models import DataOrigin, RecordState
from projects.enums import NodeKind, Phase, SupervisingAuthority, Weather


class ProjectRow(RowSerializer):
    """A project with its current cost (euros TTC) and end date: those of its latest
    estimate, else of its last baseline.

    `version` grows at each edit (If-Match); `figures_version` grows with every figure, and says
    whether a computed indicator is stale.
    """

    code = drf.CharField()
    title = drf.CharField()
    node = drf.CharField(source="node__code")
    ministry = drf.CharField(source="ministry__code", allow_null=True)
    supervising_authority = drf.ChoiceField(SupervisingAuthority.choices, allow_blank=True)
    phase = drf.ChoiceField(Phase.choices)
    functional_zone = drf.CharField()
    funding = drf.CharField()
    is_interministerial = drf.BooleanField()
    manager = drf.CharField(source="manager__username", allow_null=True)
    started_on = DayField(allow_null=True)
    current_cost = MoneyStringField(allow_null=True)
    current_end_on = DayField(allow_null=True)
    current_edition_on = DayField(allow_null=True)
    state = drf.ChoiceField(RecordState.choices)
    closed_on = DayField(allow_null=True)
    data_origin = drf.ChoiceField(DataOrigin.choices)
    version = drf.IntegerField()
    figures_version = drf.IntegerField()
    updated_at = drf.DateTimeField()


class ProjectDetail(ProjectRow):
    """A project with its description and the other titles that it was published under."""

    description = drf.CharField()
    closing_reason = drf.CharField()
    created_at = drf.DateTimeField()
    aliases = drf.ListField(child=drf.CharField())

    class Meta:
        nested = ("aliases",)


class SourcedRow(RowSerializer):
    """Where a recorded fact comes from, and when it was recorded (`known_at`)."""

    recorded_at = drf.DateTimeField()
    recorded_by = drf.CharField(source="recorded_by__username", allow_null=True)
    source_file = drf.CharField()
    source_line = drf.IntegerField(allow_null=True)


class BaselineRow(SourcedRow):
    """An approved reference of cost and schedule."""

    id = drf.IntegerField()
    project = drf.CharField(source="project__code")
    number = drf.IntegerField()
    name = drf.CharField()
    approved_on = DayField()
    decision_reference = drf.CharField()
    full_cost = MoneyStringField(allow_null=True)
    start_on = DayField(allow_null=True)
    end_on = DayField(allow_null=True)
    reason = drf.CharField()
    data_origin = drf.ChoiceField(DataOrigin.choices, source="project__data_origin")


class PlannedValueRow(RowSerializer):
    """The value planned for one month of a baseline."""

    id = drf.IntegerField()
    project = drf.CharField(source="baseline__project__code")
    baseline = drf.IntegerField(source="baseline__number")
    month = DayField()
    amount = MoneyStringField()
    data_origin = drf.ChoiceField(DataOrigin.choices, source="baseline__project__data_origin")


class EstimateRow(SourcedRow):
    """A dated estimate of the final cost and end date."""

    id = drf.IntegerField()
    project = drf.CharField(source="project__code")
    edition_on = DayField()
    full_cost = MoneyStringField(allow_null=True)
    end_on = DayField(allow_null=True)
    duration_months = drf.IntegerField(allow_null=True)
    reason = drf.CharField()
    source_reference = drf.CharField()
    data_origin = drf.ChoiceField(DataOrigin.choices)


class ProgressRow(SourcedRow):
    """Reported physical progress and weather."""

    id = drf.IntegerField()
    project = drf.CharField(source="project__code")
    reported_on = DayField()
    percent_complete = PercentStringField()
    weather = drf.ChoiceField(Weather.choices)
    comment = drf.CharField()
    source_reference = drf.CharField()
    data_origin = drf.ChoiceField(DataOrigin.choices)


class NodeRow(RowSerializer):
    """A portfolio or a programme of projects."""

    code = drf.CharField()
    name = drf.CharField()
    kind = drf.ChoiceField(NodeKind.choices)
    parent = drf.CharField(source="parent__code", allow_null=True)  # type: ignore[assignment]
    state = drf.ChoiceField(RecordState.choices)
    closed_on = DayField(allow_null=True)
    data_origin = drf.ChoiceField(DataOrigin.choices)
    version = drf.IntegerField()


class MinistryRow(RowSerializer):
    """A ministry, under its present name; the list is public."""

    code = drf.CharField()
    name = drf.CharField()
    data_origin = drf.ChoiceField(DataOrigin.choices)


class MinistryNameRow(RowSerializer):
    """A name under which a ministry was published, and when."""

    label = drf.CharField()  # type: ignore[assignment]
    valid_from = DayField(allow_null=True)
    valid_to = DayField(allow_null=True)


class MinistryDetail(MinistryRow):
    """A ministry and its successive names."""

    names = MinistryNameRow(many=True)

    class Meta:
        nested = ("names",)


class PanoramaRow(RowSerializer):
    """One row of a published edition, its figures as printed."""

    id = drf.IntegerField()
    edition = drf.CharField(source="edition__code")
    published_on = DayField(source="edition__published_on")
    project = drf.CharField(source="project__code")
    title = drf.CharField()
    ministry = drf.CharField(source="ministry__code", allow_null=True)
    ministry_label = drf.CharField()
    is_interministerial = drf.BooleanField()
    started_on = DayField(allow_null=True)
    published_duration = drf.CharField()
    full_cost = MoneyStringField(allow_null=True)
    cost_band = drf.CharField()
    phase = drf.ChoiceField(Phase.choices)
    functional_zone = drf.CharField()
    funding = drf.CharField()
    source_line = drf.IntegerField()
    data_origin = drf.ChoiceField(DataOrigin.choices)
