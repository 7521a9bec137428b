"""Bodies of the writes of the projects room: shapes only, the rules are those of the services."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers as drf

from accounts.models import User
from common.api.fields import (
    DayField,
    FlagField,
    MoneyStringField,
    PercentStringField,
    StrictSerializer,
    TextField,
)
from projects.enums import Phase, SupervisingAuthority, Weather
from projects.models import Ministry, PortfolioNode


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": 150})
class NamedField(drf.Field):
    """Something named by its code; an unknown code is a field error."""

    default_error_messages = {
        "invalid": "Not a valid string.",
        "unknown": "There is none of this code.",
    }

    def __init__(self, rows: Any, key: str, **kwargs: Any) -> None:
        self.rows, self.key = rows, key
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """Return the record."""
        if not isinstance(data, str):
            self.fail("invalid")
        found = self.rows().filter(**{self.key: data}).first() if len(data) <= 150 else None
        if found is None:
            self.fail("unknown")
        return found


def _people() -> Any:
    return User.objects.filter(is_active=True, is_machine=False)


class ProjectFields(StrictSerializer):
    """What people edit of a project."""

    title = TextField(max_length=200)
    node = NamedField(PortfolioNode.objects.all, "code")
    ministry = NamedField(Ministry.objects.all, "code", required=False, allow_null=True)
    manager = NamedField(_people, "username", required=False, allow_null=True)
    supervising_authority = drf.ChoiceField(
        SupervisingAuthority.choices, required=False, allow_blank=True
    )
    phase = drf.ChoiceField(Phase.choices, required=False)
    functional_zone = TextField(max_length=120, required=False, allow_blank=True)
    funding = TextField(max_length=300, required=False, allow_blank=True)
    is_interministerial = FlagField(required=False)
    description = TextField(max_length=5000, required=False, allow_blank=True)
    started_on = DayField(required=False, allow_null=True)


class ProjectCreation(ProjectFields):
    """A new project."""

    code = drf.RegexField(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z")

    def validate_code(self, value: str) -> str:
        """Refuse what is not JSON text."""
        if not isinstance(self.initial_data.get("code"), str):
            raise drf.ValidationError("Not a valid string.")
        return value


class ProjectEdit(ProjectFields):
    """Some fields of a project, and why they change."""

    reason = TextField(max_length=500, required=False, allow_blank=True)


class Closing(StrictSerializer):
    """Closing a project."""

    closed_on = DayField()
    reason = TextField(max_length=500)


class Reopening(StrictSerializer):
    """Reopening a project."""

    reason = TextField(max_length=500)


class NewEstimate(StrictSerializer):
    """A re-estimate; an absent figure is unchanged."""

    project = TextField(max_length=40)
    full_cost = MoneyStringField(required=False, allow_null=True)
    end_on = DayField(required=False, allow_null=True)
    edition_on = DayField(required=False, allow_null=True)
    reason = TextField(max_length=500)


class NewBaseline(StrictSerializer):
    """An approved reference."""

    project = TextField(max_length=40)
    name = TextField(max_length=120, required=False, allow_blank=True)
    approved_on = DayField()
    decision_reference = TextField(max_length=80, required=False, allow_blank=True)
    full_cost = MoneyStringField(allow_null=True)
    start_on = DayField(allow_null=True)
    end_on = DayField(allow_null=True)
    reason = TextField(max_length=500)


class NewProgress(StrictSerializer):
    """A progress report."""

    project = TextField(max_length=40)
    reported_on = DayField()
    percent_complete = PercentStringField()
    weather = drf.ChoiceField(Weather.choices)
    comment = TextField(max_length=5000, required=False, allow_blank=True)
