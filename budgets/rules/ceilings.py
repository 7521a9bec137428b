"""What is left under ceilings along a tree, and what goes beyond them: pure functions of cents.

A ceiling on a node counts what is programmed on it and on everything below, in its year, T2 and
HT2 apart (docs/programming.md; GBCP art. 66: a programming is sustainable within what is given).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# A node, a year, T2 or HT2.
Key = tuple[int, int, str]
Parents = Mapping[int, int | None]


@dataclass(frozen=True, slots=True)
class Limit:
    """A ceiling in force: AE and CP in cents; beyond it, `blocks` refuses, else it only warns."""

    node: int
    year: int
    credit_type: str
    ae: int
    cp: int
    blocks: bool = False

    @property
    def key(self) -> Key:
        """Return what it bounds."""
        return self.node, self.year, self.credit_type


@dataclass(frozen=True, slots=True)
class Charge:
    """What is programmed in a year on a budget line; cents, negative when it gives back.

    `nodes` are the node where the line sits and the axes that refine it: it counts once under a
    ceiling, whichever of them stands below.
    """

    nodes: frozenset[int]
    year: int
    credit_type: str
    ae: int
    cp: int


@dataclass(frozen=True, slots=True)
class Margin:
    """A ceiling, and what is programmed under it; cents."""

    limit: Limit
    ae: int
    cp: int

    @property
    def ae_left(self) -> int:
        """Return the AE that may still be programmed; negative beyond the ceiling."""
        return self.limit.ae - self.ae

    @property
    def cp_left(self) -> int:
        """Return the CP that may still be programmed; negative beyond the ceiling."""
        return self.limit.cp - self.cp


@dataclass(frozen=True, slots=True)
class Breach:
    """What goes beyond a ceiling in AE or in CP: by how many cents."""

    limit: Limit
    ledger: str
    beyond: int


def charged_under(parents: Parents, charges: Iterable[Charge]) -> dict[Key, tuple[int, int]]:
    """Return the AE and CP programmed on each node and below it, by year, T2 and HT2 apart."""
    above: dict[frozenset[int], frozenset[int]] = {}
    found: dict[Key, tuple[int, int]] = {}
    for one in charges:
        if one.nodes not in above:
            above[one.nodes] = _at_or_above(parents, one.nodes)
        for node in above[one.nodes]:
            key = node, one.year, one.credit_type
            ae, cp = found.get(key, (0, 0))
            found[key] = ae + one.ae, cp + one.cp
    return found


def _at_or_above(parents: Parents, nodes: Iterable[int]) -> frozenset[int]:
    found: set[int] = set()
    for node in nodes:
        above: int | None = node
        while above is not None and above not in found:
            found.add(above)
            above = parents.get(above)
    return frozenset(found)


def margins(
    parents: Parents, limits: Iterable[Limit], charges: Iterable[Charge]
) -> dict[Key, Margin]:
    """Return each ceiling with what is programmed under it: margin = ceiling − Σ at and below."""
    charged = charged_under(parents, charges)
    return {one.key: Margin(one, *charged.get(one.key, (0, 0))) for one in limits}


def beyond(margin: Margin) -> list[Breach]:
    """Return what goes beyond a ceiling, in AE and in CP."""
    left = (("AE", margin.ae_left), ("CP", margin.cp_left))
    return [Breach(margin.limit, ledger, -cents) for ledger, cents in left if cents < 0]


def made_worse(
    parents: Parents, limits: Iterable[Limit], before: Iterable[Charge], moved: Iterable[Charge]
) -> list[Breach]:
    """Return what a change pushes beyond a ceiling, or further beyond; none that it brings back.

    `before` is what is programmed, `moved` what the change adds to it. A blocking ceiling refuses
    these; one that warns tells them.
    """
    former = margins(parents, limits, before)
    added = charged_under(parents, moved)
    found: list[Breach] = []
    for key, margin in former.items():
        ae, cp = added.get(key, (0, 0))
        after = Margin(margin.limit, margin.ae + ae, margin.cp + cp)
        worse = {"AE": ae > 0, "CP": cp > 0}
        found += [one for one in beyond(after) if worse[one.ledger]]
    return found
