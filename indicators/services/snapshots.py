"""Writing the wide snapshots of a batch: COPY on PostgreSQL, executemany on SQLite."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Exists, OuterRef

from indicators.catalogue import INDICATORS
from indicators.formulas.outcome import Outcome, Reason
from indicators.models import IndicatorRun, IndicatorSnapshot
from indicators.series import AMOUNTS, SeriesBatch

_CODES = {int(reason): reason.code for reason in Reason}
_BATCH_INPUTS = (
    "bac",
    "pv",
    "ev",
    "ac",
    "actual_time",
    "initial_cost",
    "current_cost",
    "reference_cost",
    "initial_duration",
    "current_duration",
    "reference_duration",
)
_COLUMNS = (
    "project_id",
    "run_id",
    "as_of",
    "is_latest",
    "figures_version",
    "computed_at",
    "reasons",
    *_BATCH_INPUTS,
    *AMOUNTS,
    *(indicator.key for indicator in INDICATORS),
)
# Columns of whole numbers: exact amounts in cents, durations in months.
_WHOLE = frozenset(
    field.attname
    for field in IndicatorSnapshot._meta.concrete_fields
    if field.get_internal_type() in ("BigIntegerField", "IntegerField", "MoneyField")
)


def write_snapshots(
    run: IndicatorRun, batch: SeriesBatch, figures: dict[str, Outcome], computed_at: dt.datetime
) -> int:
    """Replace the snapshots of the batch at its as-of date; call inside a transaction.

    The latest snapshot of a project is the one of its latest date: an older date computed
    afterwards does not take its place. Returns the number of rows.
    """
    ids = batch.ids.tolist()
    if not ids:
        return 0
    for first in range(0, len(ids), 5_000):
        some = ids[first : first + 5_000]
        theirs = IndicatorSnapshot.objects.filter(project_id__in=some)
        theirs.filter(as_of=batch.as_of).delete()
        theirs.filter(as_of__lt=batch.as_of, is_latest=True).update(is_latest=False)
    later = set(
        IndicatorSnapshot.objects.filter(
            project_id__gte=ids[0], project_id__lte=ids[-1], is_latest=True
        ).values_list("project_id", flat=True)
    )
    _insert(_rows(run, batch, figures, computed_at, later))
    return len(ids)


def _rows(
    run: IndicatorRun,
    batch: SeriesBatch,
    figures: dict[str, Outcome],
    computed_at: dt.datetime,
    later: set[int],
) -> Iterator[tuple[Any, ...]]:
    """Yield one tuple a project, in the order of `_COLUMNS`."""
    numbers = [_plain(getattr(batch, name), name) for name in _BATCH_INPUTS]
    numbers += [_plain(batch.amounts[name], name) for name in AMOUNTS]
    numbers += [_plain(figures[indicator.key].value, indicator.key) for indicator in INDICATORS]
    reasons = _reasons(figures, len(batch))
    ids, versions = batch.ids.tolist(), batch.figures_version.tolist()
    for index, values in enumerate(zip(*numbers, strict=True)):
        project_id = ids[index]
        yield (
            project_id,
            run.pk,
            batch.as_of,
            project_id not in later,
            versions[index],
            computed_at,
            json.dumps(reasons[index], sort_keys=True),
            *values,
        )


def _plain(values: Any, name: str) -> list[Any]:
    """Return Python numbers, None for NaN; whole ones for the columns of whole numbers."""
    known = ~np.isnan(values)
    if name in _WHOLE:
        whole = np.where(known, values, 0).astype(np.int64).tolist()
        return [value if kept else None for value, kept in zip(whole, known.tolist(), strict=True)]
    floats: list[Any] = np.where(known, values, np.array(None)).tolist()
    return floats


def _reasons(figures: dict[str, Outcome], size: int) -> list[dict[str, str]]:
    """Return the reasons of each project by indicator code."""
    found: list[dict[str, str]] = [{} for _ in range(size)]
    for indicator in INDICATORS:
        codes = figures[indicator.key].reason
        for index in np.flatnonzero(codes).tolist():
            found[index][indicator.code] = _CODES[int(codes[index])]
    return found


def _insert(rows: Iterator[tuple[Any, ...]]) -> None:
    table = connection.ops.quote_name(IndicatorSnapshot._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(name) for name in _COLUMNS)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(_COLUMNS))
        prepared = (
            (*row[:2], row[2].isoformat(), row[3], row[4], _utc(row[5]), *row[6:]) for row in rows
        )
        cursor.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608 (own names)
            list(prepared),
        )


def _utc(moment: dt.datetime) -> str:
    """Return a moment as Django stores it on SQLite: naive UTC text."""
    return str(moment.astimezone(dt.UTC).replace(tzinfo=None))


def stale_projects(model: Any) -> Any:
    """Return the projects whose figures changed since their latest snapshot, or that have none."""
    fresh = IndicatorSnapshot.objects.filter(
        project_id=OuterRef("pk"), is_latest=True, figures_version=OuterRef("figures_version")
    )
    return model.objects.exclude(Exists(fresh))
