"""The catalogue and the values, as the API shows them (domain §2.9)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers as drf

from common.api.fields import DayField, MoneyStringField
from common.models import DataOrigin
from indicators.enums import Unit

REASONS = (
    "zero_denominator",
    "missing_input",
    "not_started",
    "not_applicable",
    "unreachable",
    "not_published",
)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$"},
            {"type": "number"},
            {"type": "null"},
        ],
        "description": "A decimal string when the unit is EUR, otherwise an unrounded number;"
        " null with a reason.",
    }
)
class ValueField(drf.Field):
    """A value as it is."""


class ThresholdsRow(drf.Serializer):
    """Values beyond which a figure deserves attention."""

    warning = drf.CharField()
    alert = drf.CharField()
    higher_is_worse = drf.BooleanField()


class NameRow(drf.Serializer):
    """A name in both languages."""

    fr = drf.CharField()
    en = drf.CharField()


class IndicatorRow(drf.Serializer):
    """One entry of the catalogue; a changed formula is a new version of the same code."""

    code = drf.CharField()
    key = drf.CharField()
    version = drf.IntegerField()
    family = drf.CharField()
    name = NameRow()
    unit = drf.ChoiceField(Unit.choices)
    formula = drf.CharField()
    inputs = drf.ListField(child=drf.CharField())
    thresholds = ThresholdsRow(allow_null=True)
    owner = drf.CharField()
    is_shared = drf.BooleanField()
    source = drf.CharField()  # type: ignore[assignment]


class IndicatorValueRow(drf.Serializer):
    """One indicator of one project at one date."""

    project = drf.CharField()
    indicator = drf.CharField()
    version = drf.IntegerField()
    as_of = DayField()
    value = ValueField()
    unit = drf.ChoiceField(Unit.choices)
    reason = drf.ChoiceField([(code, code) for code in REASONS], allow_null=True)
    method = drf.CharField(allow_null=True)
    run = drf.IntegerField()
    computed_at = drf.DateTimeField()
    is_stale = drf.BooleanField()
    data_origin = drf.ChoiceField(DataOrigin.choices)


class SourceRowRow(drf.Serializer):
    """One row behind an input; `kind` and `id` lead to the fact itself."""

    kind = drf.CharField()
    id = drf.IntegerField()
    on = DayField()
    label = drf.CharField()  # type: ignore[assignment]
    reference = drf.CharField()
    amount = MoneyStringField(signed=True, allow_null=True)
    source_file = drf.CharField()
    source_line = drf.IntegerField(allow_null=True)


class InputRow(drf.Serializer):
    """One input of the formula: its value, and the rows behind it.

    `total` is the sum of the rows where they add up to the value, null otherwise.
    """

    name = drf.CharField()
    label = drf.CharField()  # type: ignore[assignment]
    value = ValueField()
    unit = drf.ChoiceField(Unit.choices)
    total = MoneyStringField(signed=True, allow_null=True)
    rows = SourceRowRow(many=True)


class IndicatorValueDetail(IndicatorValueRow):
    """A value with its formula and the inputs that it was computed from."""

    formula = drf.CharField()
    source = drf.CharField()  # type: ignore[assignment]
    inputs = InputRow(many=True)


class SharedValueRow(drf.Serializer):
    """What a partner reads of a shared indicator: its value, and nothing that it comes from."""

    project = drf.CharField()
    indicator = drf.CharField()
    version = drf.IntegerField()
    as_of = DayField()
    value = ValueField()
    unit = drf.ChoiceField(Unit.choices)
    reason = drf.ChoiceField([(code, code) for code in REASONS], allow_null=True)
    is_stale = drf.BooleanField()
    data_origin = drf.ChoiceField(DataOrigin.choices)
