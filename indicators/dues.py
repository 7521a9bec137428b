"""What is left to pay by age, and what falls due in the exercise: read by commitment, told by
project (BX-07, BX-14).

A commitment is known by its legal reference, its schedule by its lines. The sums by commitment are
made in the database: a portfolio has many commitments, and a project has few figures.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from budgets.models import Commitment, Payment, ScheduledPayment, ServiceDone
from budgets.rules.accruals import AGE_BOUNDS
from common.fiscal import add_months

# The bands of BX-14, between the ages of `AGE_BOUNDS`.
BANDS = ("left_under_1y", "left_1_2y", "left_2_3y", "left_over_3y")

_LEFT = """
WITH moves AS (
  SELECT c.project_id, c.legal_reference, c.amount AS delta, c.committed_on AS day
  FROM {commitment} c
  WHERE {having} AND c.committed_on <= %(day)s AND c.recorded_at <= %(known)s
  UNION ALL
  SELECT c.project_id, c.legal_reference, -p.amount, p.paid_on
  FROM {payment} p JOIN {commitment} c ON c.id = p.commitment_id
  WHERE {having} AND p.paid_on <= %(day)s AND p.recorded_at <= %(known)s
  UNION ALL
  SELECT c.project_id, c.legal_reference, 0, s.done_on
  FROM {service} s JOIN {commitment} c ON c.id = s.commitment_id
  WHERE {having} AND s.done_on <= %(day)s AND s.recorded_at <= %(known)s
), held AS (
  SELECT project_id, SUM(delta) AS rest, MAX(day) AS last_on
  FROM moves GROUP BY project_id, legal_reference
)
SELECT project_id,
  CAST(SUM(CASE WHEN last_on > %(one)s THEN rest ELSE 0 END) AS BIGINT),
  CAST(SUM(CASE WHEN last_on <= %(one)s AND last_on > %(two)s THEN rest ELSE 0 END) AS BIGINT),
  CAST(SUM(CASE WHEN last_on <= %(two)s AND last_on > %(three)s THEN rest ELSE 0 END) AS BIGINT),
  CAST(SUM(CASE WHEN last_on <= %(three)s THEN rest ELSE 0 END) AS BIGINT)
FROM held GROUP BY project_id
"""

_DUE = """
WITH moves AS (
  SELECT c.project_id, c.id AS line, e.amount AS expected, 0 AS paid
  FROM {schedule} e JOIN {commitment} c ON c.id = e.commitment_id
  WHERE {having} AND e.fiscal_year = %(year)s
    AND e.forecast_on <= %(day)s AND e.recorded_at <= %(known)s
  UNION ALL
  SELECT c.project_id, c.id, 0, p.amount
  FROM {payment} p JOIN {commitment} c ON c.id = p.commitment_id
  WHERE {having} AND p.fiscal_year = %(year)s
    AND p.paid_on <= %(day)s AND p.recorded_at <= %(known)s
), held AS (
  SELECT project_id, SUM(expected) AS expected, SUM(paid) AS paid
  FROM moves GROUP BY project_id, line
)
SELECT project_id,
  CAST(SUM(CASE WHEN expected > paid THEN expected - paid ELSE 0 END) AS BIGINT)
FROM held WHERE expected <> 0 GROUP BY project_id
"""

_OWED = """
WITH moves AS (
  SELECT c.project_id, c.legal_reference, s.amount AS delta
  FROM {service} s JOIN {commitment} c ON c.id = s.commitment_id
  WHERE {having} AND s.fiscal_year < %(year)s
    AND s.done_on <= %(day)s AND s.recorded_at <= %(known)s
  UNION ALL
  SELECT c.project_id, c.legal_reference, -p.amount
  FROM {payment} p JOIN {commitment} c ON c.id = p.commitment_id
  WHERE {having} AND NOT p.is_advance
    AND p.paid_on <= %(day)s AND p.recorded_at <= %(known)s
), held AS (
  SELECT project_id, SUM(delta) AS owed FROM moves GROUP BY project_id, legal_reference
)
SELECT project_id, CAST(SUM(CASE WHEN owed > 0 THEN owed ELSE 0 END) AS BIGINT)
FROM held GROUP BY project_id
"""

_TABLES = {
    "commitment": Commitment,
    "payment": Payment,
    "service": ServiceDone,
    "schedule": ScheduledPayment,
}


def left_by_age(
    project_ids: Sequence[int] | range, as_of: dt.date, known_at: dt.datetime
) -> list[tuple[int, ...]]:
    """Return (project id, then the cents left to pay of each band of `BANDS`); one statement.

    The age of a commitment is that of its last movement, signed, certified or paid, at `as_of`:
    a year is complete on its anniversary.
    """
    bounds = {
        name: add_months(as_of, -12 * years)
        for name, years in zip(("one", "two", "three"), AGE_BOUNDS, strict=True)
    }
    return _read(_LEFT, project_ids, as_of, known_at, **bounds)


def due_unpaid(
    project_ids: Sequence[int] | range, as_of: dt.date, known_at: dt.datetime
) -> list[tuple[int, ...]]:
    """Return (project id, cents that schedules still expect in the exercise of `as_of`).

    A line paid beyond its schedule expects nothing more and takes nothing from the others (BX-07).
    One statement.
    """
    return _read(_DUE, project_ids, as_of, known_at, year=as_of.year)


def compulsory_unpaid(
    project_ids: Sequence[int] | range, as_of: dt.date, known_at: dt.datetime
) -> list[tuple[int, ...]]:
    """Return (project id, cents certified on former exercises and not paid yet); one statement.

    Compulsory spending (GBCP art. 95): by commitment, payments settle the oldest services first,
    advances settle none.
    """
    return _read(_OWED, project_ids, as_of, known_at, year=as_of.year)


def _read(
    statement: str,
    project_ids: Sequence[int] | range,
    as_of: dt.date,
    known_at: dt.datetime,
    **more: Any,
) -> list[tuple[int, ...]]:
    condition, named = having(project_ids)
    if condition is None:
        return []
    quoted = {
        name: connection.ops.quote_name(model._meta.db_table) for name, model in _TABLES.items()
    }
    days = {name: _day(value) for name, value in more.items()}
    values = {
        **named, **days, "day": _day(as_of),
        "known": connection.ops.adapt_datetimefield_value(known_at),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            statement.format(having=condition.format(column="c.project_id"), **quoted), values
        )
        return [tuple(map(int, row)) for row in cursor.fetchall()]


def _day(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def having(project_ids: Sequence[int] | range) -> tuple[str | None, dict[str, int]]:
    """Return the condition on a project, of a `{column}`, and its values; None for no project."""
    if isinstance(project_ids, range):
        bounds = {"start": project_ids.start, "stop": project_ids.stop}
        return "{column} >= %(start)s AND {column} < %(stop)s", bounds
    named = {f"p{index}": int(pk) for index, pk in enumerate(project_ids)}
    marks = ", ".join(f"%({name})s" for name in named)
    return (f"{{column}} IN ({marks})" if named else None), named


def columns(rows: Iterable[tuple[int, ...]], index: int) -> list[tuple[int, int]]:
    """Return the (project id, cents) pairs of one column of rows."""
    return [(row[0], row[index]) for row in rows]
