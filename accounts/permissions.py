"""What a user may do: the grants of the day read through the policy table (rule 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.enums import Reach
from accounts.models import Grant
from accounts.policy import POLICY, TOKEN_SCOPES
from common.fiscal import today


@dataclass(frozen=True)
class Scopes:
    """Where a user may act: everywhere, in whole nodes, or on own records inside nodes.

    Node codes are those of the portfolio tree; the empty code means the whole tree.
    """

    everywhere: bool = False
    nodes: frozenset[str] = frozenset()
    own_nodes: frozenset[str] = frozenset()

    @property
    def empty(self) -> bool:
        """Whether nothing at all is allowed."""
        return not (self.everywhere or self.nodes or self.own_nodes)


def grants_of(user: Any) -> tuple[tuple[str, str], ...]:
    """Return the (role, node code) pairs in force today; one query, kept on the user object."""
    if not user.is_authenticated:
        return ()
    cached: tuple[tuple[str, str], ...] | None = getattr(user, "_grants_in_force", None)
    if cached is None:
        rows = Grant.objects.filter(user_id=user.pk).active_on(today())
        cached = tuple(rows.order_by("role", "node_code").values_list("role", "node_code"))
        user._grants_in_force = cached
    return cached


def scopes_of(user: Any, action: str, resource: str) -> Scopes:
    """Return where `user` may do `action` on `resource`.

    A machine client's token narrows what its role allows (`token_scopes` is set by the API
    authentication).
    """
    token_scopes = getattr(user, "token_scopes", None)
    if token_scopes is not None and not any(
        (resource, action) in TOKEN_SCOPES.get(scope, ()) for scope in token_scopes
    ):
        return Scopes()
    everywhere = False
    nodes: set[str] = set()
    own_nodes: set[str] = set()
    for role, node_code in grants_of(user):
        reach = POLICY.get((role, resource, action))
        if reach == Reach.ALL or (reach == Reach.NODE and not node_code):
            everywhere = True
        elif reach == Reach.NODE:
            nodes.add(node_code)
        elif reach == Reach.OWN:
            own_nodes.add(node_code)
    return Scopes(everywhere, frozenset(nodes), frozenset(own_nodes))


def can(user: Any, action: str, resource: str) -> bool:
    """Whether `user` may do `action` on some object of this kind; rows are checked apart."""
    return not scopes_of(user, action, resource).empty
