"""What a check tells of a deposit: counts, control totals, errors first, anomalies, changes."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from records.importing.stage import StagedRow, StagedTable
from records.services.anomalies import Anomaly, money_columns
from records.services.plan import Changes, ImportTable, Plan
from records.services.traces import key_text, plain

# What a page shows; the counts are of everything.
SHOWN = 500
SAMPLE = 5


def build_report(plan: Plan, anomalies: list[Anomaly]) -> dict[str, Any]:
    """Return the report of a plan that was validated, for JSON."""
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
        "errors_total": len(report.errors),
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
            "lines": len(staged.rows) + len(staged.aside),
            "columns": list(staged.columns),
            "sample": [[row.line, *row.cells] for row in staged.rows[:SAMPLE]],
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
    faulty = {row.line for row in staged.rows if row.bad}
    created = sum(row.line not in doubtful | faulty for row in changes.created)
    updated = sum(row.line not in doubtful | faulty for row, _known, _c in changes.updated)
    return {
        "name": name,
        "title": staged.schema.title,
        "file": staged.file,
        "lines": len(staged.every_row()),
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
    faulty = [row for row in staged.rows if row.bad]
    found = []
    for column in money_columns(staged.schema):
        if column not in staged.columns:
            continue
        aside = [_amount(row.values.get(column)) for row in staged.aside]
        refused = [_amount(row.values.get(column)) for row in faulty]
        sound = [*(row for row in staged.rows if not row.bad), *staged.known]
        kept = [_amount(row.values[column]) for row in sound]
        waits = [_amount(row.values[column]) for row in staged.waiting]
        waiting = sum((value for value in waits if value is not None), Decimal(0))
        out = sum((value for value in [*aside, *refused] if value is not None), Decimal(0))
        result = sum((value for value in kept if value is not None), Decimal(0))
        found.append(
            {
                "table": staged.schema.name,
                "column": column,
                "title": staged.schema.field(column).title,
                "file": plain(out + waiting + result),
                "out": plain(out),
                "unread": sum(value is None for value in [*aside, *refused]),
                "waiting": plain(waiting),
                "result": plain(result),
            }
        )
    return found


def _amount(value: Any) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def _changes(plan: Plan, anomalies: list[Anomaly]) -> list[dict[str, Any]]:
    """Return the lines that change something, changes before creations."""
    doubtful = {(anomaly.table, anomaly.line) for anomaly in anomalies}
    found: list[dict[str, Any]] = []
    for name, changes in plan.changes.items():
        table = plan.tables[name]
        for row, known, changed in changes.updated:
            if (name, row.line) not in doubtful and len(found) < SHOWN:
                found.append(_line(table, row, "updated", _compared(table, row, known, changed)))
    for name, changes in plan.changes.items():
        table = plan.tables[name]
        for row in changes.created[: max(0, SHOWN - len(found))]:
            cells = [
                {"column": column, "before": "", "after": _text(row.values[column])}
                for column in money_columns(table.schema)
            ]
            found.append(_line(table, row, "created", cells))
    return found


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
    left = SHOWN
    for name, staged in plan.stage.tables.items():
        for row in staged.rows:
            if left and (row.bad or (name, row.line) in doubtful):
                left -= 1
                found.setdefault(name, {})[str(row.line)] = list(row.cells)
    return found
