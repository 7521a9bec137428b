"""What the indicators read of the programming: sums by project, in a constant number of statements.

The version of record of the exercise of the date, and the one that it comes from; the last frozen
CRG. Amounts are cents TTC, each version in its own stage; lines taken out are left apart.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import BigIntegerField, Case, F, Q, Sum, When
from django.db.models.functions import Cast
from numpy.typing import NDArray

from budgets.enums import ProgrammingNature, VersionKind
from budgets.models import ProgrammingAmount, ProgrammingLine, ProgrammingVersion
from budgets.rules.landing import months_run
from budgets.rules.programming import stage_of
from indicators.dues import columns, having
from indicators.formulas.programming import programmed_to_date

_RAW = BigIntegerField()
_N, _NEXT = Q(rank=0), Q(rank=1)
_OWED = (ProgrammingNature.UNAVOIDABLE, ProgrammingNature.COMMITTED)
_OWN = (ProgrammingNature.PLANNED, ProgrammingNature.NEW)

# What is 0 for a project of which the version of record says nothing; the rest is missing.
PROGRAMMED = (
    "ae_programmed", "cp_programmed", "cp_programmed_next", "ae_dated", "ae_undated",
    "cp_compulsory", "cp_unavoidable", "ae_planned", "cp_planned",
)  # fmt: skip
SAID = (
    "ae_requested", "cp_requested", "ae_granted", "cp_granted", "cp_moved", "cp_former",
    "cp_forecast",
)  # fmt: skip

# What is read of the programming; `*_to_date` derive from it.
PROGRAMMING = (
    *(name for name in PROGRAMMED if name not in ("ae_dated", "ae_undated")),
    "ae_programmed_to_date",
    "cp_programmed_to_date",
    *SAID,
)

_MOVED = """
WITH cells AS (
  SELECT l.project_id, l.lineage, a.rank, {staged} AS cp, v.is_of_record AS is_new
  FROM {amount} a JOIN {line} l ON l.id = a.line_id
  JOIN {version} v ON v.id = l.programming_version_id
  WHERE v.id IN ({versions}) AND l.taken_out_at IS NULL AND {having}
), held AS (
  SELECT project_id,
    SUM(CASE WHEN is_new THEN COALESCE(cp, 0) ELSE 0 END) AS new,
    SUM(CASE WHEN is_new THEN 0 ELSE COALESCE(cp, 0) END) AS former
  FROM cells GROUP BY project_id, lineage, rank
)
SELECT project_id, CAST(SUM(ABS(new - former)) AS BIGINT), CAST(SUM(former) AS BIGINT)
FROM held WHERE project_id IS NOT NULL GROUP BY project_id
"""


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of an exercise that figures are read in, an origin each at most."""

    records: dict[str, int]
    formers: tuple[int, ...]
    reports: tuple[int, ...]


def versions_of(fiscal_year: int) -> Versions:
    """Return the versions of record by origin, those they come from, and the last CRG that is
    frozen of each origin; one query.
    """
    rows = ProgrammingVersion.objects.filter(fiscal_year=fiscal_year).frozen()
    records: dict[str, int] = {}
    formers: list[int] = []
    reports: dict[str, int] = {}
    columns = ("pk", "data_origin", "kind", "is_of_record", "parent_id")
    for pk, origin, kind, is_of_record, parent in rows.order_by("number").values_list(*columns):
        if is_of_record:
            records[origin] = pk
            formers += [parent] if parent else []
        if kind in (VersionKind.CRG1, VersionKind.CRG2):
            reports[origin] = pk
    return Versions(records, tuple(formers), tuple(sorted(reports.values())))


