"""What was computed and kept agrees with the rows: snapshots with ledgers, roll-ups with snapshots.

The ledger totals of a snapshot are summed again here by another way than the computation's: one
statement a ledger, in the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import BigIntegerField, F, Q, QuerySet, Sum
from django.db.models.functions import Cast, Coalesce, ExtractYear

from budgets.models import (
    CONSUMING,
    FROZEN,
    OPENED,
    Commitment,
    CreditMovement,
    Payment,
    ServiceDone,
)
from common.money import from_cents
from indicators.enums import ScopeKind
from indicators.models import IndicatorSnapshot, RollUp
from indicators.selectors.summaries import followed_projects
from indicators.services.verification.report import Mismatch
from projects.models import PortfolioNode

_RAW = BigIntegerField()
_SNAPSHOT = "snapshots"
_OF_YEAR = Q(fiscal_year=F("exercise"))
_ALL = Q()
_OWN, _THROUGH = "project", "commitment__project"
ROLLED_UP = (
    "ae_opened",
    "ae_frozen",
    "ae_committed",
    "cp_opened",
    "cp_frozen",
    "cp_paid",
    "left_to_pay",
)


def _ledger_totals() -> tuple[tuple[Any, str, dict[str, tuple[str, Q]]], ...]:
    """Return of each ledger its rows, the way to their project, and for each column of a snapshot
    the amount that it sums and of which rows.
    """
    return (
        (
            CreditMovement.objects.all(),
            _OWN,
            {
                "ae_opened": ("ae", _OF_YEAR & OPENED),
                "ae_frozen": ("ae", _OF_YEAR & FROZEN),
                "cp_opened": ("cp", _OF_YEAR & OPENED),
                "cp_frozen": ("cp", _OF_YEAR & FROZEN),
            },
        ),
        (
            Commitment.objects.all(),
            _OWN,
            {
                "ae_committed": ("amount", _OF_YEAR & CONSUMING),
                "committed_total": ("amount", _ALL),
            },
        ),
        (ServiceDone.objects.all(), _THROUGH, {"service_done_total": ("amount", _ALL)}),
        (
            Payment.objects.all(),
            _THROUGH,
            {
                "cp_paid": ("amount", _OF_YEAR),
                "paid_total": ("amount", _ALL),
                "advances_total": ("amount", Q(is_advance=True)),
            },
        ),
    )


def _summed(
    rows: Any, path: str, totals: dict[str, tuple[str, Q]], fresh: QuerySet[Any]
) -> dict[int, dict[str, int]]:
    """Return by snapshot the sums of a ledger until its date, in cents; the ledger is read once."""
    snapshot = f"{path}__{_SNAPSHOT}"
    until = {f"{rows.model.DATE_FIELD}__lte": F(f"{snapshot}__as_of")}
    kept = rows.filter(**{f"{snapshot}__in": fresh.values("pk")}, **until)
    kept = kept.annotate(exercise=ExtractYear(f"{snapshot}__as_of"))
    sums = {
        f"summed_{name}": Sum(Cast(F(amount), _RAW), filter=condition or None)
        for name, (amount, condition) in totals.items()
    }
    found = kept.order_by().values(f"{snapshot}__pk").annotate(**sums)
    return {
        row[f"{snapshot}__pk"]: {name: row[f"summed_{name}"] or 0 for name in totals}
        for row in found
    }


def stale_totals() -> Iterator[Mismatch]:
    """Yield the fresh snapshots whose ledger totals are not those of the rows; one query, and one
    a ledger.

    Fresh: the latest of its project, computed from the figures as they are. A stale one waits for
    its refresh and proves nothing.
    """
    fresh: QuerySet[Any] = IndicatorSnapshot.objects.latest().filter(
        figures_version=F("project__figures_version")
    )
    ledgers = [
        (list(totals), _summed(rows, path, totals, fresh))
        for rows, path, totals in _ledger_totals()
    ]
    names = [name for some, _sums in ledgers for name in some]
    kept = fresh.annotate(**{f"kept_{name}": Coalesce(Cast(name, _RAW), 0) for name in names})
    columns = [f"kept_{name}" for name in names]
    for row in kept.order_by("project_id").values("pk", "project__code", *columns):
        for some, sums in ledgers:
            for name in some:
                wanted, found = sums.get(row["pk"], {}).get(name, 0), row[f"kept_{name}"]
                if wanted != found:
                    yield Mismatch(
                        "snapshot",
                        f"{IndicatorSnapshot._meta.label}.{name}",
                        row["project__code"],
                        str(from_cents(wanted)),
                        str(from_cents(found)),
                    )


def rollups_apart() -> Iterator[Mismatch]:
    """Yield the nodes whose roll-up is not the sum of its projects and children; four queries.

    Roll-ups older than a snapshot that they read are stale, and prove nothing.
    """
    columns = {f"raw_{name}": Cast(name, _RAW) for name in ROLLED_UP}
    rollups: list[Any] = list(RollUp.objects.annotate(**columns).values())
    if not rollups:
        return
    as_of = max(row["as_of"] for row in rollups)
    computed = min(row["computed_at"] for row in rollups)
    rows: list[Any] = list(
        IndicatorSnapshot.objects.latest()
        .filter(project__in=followed_projects(as_of))
        .annotate(**columns)
        .values("project__data_origin", "project__node_id", "computed_at", *columns)
    )
    if any(row["computed_at"] > computed for row in rows):
        return
    own = _own_sums(rows, tuple(columns))
    yield from _by_node(rollups, own, tuple(columns))


def _own_sums(
    rows: list[dict[str, Any]], columns: tuple[str, ...]
) -> dict[tuple[str, int], dict[str, int]]:
    """Return the sums of the projects of each origin and node."""
    found: dict[tuple[str, int], dict[str, int]] = {}
    for row in rows:
        sums = found.setdefault((row["project__data_origin"], row["project__node_id"]), {})
        for column in columns:
            sums[column] = sums.get(column, 0) + (row[column] or 0)
    return found


def _by_node(
    rollups: list[dict[str, Any]],
    own: dict[tuple[str, int], dict[str, int]],
    columns: tuple[str, ...],
) -> Iterator[Mismatch]:
    """Compare each node's roll-up with its own projects plus the roll-ups of its children."""
    kept = {
        (row["data_origin"], row["scope_code"]): row
        for row in rollups
        if row["scope_kind"] == ScopeKind.NODE
    }
    nodes = list(PortfolioNode.objects.order_by().values_list("pk", "parent__code", "code"))
    children: dict[str, list[str]] = {}
    for _pk, parent, code in nodes:
        children.setdefault(parent or "", []).append(code)
    pk_of = {code: pk for pk, _parent, code in nodes}
    for (origin, code), row in sorted(kept.items()):
        below = [kept[origin, child] for child in children.get(code, ()) if (origin, child) in kept]
        mine = own.get((origin, pk_of.get(code, 0)), {})
        for column in columns:
            wanted = mine.get(column, 0) + sum(child[column] or 0 for child in below)
            if wanted != (row[column] or 0):
                name = f"{RollUp._meta.label}.{column.removeprefix('raw_')}"
                told = str(from_cents(wanted)), str(from_cents(row[column] or 0))
                yield Mismatch("rollup", name, f"{origin} {code}", *told)
