"""Jobs, as the API shows them."""

from __future__ import annotations

from rest_framework import serializers as drf

from common.api.fields import DayField, RowSerializer, StrictSerializer
from jobs.enums import JobState

COMPUTE = "indicators.compute"


class LastLineField(drf.CharField):
    """The last line of an error: what went wrong, without the paths of the machine."""

    def to_representation(self, value: str) -> str:
        """Return the last line."""
        return value.strip().rpartition("\n")[2]


class JobRow(RowSerializer):
    """A unit of background work and where it stands."""

    id = drf.IntegerField()
    kind = drf.CharField()
    key = drf.CharField()
    state = drf.ChoiceField(JobState.choices)
    attempts = drf.IntegerField()
    max_attempts = drf.IntegerField()
    progress_done = drf.IntegerField()
    progress_total = drf.IntegerField()
    step = drf.CharField()
    result = drf.JSONField()
    error = LastLineField()
    retry_of = drf.IntegerField(source="retry_of_id", allow_null=True)
    requested_by = drf.CharField(source="requested_by__username", allow_null=True)
    created_at = drf.DateTimeField()
    due_at = drf.DateTimeField()
    started_at = drf.DateTimeField(allow_null=True)
    finished_at = drf.DateTimeField(allow_null=True)


class NewJob(StrictSerializer):
    """A computation that is asked for."""

    kind = drf.ChoiceField([COMPUTE])
    as_of = DayField()