def programmed_sums(
    versions: Versions, keeping: Any, as_of: dt.date
) -> dict[str, list[tuple[int, int | None]]]:
    """Return (project id, cents) pairs by name of `PROGRAMMED` and `SAID`; two statements.

    `keeping` gives the condition that keeps some projects, on a path. `ae_dated` are the AE of N
    of acts whose month of notification is come at `as_of`, `ae_undated` those of lines without a
    month; CP are spread by month (`formulas.programming`).
    """
    ae, cp = _staged("ae"), _staged("cp")
    is_dated = Q(line__act_month__isnull=False)
    wanted: dict[str, tuple[Any, Q]] = {
        "ae_programmed": (ae, _N),
        "cp_programmed": (cp, _N),
        "cp_programmed_next": (cp, _NEXT),
        "ae_dated": (ae, _N & is_dated & Q(line__act_month__lte=as_of)),
        "ae_undated": (ae, _N & ~is_dated),
        "cp_compulsory": (cp, _N & Q(line__nature=ProgrammingNature.COMPULSORY)),
        "cp_unavoidable": (cp, _N & Q(line__nature__in=_OWED)),
        "ae_planned": (ae, _N & Q(line__nature__in=_OWN)),
        "cp_planned": (cp, _N & Q(line__nature__in=_OWN)),
    }
    for stage in ("requested", "granted"):
        for one in ("ae", "cp"):
            wanted[f"{one}_{stage}"] = (Cast(F(f"{stage}_{one}"), _RAW), _N)
    of_record = Q(line__programming_version__in=list(versions.records.values()))
    of_report = Q(line__programming_version__in=versions.reports)
    sums = {
        f"sum_{name}": Sum(value, filter=of_record & kept) for name, (value, kept) in wanted.items()
    }
    sums["sum_cp_forecast"] = Sum(cp, filter=of_report & _N)
    path = "line__project_id"
    rows = ProgrammingAmount.objects.filter(
        of_record | of_report, keeping(path), line__taken_out_at__isnull=True
    ).order_by()
    found: dict[str, list[tuple[int, int | None]]] = {name: [] for name in (*PROGRAMMED, *SAID)}
    for row in rows.values(path).annotate(**sums):
        for name in sums:
            found[name.removeprefix("sum_")].append((row[path], row[name]))
    return found


def moved_sums(
    versions: Versions, condition: str, values: dict[str, int]
) -> list[tuple[int, int, int]]:
    """Return (project id, Σ |CP of record − CP of the former|, Σ CP of the former), by cell of the
    same lineage; one statement. Nothing when the version of record comes from none.

    `condition` keeps some projects by `{column}`, with its `values`.
    """
    ids = [*versions.records.values(), *versions.formers] if versions.formers else [0]
    named = {f"v{index}": pk for index, pk in enumerate(ids)}
    tables = {"amount": ProgrammingAmount, "line": ProgrammingLine, "version": ProgrammingVersion}
    quoted = {
        name: connection.ops.quote_name(model._meta.db_table) for name, model in tables.items()
    }
    whens = " ".join(
        f"WHEN v.kind = '{kind.value}' THEN a.{stage_of(kind).value}_cp" for kind in VersionKind
    )
    statement = _MOVED.format(
        **quoted, staged=f"CASE {whens} END", having=condition.format(column="l.project_id"),
        versions=", ".join(f"%({name})s" for name in named),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, **named})
        return [(int(row[0]), int(row[1]), int(row[2])) for row in cursor.fetchall()]


def _staged(measure: str) -> Case:
    """Return the cents of a cell in the stage of its version."""
    kinds = {kind: stage_of(kind) for kind in VersionKind}
    return Case(
        *(
            When(
                line__programming_version__kind=kind.value,
                then=Cast(F(f"{stage}_{measure}"), _RAW),
            )
            for kind, stage in kinds.items()
        ),
        output_field=_RAW,
    )


def programming_figures(rows: Any, as_of: dt.date) -> dict[str, NDArray[np.float64]]:
    """Return what the version of record of the exercise of `as_of` programmes, by project.

    `rows` is the perimeter of a read (`series`). Three statements.

    Without one everything is missing (NaN); where one is, a project that it does not name has 0
    programmed, and what nobody said (requested, granted, forecast) stays missing.
    """
    versions = versions_of(as_of.year)
    sums = programmed_sums(versions, rows.having, as_of)
    condition, values = having(rows.project_ids)
    moved = moved_sums(versions, condition, values) if condition else []
    sums |= {"cp_moved": list(columns(moved, 1)), "cp_former": list(columns(moved, 2))}
    found = {name: rows.spread(sums[name]) for name in (*PROGRAMMED, *SAID)}
    held = np.array([row[5] in versions.records for row in rows.projects], dtype=bool)
    for name in PROGRAMMED:
        found[name] = np.where(held & np.isnan(found[name]), 0.0, found[name])
    months = months_run(as_of.year, as_of)
    dated, undated = found.pop("ae_dated"), found.pop("ae_undated")
    found["ae_programmed_to_date"] = programmed_to_date(undated, months, dated)
    found["cp_programmed_to_date"] = programmed_to_date(found["cp_programmed"], months)
    return found
