"""What was computed and kept agrees with the rows: snapshots with ledgers, roll-ups with snapshots.

The ledger totals of a snapshot are summed again here by another way than the computation's: one
statement, in the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import BigIntegerField, F, OuterRef, Q, QuerySet, Subquery, Sum
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
_OF_YEAR = Q(fiscal_year=OuterRef("exercise"))
_ALL = Q()
_OWN, _THROUGH = "project_id", "commitment__project_id"
ROLLED_UP = (
    "ae_opened",
    "ae_frozen",
    "ae_committed",
    "cp_opened",
    "cp_frozen",
    "cp_paid",
    "left_to_pay",
)


def _total(rows: Any, path: str, amount: str, condition: Q) -> Coalesce:
    """Return the sum of a ledger for the project and date of the outer snapshot, in cents."""
    day = f"{rows.model.DATE_FIELD}__lte"
    kept = rows.filter(condition, **{path: OuterRef("project_id"), day: OuterRef("as_of")})
    summed = kept.order_by().values(path).annotate(total=Sum(Cast(F(amount), _RAW)))
    return Coalesce(Subquery(summed.values("total"), output_field=_RAW), 0)


def _ledger_totals() -> dict[str, Coalesce]:
    moved, signed = CreditMovement.objects.all(), Commitment.objects.all()
    done, paid = ServiceDone.objects.all(), Payment.objects.all()
    return {
        "ae_opened": _total(moved, _OWN, "ae", _OF_YEAR & OPENED),
        "ae_frozen": _total(moved, _OWN, "ae", _OF_YEAR & FROZEN),
        "cp_opened": _total(moved, _OWN, "cp", _OF_YEAR & OPENED),
        "cp_frozen": _total(moved, _OWN, "cp", _OF_YEAR & FROZEN),
        "ae_committed": _total(signed, _OWN, "amount", _OF_YEAR & CONSUMING),
        "committed_total": _total(signed, _OWN, "amount", _ALL),
        "service_done_total": _total(done, _THROUGH, "amount", _ALL),
        "cp_paid": _total(paid, _THROUGH, "amount", _OF_YEAR),
        "paid_total": _total(paid, _THROUGH, "amount", _ALL),
        "advances_total": _total(paid, _THROUGH, "amount", Q(is_advance=True)),
    }


def stale_totals() -> Iterator[Mismatch]:
    """Yield the fresh snapshots whose ledger totals are not those of the rows; one query.

    Fresh: the latest of its project, computed from the figures as they are. A stale one waits for
    its refresh and proves nothing.
    """
    totals = _ledger_totals()
    fresh: QuerySet[Any] = IndicatorSnapshot.objects.latest().filter(
        figures_version=F("project__figures_version")
    )
    fresh = fresh.annotate(exercise=ExtractYear("as_of"))
    fresh = fresh.annotate(**{f"summed_{name}": total for name, total in totals.items()})
    fresh = fresh.annotate(**{f"kept_{name}": Coalesce(Cast(name, _RAW), 0) for name in totals})
    # Compared here: a condition of the query would sum every ledger a second time.
    pairs = [f"{kind}_{name}" for name in totals for kind in ("summed", "kept")]
    rows = fresh.order_by("project_id").values("project__code", *pairs)
    for row in rows:
        for name in totals:
            wanted, found = row[f"summed_{name}"], row[f"kept_{name}"]
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
