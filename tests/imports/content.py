"""What the domain holds, whatever the ids: the rows of every importable table by natural keys."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db.models import F

from records.importing.registry import registered_rooms
from records.services.facts import FactTable
from tests.imports.digests import domain_models

# Counters that only grow, so that an edit begun before an undo is stale after it.
COUNTERS = {"version", "updated_at", "figures_version"}
KEPT_APART = ("records_", "jobs_", "indicators_")


def lookups(table: Any) -> list[str]:
    """Return the lookups of the columns of an importable table."""
    if issubclass(table, FactTable):
        lines = ["source_file", "source_line"] if table.has_source else []
        return [*table.paths.values(), *lines]
    named = [f"{field}__{lookup}" for field, _table, lookup in table.references.values()]
    return ["code", *table.columns.values(), *named]


def content() -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each importable table, in the order of their values."""
    found = {}
    for room in registered_rooms():
        for table in room.tables:
            rows = table.model._base_manager.order_by().values_list(*lookups(table))
            found[table.name] = sorted(rows, key=repr)
    return found


def content_digest() -> str:
    """Return the SHA-256 of `content`."""
    return hashlib.sha256(repr(content()).encode()).hexdigest()


def ledger_digests() -> dict[str, str]:
    """Return the SHA-256 of each domain table, ids included: counters, history, batches and what
    is computed set apart.
    """
    digests = {}
    for model in domain_models():
        name = model._meta.db_table
        if name.startswith(KEPT_APART) or hasattr(model, "history_object"):
            continue
        names = [f.attname for f in model._meta.concrete_fields if f.attname not in COUNTERS]
        rows = model._base_manager.order_by("pk").values_list(*(F(name) for name in names))
        digests[name] = hashlib.sha256("".join(map(repr, rows)).encode()).hexdigest()
    return digests
