"""What grants open, as values: no table is read here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from accounts.enums import Reach


class GrantInForce(NamedTuple):
    """A role and its scope; the number and the end of the grant when it is an emergency.

    `behalf` is the person who lends it, None for a grant of one's own.
    """

    role: str
    scope_kind: str
    scope_code: str
    emergency: int | None = None
    ends_at: dt.datetime | None = None
    behalf: int | None = None


class Holder(NamedTuple):
    """Somebody whose own records are looked for, when another person stands in for them."""

    pk: int


@dataclass(frozen=True)
class Scopes:
    """Where a user may act: everywhere, or inside the scopes of the grants, by reach.

    Codes are those of the portfolio tree, of the nomenclature or of the partners, as the reach
    says; the empty code means the whole of it. `lent` are the same for what is personal (own
    projects, own contracts), by the person who lends it: theirs are reached, not one's own.
    """

    everywhere: bool = False
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    lent: Mapping[int, Mapping[str, frozenset[str]]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing at all is allowed."""
        return not (self.everywhere or self.codes or self.lent)

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
        lent = {giver: _of(found, reaches) for giver, found in self.lent.items()}
        kept = {giver: found for giver, found in lent.items() if found}
        return Scopes(self.everywhere, _of(self.codes, reaches), kept)

    @property
    def only_nodes(self) -> bool:
        """Whether whole portfolio nodes, and nothing else, are reached."""
        return set(self.codes) == {Reach.NODE} and not self.lent


def _of(codes: Mapping[str, frozenset[str]], reaches: Iterable[str]) -> dict[str, frozenset[str]]:
    return {reach: found for reach, found in codes.items() if reach in reaches}
