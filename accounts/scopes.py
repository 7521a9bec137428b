"""What grants open, as values: no table is read here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from accounts.enums import Reach


class GrantInForce(NamedTuple):
    """A role and its scope; the number and the end of the grant when it is an emergency."""

    role: str
    scope_kind: str
    scope_code: str
    emergency: int | None = None
    ends_at: dt.datetime | None = None


@dataclass(frozen=True)
class Scopes:
    """Where a user may act: everywhere, or inside the scopes of the grants, by reach.

    Codes are those of the portfolio tree, of the nomenclature or of the partners, as the reach
    says; the empty code means the whole of it.
    """

    everywhere: bool = False
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing at all is allowed."""
        return not (self.everywhere or self.codes)

    @property
    def nodes(self) -> frozenset[str]:
        """Return the portfolio nodes that are reached whole."""
        return self.codes.get(Reach.NODE, frozenset())

    @property
    def own_nodes(self) -> frozenset[str]:
        """Return the portfolio nodes in which own projects are reached."""
        return self.codes.get(Reach.OWN, frozenset())

    @property
    def budget_nodes(self) -> frozenset[str]:
        """Return the BOP and UO that are reached whole."""
        return self.codes.get(Reach.BUDGET, frozenset())

    def only(self, *reaches: str) -> Scopes:
        """Return these scopes with some reaches alone."""
        kept = {reach: found for reach, found in self.codes.items() if reach in reaches}
        return Scopes(self.everywhere, kept)

    @property
    def only_nodes(self) -> bool:
        """Whether whole portfolio nodes, and nothing else, are reached."""
        return set(self.codes) == {Reach.NODE}
