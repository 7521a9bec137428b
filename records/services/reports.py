"""What a check tells of a deposit: counts, control totals, errors first, anomalies, changes."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from records.importing.stage import StagedRow, StagedTable
from records.services.anomalies import Anomaly, money_columns
from records.services.plan import Changes, ImportTable, Plan, Update
from records.services.traces import key_text, plain

# What a page shows; the counts are of everything.
SHOWN = 500
SAMPLE = 5


def build_report(plan: Plan, anomalies: list[Anomaly]) -> dict[str, Any]:
    """Return the report of a plan that was validated, for JSON.

    It reads the rows of large files again, and nothing of the database: no transaction waits for
    it.
    """
    report = plan.stage.report
    report.sort()
    tables = [_table(plan, staged, anomalies) for staged in plan.stage.tables.values()]
    names = {staged.file: name for name, staged in plan.stage.tables.items()}
    errors = [
        {**fault.as_dict(), "table": names.get(fault.file, "")} for fault in report.errors[:SHOWN]
    ]
    return {
        "tables": tables,
        "totals": [total for staged in plan.stage.tables.values() for total in _totals(staged)],
        "errors": errors,
        "errors_total": report.errors_total,
        "warnings": [fault.as_dict() for fault in report.warnings[:SHOWN]],
        "anomalies": [anomaly.as_dict() for anomaly in anomalies],
        "changes": _changes(plan, anomalies),
        "lines": _lines_to_see(plan, anomalies),
    }


def recognised_tables(tables: Iterable[StagedTable]) -> list[dict[str, Any]]:
    """Return what was recognised of each table: its form, columns, number of lines, first lines."""
    return [
        {
            "name": staged.schema.name,
            "title": staged.schema.title,
            "file": staged.file,
            "form": staged.form,
            "lines": staged.count(),
            "columns": list(staged.columns),
            "sample": [[row.line, *row.cells] for row in staged.first(SAMPLE)],
            "headings": {column: staged.heading(column) for column in staged.columns},
            "mapping": staged.reading.code if staged.reading else "",
            "unread": staged.reading.unread() if staged.reading else [],
        }
        for staged in tables
    ]


def _table(plan: Plan, staged: StagedTable, anomalies: list[Anomaly]) -> dict[str, Any]:
    """Return the counts of a table; a line with an anomaly is neither a creation nor a change."""
    name = staged.schema.name
    changes = plan.changes.get(name, Changes())
    doubtful = {anomaly.line for anomaly in anomalies if anomaly.table == name and anomaly.line}
    is_sound = not plan.stage.report.errors_total
    faulty = set() if is_sound else {row.line for row in staged.every if row.bad}
    out = doubtful | faulty
    created = sum(row.line not in out for row in changes.created) if out else len(changes.created)
    updated = sum(row.line not in out for row, _known, _changed in changes.updated)
    return {
        "name": name,
        "title": staged.schema.title,
        "file": staged.file,
        "lines": staged.count(),
        "created": created,
        "updated": updated,
        "unchanged": changes.unchanged + len(staged.known),
        "waiting": len(staged.waiting),
        "to_check": len(doubtful - faulty),
        "errors": len(faulty),
        "aside": len(staged.aside),
    }


def _totals(staged: StagedTable) -> list[dict[str, Any]]:
    """Return the control total of each column of amounts: that of the file, of the lines in error
    or set aside, of those that will wait, and of what will stand; cells that are no amount are
    counted.
    """
    columns = [column for column in money_columns(staged.schema) if column in staged.columns]
    sums = {part: dict.fromkeys(columns, Decimal(0)) for part in ("out", "waiting", "result")}
    unread = dict.fromkeys(columns, 0)
    for row, part in _by_part(staged):
        for column in columns:
            value = _amount(row.values.get(column))
            if value is not None:
                sums[part][column] += value
            elif part == "out":
                unread[column] += 1
    return [
        {
            "table": staged.schema.name,
            "column": column,
            "title": staged.schema.field(column).title,
            "file": plain(sum((told[column] for told in sums.values()), Decimal(0))),
            "out": plain(sums["out"][column]),
            "unread": unread[column],
            "waiting": plain(sums["waiting"][column]),
            "result": plain(sums["result"][column]),
        }
        for column in columns
    ]


def _by_part(staged: StagedTable) -> Iterator[tuple[StagedRow, str]]:
    """Yield each line with what becomes of it: out, waiting, or part of the result."""
    for row in staged.every:
        yield row, "out" if row.bad else "result"
    for part, rows in (
        ("out", staged.aside),
        ("waiting", staged.waiting),
        ("result", staged.known),
    ):
        for row in rows:
            yield row, part


def _amount(value: Any) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def _changes(plan: Plan, anomalies: list[Anomaly]) -> list[dict[str, Any]]:
    """Return the lines that change something, changes before creations."""
    doubtful = {(anomaly.table, anomaly.line) for anomaly in anomalies}
    found: list[dict[str, Any]] = []
    for name, changes in plan.changes.items():
        table = plan.tables[name]
        sure = (item for item in changes.updated if (name, item[0].line) not in doubtful)
        for row, known, changed in _first_updates(table, sure, max(0, SHOWN - len(found))):
            found.append(_line(table, row, "updated", _compared(table, row, known, changed)))
    for name, changes in plan.changes.items():
        table = plan.tables[name]
        for row in _first(table, changes.created, max(0, SHOWN - len(found))):
            cells = [
                {"column": column, "before": "", "after": _text(row.values[column])}
                for column in money_columns(table.schema)
            ]
            found.append(_line(table, row, "created", cells))
    return found


def _first(table: ImportTable, rows: Iterable[StagedRow], count: int) -> list[StagedRow]:
    """Return the first rows by their keys, whatever their order in the file."""
    primary = table.schema.primary_key
    return heapq.nsmallest(count, rows, key=lambda row: row.key(primary))


def _first_updates(table: ImportTable, items: Iterable[Update], count: int) -> list[Update]:
    primary = table.schema.primary_key
    return heapq.nsmallest(count, items, key=lambda item: item[0].key(primary))


def _compared(
    table: ImportTable, row: StagedRow, known: Any, changed: set[str]
) -> list[dict[str, Any]]:
    return [
        {
            "column": column,
            "before": _text(table.former(known, column)),
            "after": _text(row.values[column]),
        }
        for column in sorted(changed)
    ]


def _text(value: Any) -> str:
    told = plain(value)
    return ", ".join(told) if isinstance(told, list) else str(told)


def _line(
    table: ImportTable, row: StagedRow, effect: str, cells: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "table": table.name,
        "line": row.line,
        "effect": effect,
        "key": key_text(row.key(table.schema.primary_key)),
        "cells": cells,
    }


def _lines_to_see(plan: Plan, anomalies: list[Anomaly]) -> dict[str, dict[str, list[str]]]:
    """Return the cells of the lines in error or doubtful, by table and line."""
    doubtful = {(anomaly.table, anomaly.line) for anomaly in anomalies}
    found: dict[str, dict[str, list[str]]] = {}
    if not doubtful and not plan.stage.report.errors_total:
        return found
    left = SHOWN
    for name, staged in plan.stage.tables.items():
        for row in staged.every:
            if left and (row.bad or (name, row.line) in doubtful):
                left -= 1
                found.setdefault(name, {})[str(row.line)] = list(row.cells)
    return found
