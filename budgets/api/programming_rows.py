"""What the API shows of the programming, and what it is asked: shapes only."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers as drf

from budgets.api.typed_inputs import ImputationFields
from budgets.enums import (
    RANKS,
    CreditType,
    Measure,
    ProgrammingNature,
    Stage,
    VersionBasis,
    VersionKind,
    VersionState,
)
from budgets.models import ProgrammingVersion
from budgets.services.entries import MOST_ENTRIES
from common.api.fields import (
    DayField,
    FlagField,
    MoneyStringField,
    RowSerializer,
    StrictSerializer,
    TextField,
)
from common.models import DataOrigin
from records.enums import Severity


def _amount(**options: Any) -> Any:
    return MoneyStringField(signed=True, allow_null=True, **options)


class VersionRow(RowSerializer):
    """A version of the programming; `stage` is the one that it writes."""

    id = drf.IntegerField()
    code = drf.CharField()
    fiscal_year = drf.IntegerField()
    number = drf.IntegerField()
    kind = drf.ChoiceField(VersionKind.choices)
    state = drf.ChoiceField(VersionState.choices)
    stage = drf.ChoiceField(Stage.choices)
    label = drf.CharField(allow_blank=True)  # type: ignore[assignment]
    basis = drf.ChoiceField(VersionBasis.choices)
    parent = drf.IntegerField(source="parent_id", allow_null=True)  # type: ignore[assignment]
    data_on = DayField(allow_null=True)
    is_of_record = drf.BooleanField()
    created_by = drf.CharField(source="created_by__username", allow_null=True)
    created_at = drf.DateTimeField()
    data_origin = drf.ChoiceField(DataOrigin.choices)
    version = drf.IntegerField()

    class Meta:
        nested = ("code", "stage")


class AmountRow(drf.Serializer[Any]):
    """The amounts of a line for a year, euros TTC; null is what was not said.

    The last rank is its year and all that follow.
    """

    rank = drf.IntegerField()
    year = drf.IntegerField()
    requested_ae = _amount()
    requested_cp = _amount()
    proposed_ae = _amount()
    proposed_cp = _amount()
    granted_ae = _amount()
    granted_cp = _amount()


@extend_schema_field(AmountRow(many=True))
class AmountsField(drf.Field):
    """The four years of a line, ready for JSON: a list holds thousands of them."""

    def to_representation(self, value: Any) -> Any:
        """Return the rows."""
        return value


class ProgrammedLineRow(RowSerializer):
    """A line of the programming and its four years.

    `lineage` names it in every version; `contract_code` is the code of a contract.
    """

    id = drf.IntegerField()
    programming_version = drf.IntegerField(source="programming_version_id")
    fiscal_year = drf.IntegerField(source="programming_version__fiscal_year")
    lineage = drf.UUIDField()
    project = drf.CharField(source="project__code", allow_null=True)
    node = drf.CharField(source="node__code")
    functional_domain = drf.CharField(source="functional_domain__code", allow_null=True)
    activity = drf.CharField(source="activity__code", allow_null=True)
    category = drf.CharField(source="category__code", allow_null=True)
    tranche = drf.CharField(source="tranche__code", allow_null=True)
    cost_centre = drf.CharField(source="cost_centre__code", allow_null=True)
    credit_type = drf.ChoiceField(CreditType.choices)
    is_earmarked = drf.BooleanField()
    nature = drf.ChoiceField(ProgrammingNature.choices)
    label = drf.CharField()  # type: ignore[assignment]
    priority = drf.IntegerField(allow_null=True)
    contract_code = drf.CharField(allow_blank=True)
    legal_reference = drf.CharField(allow_blank=True)
    act_label = drf.CharField(allow_blank=True)
    act_procedure = drf.CharField(allow_blank=True)
    act_supplier = drf.CharField(allow_blank=True)
    act_month = DayField(allow_null=True)
    is_take_back = drf.BooleanField()
    opening_left_to_pay = MoneyStringField(allow_null=True)
    taken_out_at = drf.DateTimeField(allow_null=True)
    taken_out_by = drf.CharField(source="taken_out_by__username", allow_null=True)
    taken_out_reason = drf.CharField(allow_blank=True)
    version = drf.IntegerField()
    open_comments = drf.IntegerField(
        help_text="Threads that are not resolved, those of the versions made before included."
    )
    amounts = AmountsField()

    class Meta:
        nested = ("open_comments", "amounts")


class CellEditRow(RowSerializer):
    """One cell changed: euros TTC; the edits of an `operation` were made together."""

    id = drf.IntegerField()
    programming_version = drf.IntegerField(source="programming_version_id")
    line = drf.IntegerField(source="line_id")
    rank = drf.IntegerField()
    stage = drf.ChoiceField(Stage.choices)
    measure = drf.ChoiceField(Measure.choices)
    before = _amount()
    after = _amount()
    reason = drf.CharField(allow_blank=True)
    expression = drf.CharField(allow_blank=True)
    operation = drf.UUIDField()
    undoes = drf.UUIDField(allow_null=True)
    at = drf.DateTimeField()
    by = drf.CharField(source="by__username", allow_null=True)
    on_behalf_of = drf.CharField(source="on_behalf_of__username", allow_null=True)


class ProblemRow(drf.Serializer[Any]):
    """What a control holds against a line, maybe in a year; `sentence` is in the language asked."""

    code = drf.CharField()
    severity = drf.ChoiceField(Severity.choices)
    line = drf.IntegerField(allow_null=True)
    rank = drf.IntegerField(allow_null=True)
    message = drf.CharField()
    sentence = drf.CharField()


class ProblemRows(drf.Serializer[Any]):
    """All that stands against the lines of a version that the caller reads, the worst first."""

    count = drf.IntegerField()
    blocking = drf.IntegerField()
    results = ProblemRow(many=True)


class ChangedCell(drf.Serializer[Any]):
    """What became of a row of a list of cells."""

    index = drf.IntegerField()
    status = drf.ChoiceField([("changed", "changed"), ("unchanged", "unchanged")])
    line = drf.IntegerField()
    rank = drf.IntegerField()
    measure = drf.ChoiceField(Measure.choices)


class ChangedCells(drf.Serializer[Any]):
    """An operation: `count` cells were changed, all together."""

    operation = drf.UUIDField()
    count = drf.IntegerField()
    results = ChangedCell(many=True)


@extend_schema_field({"type": "integer", "minimum": 1})
class VersionField(drf.Field):
    """A version of the programming, by its id, among what the caller may see."""

    default_error_messages = {
        "invalid": "A whole number is expected.",
        "unknown": "There is none of this id.",
    }

    def to_internal_value(self, data: Any) -> ProgrammingVersion:
        """Return the version."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        user = self.context["view"].request.user
        rows = ProgrammingVersion.objects.visible_to(user)
        found = rows.filter(pk=data).first() if 0 < data < 2**63 else None
        if found is None:
            self.fail("unknown")
        return found


