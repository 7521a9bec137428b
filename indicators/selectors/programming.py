"""The lines of the programming behind the figures of a project, and what they add up to."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.timezone import localdate

from budgets.enums import ProgrammingNature
from budgets.models import (
    Payment,
    ProgrammingAmount,
    ProgrammingVersion,
    ScheduledPayment,
    ServiceDone,
)
from budgets.rules.programming import stage_of
from indicators.programming import versions_of
from indicators.selectors.rows import Perimeter, SourceRow

Reader = Callable[[Perimeter], list[SourceRow]]
_OWED = (ProgrammingNature.UNAVOIDABLE, ProgrammingNature.COMMITTED)
_OWN = (ProgrammingNature.PLANNED, ProgrammingNature.NEW)


def cells(measure: str, *, rank: int | None = 0, natures: Any = None, stage: str = "") -> Reader:
    """Return the reader of cells of the version of record; without a stage, those of the version.

    Without a rank, every year.
    """
    kept = Q() if rank is None else Q(rank=rank)
    if natures is not None:
        kept &= Q(line__nature__in=natures)

    def read(perimeter: Perimeter) -> list[SourceRow]:
        records = versions_of(perimeter.as_of.year).records
        return _cells(perimeter, records.get(perimeter.project.data_origin), measure, kept, stage)

    return read


def of_report(perimeter: Perimeter) -> list[SourceRow]:
    """Return the CP of the exercise in the last management report."""
    rows = ProgrammingVersion.objects.filter(
        pk__in=versions_of(perimeter.as_of.year).reports,
        data_origin=perimeter.project.data_origin,
    )
    version = rows.order_by("-number").values_list("pk", flat=True).first()
    return _cells(perimeter, version, "cp", Q(rank=0), "")


def of_former(perimeter: Perimeter) -> list[SourceRow]:
    """Return the CP of every year in the version that the one of record comes from."""
    return _cells(perimeter, _former(perimeter), "cp", Q(), "")


def _former(perimeter: Perimeter) -> int | None:
    pk = versions_of(perimeter.as_of.year).records.get(perimeter.project.data_origin)
    of_record = ProgrammingVersion.objects.filter(pk=pk or 0)
    return of_record.values_list("parent_id", flat=True).first()


def _cells(
    perimeter: Perimeter, version_id: int | None, measure: str, kept: Q, stage: str
) -> list[SourceRow]:
    if version_id is None:
        return []
    version = ProgrammingVersion.objects.get(pk=version_id)
    column = f"{stage or stage_of(version.kind)}_{measure}"
    rows = ProgrammingAmount.objects.filter(
        kept, line__programming_version=version, line__project=perimeter.project,
        line__taken_out_at__isnull=True,
    )  # fmt: skip
    return [
        SourceRow(
            "programming-line", version.pk, localdate(row.line.updated_at), row.line.label,
            f"{version.code} N+{row.rank}", getattr(row, column),
        )
        for row in rows.select_related("line").order_by("line_id", "rank")
        if getattr(row, column)
    ]  # fmt: skip


def changed_cells(perimeter: Perimeter) -> list[SourceRow]:
    """Return the CP of the version of record, then those of the former one, taken away."""
    former = [
        SourceRow(row.kind, row.pk, row.on, row.label, row.reference, -(row.amount or Decimal(0)))
        for row in of_former(perimeter)
    ]
    return [*cells("cp", rank=None)(perimeter), *former] if _former(perimeter) else []


def owed_rows(perimeter: Perimeter) -> list[SourceRow]:
    """Return the services of former exercises and the payments on them, of the commitments where
    something certified then is not paid; they add up to it.
    """
    through, year = {"commitment__project": perimeter.project}, perimeter.as_of.year
    done, paid = (
        model.objects.as_of(perimeter.as_of)
        .known_at(perimeter.known_at)
        .filter(**through)
        .select_related("commitment")
        .order_by(model.DATE_FIELD, "pk")
        for model in (ServiceDone, Payment)
    )
    facts = [
        *(("service-done", row, row.done_on, row.amount) for row in done.filter(
            fiscal_year__lt=year
        )),
        *(("payment", row, row.paid_on, -row.amount) for row in paid.filter(is_advance=False)),
    ]  # fmt: skip
    rest: dict[str, Decimal] = {}
    for _kind, row, _on, amount in facts:
        number = row.commitment.legal_reference
        rest[number] = rest.get(number, Decimal(0)) + amount
    return [
        _fact(kind, row, on, amount)
        for kind, row, on, amount in facts
        if rest[row.commitment.legal_reference] > 0
    ]


def next_year_rows(perimeter: Perimeter) -> list[SourceRow]:
    """Return what the schedules expect in the next exercise, by commitment."""
    rows = ScheduledPayment.objects.as_of(perimeter.as_of).known_at(perimeter.known_at)
    rows = rows.filter(
        commitment__project=perimeter.project, fiscal_year=perimeter.as_of.year + 1
    ).select_related("commitment")
    return [
        _fact("scheduled-payment", row, row.forecast_on, row.amount)
        for row in rows.order_by("forecast_on", "pk")
    ]


def _fact(kind: str, row: Any, on: Any, amount: Decimal) -> SourceRow:
    return SourceRow(
        kind, row.pk, on, row.commitment.legal_reference, row.source_reference, amount,
        row.source_file, row.source_line,
    )  # fmt: skip


READERS: dict[str, Reader] = {
    "ae_programmed": cells("ae"),
    "cp_programmed": cells("cp"),
    "cp_programmed_next": cells("cp", rank=1),
    "ae_programmed_to_date": cells("ae"),
    "cp_programmed_to_date": cells("cp"),
    "cp_compulsory": cells("cp", natures=(ProgrammingNature.COMPULSORY,)),
    "cp_unavoidable": cells("cp", natures=_OWED),
    "ae_planned": cells("ae", natures=_OWN),
    "cp_planned": cells("cp", natures=_OWN),
    "ae_requested": cells("ae", stage="requested"),
    "cp_requested": cells("cp", stage="requested"),
    "ae_granted": cells("ae", stage="granted"),
    "cp_granted": cells("cp", stage="granted"),
    "cp_forecast": of_report,
    "cp_former": of_former,
    "cp_moved": changed_cells,
    "compulsory_unpaid": owed_rows,
    "cp_due_next": next_year_rows,
}
