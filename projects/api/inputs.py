"""Bodies of the writes of the projects room: shapes only, the rules are those of the services."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as drf

from accounts.api.inputs import Creating, Editing, NamedField, people
from common.api.fields import (
    DayField,
    FlagField,
    MoneyStringField,
    PercentStringField,
    StrictSerializer,
    TextField,
)
from projects.enums import NodeKind, Phase, SupervisingAuthority, Weather
from projects.models import Ministry, PortfolioNode


def _ministries(user: Any) -> Any:
    """Every ministry: the list is public."""
    return Ministry.objects.all()


class ProjectFields(StrictSerializer):
    """What people edit of a project."""

    title = TextField(max_length=200)
    node = NamedField(PortfolioNode.objects.visible_to, "code")
    ministry = NamedField(_ministries, "code", required=False, allow_null=True)
    manager = NamedField(people, "username", required=False, allow_null=True)
    supervising_authority = drf.ChoiceField(
        SupervisingAuthority.choices, required=False, allow_blank=True
    )
    phase = drf.ChoiceField(Phase.choices, required=False)
    functional_zone = TextField(max_length=120, required=False, allow_blank=True)
    funding = TextField(max_length=300, required=False, allow_blank=True)
    is_interministerial = FlagField(required=False)
    description = TextField(max_length=5000, required=False, allow_blank=True)
    started_on = DayField(required=False, allow_null=True)


class ProjectCreation(Creating, ProjectFields):
    """A new project, open or as a draft."""


class ProjectEdit(Editing, ProjectFields):
    """Some fields of a project, and why they change."""


class NodeFields(StrictSerializer):
    """What people edit of a portfolio node."""

    name = TextField(max_length=200)
    kind = drf.ChoiceField(NodeKind.choices)
    parent: Any = NamedField(
        PortfolioNode.objects.visible_to, "code", required=False, allow_null=True
    )


class NodeCreation(Creating, NodeFields):
    """A new portfolio node, open or as a draft."""


class NodeEdit(Editing, NodeFields):
    """Some fields of a portfolio node, and why they change."""


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