class VersionFields(StrictSerializer):
    """What people say of a version."""

    label: Any = TextField(max_length=120, required=False, allow_blank=True)
    data_on = DayField(required=False, allow_null=True)


class VersionCreation(VersionFields):
    """The next version of an exercise; `former` is copied, and of the basis `version` alone."""

    fiscal_year = drf.IntegerField(min_value=1990, max_value=2100)
    kind = drf.ChoiceField(VersionKind.choices)
    basis = drf.ChoiceField(VersionBasis.choices, required=False)
    former: Any = VersionField(required=False, allow_null=True)
    data_origin = drf.ChoiceField(DataOrigin.choices, required=False)


class VersionEdit(VersionFields):
    """Some of it, and why."""

    reason = TextField(max_length=300, required=False, allow_blank=True)


class AmountInput(StrictSerializer):
    """What a new line says of a year, in the stage of its version; euros TTC."""

    rank = drf.IntegerField(min_value=RANKS[0], max_value=RANKS[-1])
    ae = _amount(required=False)
    cp = _amount(required=False)


class LineFields(ImputationFields):
    """Where a line is charged, what it is, what supports it."""

    nature = drf.ChoiceField(ProgrammingNature.choices)
    label: Any = TextField(max_length=200)
    priority = drf.IntegerField(min_value=1, max_value=99, required=False, allow_null=True)
    contract_code = TextField(max_length=40, required=False, allow_blank=True)
    legal_reference = TextField(max_length=40, required=False, allow_blank=True)
    act_label = TextField(max_length=200, required=False, allow_blank=True)
    act_procedure = TextField(max_length=80, required=False, allow_blank=True)
    act_supplier = TextField(max_length=120, required=False, allow_blank=True)
    act_month = DayField(required=False, allow_null=True)
    is_take_back = FlagField(required=False)
    opening_left_to_pay = MoneyStringField(required=False, allow_null=True)


class LineInput(LineFields):
    """A new line with its first amounts."""

    amounts = AmountInput(many=True, required=False, max_length=len(RANKS))  # type: ignore[call-arg]

    def validate_amounts(self, amounts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse a year that is said twice."""
        if len({one["rank"] for one in amounts}) < len(amounts):
            raise drf.ValidationError("A year is said twice.")
        return amounts


class LineCreation(LineInput):
    """A new line of a version."""

    programming_version: Any = VersionField()


class LinesCreation(StrictSerializer):
    """New lines of a version, all or none."""

    programming_version: Any = VersionField()
    rows = LineInput(many=True, min_length=1, max_length=MOST_ENTRIES)  # type: ignore[call-arg]


class LineEdit(LineFields):
    """Some fields of a line, and why; its amounts are cells."""

    reason = TextField(max_length=300, required=False, allow_blank=True)


class TakingOut(StrictSerializer):
    """Why a line is taken out."""

    reason = TextField(max_length=300)


class CellInput(StrictSerializer):
    """A cell to change: what it held when it was read, what it will; euros TTC."""

    line = drf.IntegerField(min_value=1, max_value=2**63 - 1)
    rank = drf.IntegerField(min_value=RANKS[0], max_value=RANKS[-1])
    measure = drf.ChoiceField(Measure.choices)
    before = _amount()
    after = _amount()
    reason = TextField(max_length=300, required=False, allow_blank=True)
    expression = TextField(max_length=100, required=False, allow_blank=True)


class CellsInput(StrictSerializer):
    """The cells of one operation."""

    edits = CellInput(many=True, min_length=1, max_length=MOST_ENTRIES)  # type: ignore[call-arg]


class Undoing(StrictSerializer):
    """The operation to undo."""

    operation = drf.UUIDField()
