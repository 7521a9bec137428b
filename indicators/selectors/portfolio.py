"""Portfolio figures for a person: the materialised roll-up of their perimeter, or a live one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.enums import Action, Resource
from accounts.permissions import scopes_of
from common.fiscal import today
from indicators.enums import ScopeKind
from indicators.models import IndicatorSnapshot, RollUp
from indicators.selectors.summaries import followed_projects, summarise
from projects.models import PortfolioNode, Project


def dashboard_figures(user: Any, origin: str, *, node_code: str = "") -> RollUp | None:
    """Return the figures of what `user` may read in one data origin, as a `RollUp`.

    The materialised row serves whole perimeters (everything, one node); a perimeter of own
    projects, or of several nodes, is summed live. None when nothing is visible or computed yet.
    """
    scopes = scopes_of(user, Action.READ, Resource.INDICATOR_VALUE)
    rows = RollUp.objects.filter(data_origin=origin)
    if scopes.everywhere:
        kind = ScopeKind.NODE if node_code else ScopeKind.TOTAL
        return rows.filter(scope_kind=kind, scope_code=node_code).first()
    if scopes.only_nodes and len(scopes.nodes) == 1 and not node_code:
        (code,) = scopes.nodes
        return rows.filter(scope_kind=ScopeKind.NODE, scope_code=code).first()
    return _live(user, origin, node_code)


def _live(user: Any, origin: str, node_code: str) -> RollUp | None:
    day = today()
    followed = followed_projects(day).filter(data_origin=origin)
    mine = Project.objects.allowing(user, Action.READ, Resource.INDICATOR_VALUE)
    counted = followed.filter(pk__in=mine.values("pk"))
    if node_code:
        inside = PortfolioNode.objects.subtree_ids([node_code])
        counted = counted.filter(node_id__in=inside)
    figures = summarise(counted)
    if not figures["projects"]:
        return None
    snapshot = IndicatorSnapshot.objects.latest().filter(project__in=counted)
    newest = snapshot.order_by("-computed_at").first()
    moment = newest.computed_at if newest else dt.datetime.now(tz=dt.UTC)
    return RollUp(data_origin=origin, as_of=day, computed_at=moment, **figures)


def roll_ups(user: Any, origin: str, kind: str) -> Any:
    """Return the materialised roll-ups of one kind; only a grant on everything opens them all."""
    scopes = scopes_of(user, Action.READ, Resource.INDICATOR_VALUE)
    rows = RollUp.objects.filter(data_origin=origin, scope_kind=kind)
    if scopes.everywhere:
        return rows
    if kind == ScopeKind.NODE and scopes.nodes:
        return rows.filter(scope_code__in=scopes.nodes)
    return rows.none()
