"""Forms of the reports of execution: lines, statements and choices of landing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers as drf

from budgets.enums import CreditType, LandingMethod
from budgets.tables.programmed_catalogue import PROGRAMMED
from common.api.fields import DayField, MoneyStringField, RowSerializer
from common.models import DataOrigin
from common.money import from_cents


class ReportHead(drf.Serializer[Any]):
    """What a report read: an exercise, two dates, a kind of credits, one origin."""

    fiscal_year = drf.IntegerField()
    as_of = DayField(allow_null=True)
    known_at = drf.DateTimeField(allow_null=True)
    credit_type = drf.ChoiceField(CreditType.choices)
    earmarked = drf.CharField()
    data_origin = drf.ChoiceField(DataOrigin.choices)


class ExecutionLine(drf.Serializer[Any]):
    """A line of an axis; euros TTC, AE and CP apart; null when it cannot be computed.

    `*_usable` are credits net of what is frozen; `*_landing` is by the method chosen for each
    project, schedules by default; `*_landing_gap` is usable less landing (BX-05).
    """

    code = drf.CharField(allow_null=True)
    name = drf.CharField(allow_null=True)
    ae_opened = MoneyStringField(signed=True)
    ae_frozen = MoneyStringField(signed=True)
    ae_usable = MoneyStringField(signed=True)
    ae_committed = MoneyStringField(signed=True)
    ae_reserved = MoneyStringField(signed=True)
    ae_landing = MoneyStringField(signed=True, allow_null=True)
    ae_landing_gap = MoneyStringField(signed=True, allow_null=True)
    ae_landing_linear = MoneyStringField(signed=True, allow_null=True)
    ae_landing_schedules = MoneyStringField(signed=True, allow_null=True)
    cp_opened = MoneyStringField(signed=True)
    cp_frozen = MoneyStringField(signed=True)
    cp_usable = MoneyStringField(signed=True)
    cp_paid = MoneyStringField(signed=True)
    cp_reserved = MoneyStringField(signed=True)
    cp_landing = MoneyStringField(signed=True, allow_null=True)
    cp_landing_gap = MoneyStringField(signed=True, allow_null=True)
    cp_landing_linear = MoneyStringField(signed=True, allow_null=True)
    cp_landing_schedules = MoneyStringField(signed=True, allow_null=True)
    service_done = MoneyStringField(signed=True)
    left_to_pay = MoneyStringField(signed=True)
    accrued_unpaid = MoneyStringField(signed=True)


@extend_schema_serializer(many=False)
class ExecutionReport(ReportHead):
    """Execution of an exercise by the values of one axis."""

    by = drf.CharField()
    results = ExecutionLine(many=True)
    total = ExecutionLine()


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class Totals(drf.DictField):
    """Totals in euros TTC by column."""


@extend_schema_field(
    {
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": {"type": ["string", "integer", "boolean", "null"]},
        },
    }
)
class Rows(drf.ListField):
    """Rows of a statement: their columns are those of the statement."""


class StatementReport(ReportHead):
    """A page of a statement; totals are those of every row.

    `programming_version` and `data_on` are those of a table of the programming alone.
    """

    code = drf.CharField()
    programming_version = drf.CharField(required=False, allow_null=True)
    data_on = DayField(required=False, allow_null=True)
    count = drf.IntegerField()
    page = drf.IntegerField()
    pages = drf.IntegerField()
    totals = Totals()
    results = Rows()


class LandingRow(RowSerializer):
    """The landing chosen for a project in an exercise; amounts are the manager's say."""

    id = drf.IntegerField()
    project = drf.CharField(source="project__code")
    fiscal_year = drf.IntegerField()
    credit_type = drf.ChoiceField(CreditType.choices)
    method = drf.ChoiceField(LandingMethod.choices)
    ae = MoneyStringField(allow_null=True)
    cp = MoneyStringField(allow_null=True)
    justification = drf.CharField()
    decided_by = drf.CharField(source="decided_by__username")
    data_origin = drf.ChoiceField(DataOrigin.choices)
    updated_at = drf.DateTimeField()
    version = drf.IntegerField()


def euros(cents: int | None) -> str | None:
    """Return a string of euros from cents; None stays None."""
    return None if cents is None else f"{from_cents(cents):.2f}"


def _left(row: Any, year: int) -> dict[str, Any]:
    amounts = {
        "committed": row.committed, "withdrawn": row.withdrawn, "service_done": row.done,
        "paid": row.paid, "left": row.left, "due": row.due_in(year),
        "due_next": row.due_in(year + 1), "due_after": row.due_after(year + 1),
    }  # fmt: skip
    return {
        "legal_reference": row.legal_reference,
        "label": row.label,
        "supplier": row.supplier,
        "project": row.project,
        **{name: euros(cents) for name, cents in amounts.items()},
        "last_movement_on": row.last_on.isoformat() if row.last_on else None,
        "is_dormant": row.is_dormant,
    }


def _month(row: Any, year: int) -> dict[str, Any]:
    names = (
        "ae_committed", "service_done", "cp_planned", "cp_paid", "landing_ae", "landing_cp",
    )  # fmt: skip
    return {
        "month": row.start.isoformat(),
        **{name: euros(getattr(row, name)) for name in names},
    }


def _move(row: Any, year: int) -> dict[str, Any]:
    return {
        "id": row.pk,
        "source_reference": row.reference,
        "effective_on": row.effective_on.isoformat(),
        "kind": row.kind,
        "legal_basis": row.legal_basis,
        "act_reference": row.act_reference,
        "from": row.origin or None,
        "to": row.destination or None,
        **{name: euros(getattr(row, name)) for name in ("ae", "cp", "ae_after", "cp_after")},
    }


def _accrual(row: Any, year: int) -> dict[str, Any]:
    return {
        "id": row.pk,
        "source_reference": row.reference,
        "legal_reference": row.legal_reference,
        "supplier": row.supplier,
        "project": row.project,
        "done_on": row.done_on.isoformat(),
        "certified": euros(row.certified),
        "unpaid": euros(row.unpaid),
        "days": row.days,
    }


_ROWS: dict[str, Callable[[Any, int], dict[str, Any]]] = {
    "t5": _left,
    "t7": _month,
    "t9": _move,
    "t12": _accrual,
}


def statement_rows(code: str, rows: Sequence[Any], year: int) -> list[dict[str, Any]]:
    """Return the rows of a statement as JSON; amounts are strings of euros TTC."""
    return [_ROWS[code](row, year) for row in rows]


def version_rows(code: str, rows: Sequence[Any], year: int) -> list[dict[str, Any]]:
    """Return the rows of a table of a version as JSON; amounts are strings of euros TTC."""
    table = PROGRAMMED[code]
    return [
        {
            **{name: _word(row.words.get(name)) for name in table.words},
            **{name: euros(row.cents.get(name)) for name in table.cents},
        }
        for row in rows
    ]


def _word(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
