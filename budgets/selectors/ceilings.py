"""What nodes hold, for decisions that are checked against it: read after the lock, as sets."""

from __future__ import annotations

from collections.abc import Collection

from budgets.enums import NomenclatureKind
from budgets.models import NomenclatureNode
from budgets.selectors.availability import Cents, Reading, sums_by

Held = dict[tuple[int, str], Cents]


def held_by(nodes: Collection[NomenclatureNode], fiscal_year: int, origin: str) -> Held:
    """Return the sums of an exercise by node and by T2 or HT2; two queries, whatever the nodes.

    A UO holds what sits on it and below it (GBCP art. 65); what stands above holds what it has not
    distributed, and that alone.
    """
    owners = _owners({node.pk for node in nodes if node.kind == NomenclatureKind.UO})
    for node in nodes:
        if node.kind != NomenclatureKind.UO:
            owners.setdefault(node.pk, set()).add(node.pk)
    reading = Reading(fiscal_year, origin=origin, nodes=frozenset(owners))
    held: Held = {}
    for (node_id, credit_type), cents in sums_by(reading, "node_id", "credit_type").items():
        for owner in owners[node_id]:
            key = (owner, credit_type)
            held[key] = held.get(key, Cents()) + cents
    return held


def held_on_tranches(
    tranche_ids: Collection[int], fiscal_year: int, origin: str
) -> dict[int, Cents]:
    """Return the sums of operations, by the id of their tranche; one query."""
    if not tranche_ids:
        return {}
    found = sums_by(Reading(fiscal_year, origin=origin), "tranche_id")
    return {pk: cents for (pk,), cents in found.items() if pk in tranche_ids}


def _owners(units: set[int]) -> dict[int, set[int]]:
    """Return, for each UO and each node below one, the UO that hold it; one query."""
    if not units:
        return {}
    parents = dict(NomenclatureNode.objects.order_by().values_list("pk", "parent_id"))
    owners: dict[int, set[int]] = {}
    for pk in parents:
        above: int | None = pk
        while above is not None:
            if above in units:
                owners.setdefault(pk, set()).add(above)
            above = parents[above]
    return owners
