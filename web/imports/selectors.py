"""What the pages of the imports show: lines with errors first, totals, rows of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.permissions import can
from records.enums import BatchKind, BatchState, DraftState, RowChange
from records.importing.registry import registered_rooms
from records.importing.schema import TableSchema, load_schemas
from records.models import DraftFile, ImportBatch, ImportDraft, ImportMapping
from records.services.anomalies import money_columns
from records.services.checking import is_ready
from records.services.facts import FactTable
from records.services.placing import is_zip
from records.services.undo import may_undo_alone
from web.imports.words import title_of

ROWS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of a line, before and after."""

    title: str
    before: Any
    after: Any
    is_money: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the check."""

    effect: str
    table: str
    file: str
    line: int | None
    key: str
    cells: tuple[Cell, ...] = ()
    column: str = ""
    title: str = ""
    value: str = ""
    message: str = ""
    anomaly: str = ""
    confirmed: bool = False
    can_correct: bool = False


def error_lines(draft: ImportDraft) -> list[Line]:
    """Return a line an error, in the order of the file."""
    schemas = load_schemas()
    faulty = draft.report.get("lines", {})
    found = []
    for error in draft.report.get("errors", ()):
        table, line = error["table"], error["line"]
        cells = faulty.get(table, {}).get(str(line), [])
        schema = schemas.get(table)
        found.append(
            Line(
                "error", table, error["file"], line, cells[0] if cells else "",
                column=error["column"],
                title=error.get("heading") or _title(schema, error["column"]),
                value=error["value"], message=error["message"],
                can_correct=bool(cells) and error["column"] in columns_of(draft, table),
            )
        )  # fmt: skip
    return found


def anomaly_lines(draft: ImportDraft) -> list[Line]:
    """Return a line an anomaly, confirmed or not."""
    schemas = load_schemas()
    confirmed = set(draft.confirmed)
    files = {table["name"]: table["file"] for table in draft.report.get("tables", ())}
    found = []
    for told in draft.report.get("anomalies", ()):
        schema = schemas[told["table"]]
        cells = (
            (_cell(schema, told["column"], told["before"], told["after"]),)
            if told["column"]
            else ()
        )
        found.append(
            Line(
                "anomaly", told["table"], files.get(told["table"], ""), told["line"],
                told["identity"] or title_of(schema.title), cells, told["column"],
                message=told["message"], anomaly=told["key"], confirmed=told["key"] in confirmed,
            )
        )  # fmt: skip
    return found


def change_lines(draft: ImportDraft) -> list[Line]:
    """Return the lines that change something."""
    schemas = load_schemas()
    files = {table["name"]: table["file"] for table in draft.report.get("tables", ())}
    return [
        Line(
            told["effect"], told["table"], files.get(told["table"], ""), told["line"], told["key"],
            tuple(
                _cell(schemas[told["table"]], cell["column"], cell["before"], cell["after"])
                for cell in told["cells"]
            ),
        )
        for told in draft.report.get("changes", ())
    ]  # fmt: skip


def _title(schema: TableSchema | None, column: str) -> str:
    names = {field.name: field.title for field in schema.fields} if schema else {}
    return title_of(names.get(column, column))


def _cell(schema: TableSchema, column: str, before: str, after: str) -> Cell:
    is_money = column in money_columns(schema)
    if is_money:
        return Cell(_title(schema, column), _decimal(before), _decimal(after), is_money=True)
    return Cell(_title(schema, column), before, after)


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text not in ("", None) else None


def columns_of(draft: ImportDraft, table: str) -> list[str]:
    """Return the columns of a table, as its file has them."""
    for told in draft.recognised:
        if told["name"] == table:
            return list(told["columns"])
    return []


def labels_of(draft: ImportDraft, table: str) -> dict[str, str]:
    """Return what a table calls its columns: the headings of the file, else their names."""
    for told in draft.recognised:
        if told["name"] == table:
            headings = told.get("headings", {})
            return {name: headings.get(name) or name for name in told["columns"]}
    return {}


def matchable_files(draft: ImportDraft) -> list[DraftFile]:
    """Return the files whose columns may be matched otherwise."""
    if draft.kind != BatchKind.PORTFOLIO:
        return []
    return [file for file in draft.files.all() if not is_zip(file) and file.table != "workbook"]


def recognised_of(draft: ImportDraft) -> list[dict[str, Any]]:
    """Return what was recognised, the titles in the language of the page, and the name of the
    saved mapping that read a file.
    """
    codes = {table["mapping"] for table in draft.recognised if table.get("mapping")}
    rows = ImportMapping.objects.filter(code__in=codes).order_by()
    names = dict(rows.values_list("code", "name")) if codes else {}
    return [
        {
            **table,
            "mapping_name": names.get(table.get("mapping", ""), table.get("mapping", "")),
            "title": title_of(table["title"]),
            "labels": list(labels_of(draft, table["name"]).values()),
        }
        for table in draft.recognised
    ]


def sums_of(draft: ImportDraft) -> dict[str, int]:
    """Return the counts of every table added up."""
    names = ("lines", "created", "updated", "unchanged", "to_check", "errors", "waiting", "aside")
    tables = draft.report.get("tables", ())
    return {name: sum(table.get(name, 0) for table in tables) for name in names}


def totals_of(draft: ImportDraft) -> list[dict[str, Any]]:
    """Return the control totals; `agrees` when what stands is the file less what is left out
    or waits.
    """
    found = []
    for total in draft.report.get("totals", ()):
        names = ("file", "out", "waiting", "result")
        amounts = {name: Decimal(total.get(name, 0)) for name in names}
        left_out = amounts["out"] + amounts["waiting"]
        agrees = amounts["file"] - left_out == amounts["result"] and not total["unread"]
        told = {"title": title_of(total["title"]), "agrees": agrees, "left_out": left_out}
        found.append({**total, **amounts, **told})
    return found


def aside_lines(draft: ImportDraft) -> list[dict[str, Any]]:
    """Return the lines set aside, with their reason."""
    return [
        {"table": table, "line": int(line), "reason": kept["reason"], "cells": kept["cells"]}
        for table, lines in draft.set_aside.items()
        for line, kept in sorted(lines.items(), key=lambda item: int(item[0]))
    ]


def reject_rows(draft: ImportDraft, table: str) -> list[tuple[int, str, list[str]]]:
    """Return the lines of a table in error or set aside: line, reason, cells."""
    faulty = draft.report.get("lines", {}).get(table, {})
    reasons: dict[int, list[str]] = {}
    for error in draft.report.get("errors", ()):
        if error["table"] == table and error["line"] is not None:
            column = error.get("heading") or error["column"]
            reasons.setdefault(error["line"], []).append(f"{column}: {error['message']}")
    rows = [(line, " ".join(told), faulty.get(str(line), [])) for line, told in reasons.items()]
    rows += [
        (kept["line"], kept["reason"], kept["cells"])
        for kept in aside_lines(draft)
        if kept["table"] == table
    ]
    return sorted(rows)


def check_of(draft: ImportDraft) -> dict[str, Any]:
    """Return everything that the step « check » shows."""
    errors, anomalies = error_lines(draft), anomaly_lines(draft)
    sums = sums_of(draft)
    already = draft.report.get("already", "")
    return {
        "already": ImportBatch.objects.filter(code=already).first() if already else None,
        "sums": sums,
        "written": sums["created"] + sums["updated"] + sums["to_check"],
        "totals": totals_of(draft),
        "errors": errors,
        "errors_total": draft.report.get("errors_total", 0),
        "anomalies": anomalies,
        "unconfirmed": sum(not line.confirmed for line in anomalies),
        "changes": change_lines(draft),
        "aside": aside_lines(draft),
        "warnings": draft.report.get("warnings", ()),
        "ready": is_ready(draft),
        "rejected_tables": sorted(
            {line.table for line in errors if line.line and line.table} | set(draft.set_aside)
        ),
    }


STEPS: dict[str, int] = {
    DraftState.DRAFT: 2,
    DraftState.CHECKING: 2,
    DraftState.CHECKED: 3,
    DraftState.COMMITTING: 4,
    DraftState.APPLIED: 4,
}


def stepper(step: int) -> dict[str, Any]:
    """Return the words of the stepper."""
    titles = [
        _("Deposit the files"),
        _("What was recognised"),
        _("Check before recording"),
        _("Record and trace the import"),
    ]
    following = titles[step] if step < len(titles) else ""
    return {"step": step, "title": titles[step - 1], "next": following, "steps": len(titles)}


def batch_tables(batch: ImportBatch) -> list[dict[str, Any]]:
    """Return the counts of a batch by table, the first rows of each and its control totals."""
    found = []
    for room in registered_rooms():
        for table in room.tables:
            counts = batch.counts.get(table.name)
            if counts and any(counts.values()):
                found.append(
                    {
                        "name": table.name,
                        "title": title_of(load_schemas()[table.name].title),
                        "counts": counts,
                        "rows": _rows_of(table, batch),
                        "totals": _stored_totals(table, batch),
                    }
                )
    return found


def _rows_of(table: Any, batch: ImportBatch) -> list[dict[str, Any]]:
    """Return the first rows that a batch wrote, in words."""
    traces = batch.rows.filter(table=table.name).order_by("pk")
    kept = [
        {
            "line": row.line,
            "key": row.key,
            "change": row.get_change_display(),
            "cells": [
                (name, row.before.get(name, ""), row.after.get(name, ""))
                for name in (row.after or row.before)
            ],
        }
        for row in traces[:ROWS_SHOWN]
    ]
    if issubclass(table, FactTable) and table.has_source and batch.state != BatchState.UNDONE:
        facts = table.model._base_manager.filter(batch=batch).order_by("source_line", "pk")
        for values in facts.values("source_line", *table.paths.values())[:ROWS_SHOWN]:
            cells = [(name, "", values[path]) for name, path in table.paths.items()]
            kept.append(
                {
                    "line": values["source_line"],
                    "key": cells[0][2],
                    "change": str(RowChange.CREATED.label),
                    "cells": cells[1:],
                }
            )
    return kept


def _stored_totals(table: Any, batch: ImportBatch) -> list[tuple[str, Any]]:
    """Return the sums of the amounts of the facts that a batch holds now."""
    if not issubclass(table, FactTable) or not table.has_source:
        return []
    schema = load_schemas()[table.name]
    columns = [name for name in money_columns(schema) if name in table.paths]
    sums = table.model._base_manager.filter(batch=batch).aggregate(
        **{f"sum_{name}": Sum(table.paths[name]) for name in columns}
    )
    return [(title_of(schema.field(name).title), sums[f"sum_{name}"]) for name in columns]


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a person may decide about a batch now."""

    may_undo: bool = False
    may_request: bool = False
    may_confirm: bool = False
    may_withdraw: bool = False


def decisions_of(user: Any, batch: ImportBatch, now: Any) -> Decisions:
    """Return the decisions that the rights and the state allow."""
    if not can(user, Action.UNDO, Resource.IMPORT_BATCH):
        return Decisions()
    if not ImportBatch.objects.allowing(user, Action.UNDO).filter(pk=batch.pk).exists():
        return Decisions()
    if batch.state == BatchState.UNDO_REQUESTED:
        return Decisions(may_confirm=batch.undo_requested_by_id != user.pk, may_withdraw=True)
    if batch.state == BatchState.APPLIED:
        alone = may_undo_alone(batch, user, now)
        return Decisions(may_undo=alone, may_request=not alone)
    return Decisions()
