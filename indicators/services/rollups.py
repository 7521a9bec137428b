"""Roll-ups by tree node and ministry, materialised from the latest snapshots; one origin each."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from indicators.enums import ScopeKind
from indicators.models import RollUp
from indicators.selectors.summaries import (
    COLUMNS,
    followed_projects,
    latest_snapshots,
    summary_of,
)
from projects.models import PortfolioNode


@transaction.atomic
def rebuild_rollups(as_of: dt.date) -> int:
    """Replace every roll-up; return their number. One read, whatever the number of scopes."""
    rows = latest_snapshots(followed_projects(as_of)).values_list(
        "project__data_origin",
        "project__node_id",
        "project__ministry__code",
        "project__is_interministerial",
        "project__phase",
        *COLUMNS,
    )
    above = _ancestors()
    scopes: dict[tuple[str, str, str], list[tuple[Any, ...]]] = {}
    for origin, node_id, ministry, *figures in rows:
        keys = [(ScopeKind.TOTAL, "")]
        keys += [(ScopeKind.NODE, code) for code in above.get(node_id, ())]
        keys += [(ScopeKind.MINISTRY, ministry)] if ministry else []
        for kind, code in keys:
            scopes.setdefault((origin, kind, code), []).append(tuple(figures))
    now = timezone.now()
    RollUp.objects.all().delete()
    built = RollUp.objects.bulk_create(
        RollUp(
            data_origin=origin,
            scope_kind=kind,
            scope_code=code,
            as_of=as_of,
            computed_at=now,
            **summary_of(figures),
        )
        for (origin, kind, code), figures in sorted(scopes.items())
    )
    return len(built)


def _ancestors() -> dict[int, list[str]]:
    """Return the codes of each node and of all the nodes above it."""
    nodes = {
        pk: (parent, code)
        for pk, parent, code in PortfolioNode.objects.order_by("pk").values_list(
            "pk", "parent_id", "code"
        )
    }
    found: dict[int, list[str]] = {}
    for pk in nodes:
        codes, current = [], pk
        while current is not None:
            parent, code = nodes[current]
            codes.append(code)
            current = parent
        found[pk] = codes
    return found
