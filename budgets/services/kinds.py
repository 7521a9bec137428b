"""What people own in the budgets room (`accounts.services.owned`)."""

from __future__ import annotations

from typing import Any

from accounts.services.owned import RecordKind
from budgets.models import NomenclatureNode
from common.trees import has_children, refuse_cycle, take_origin


def place_node(actor: Any, fields: dict[str, Any], node: NomenclatureNode | None) -> None:
    """A node has the data origin of the one above it."""
    take_origin(fields, node)


NOMENCLATURE = RecordKind(
    name="nomenclature",
    model=NomenclatureNode,
    editable=frozenset({"name", "kind", "parent", "valid_from", "valid_to"}),
    place=place_node,
    check=refuse_cycle,
    in_use=has_children,
)
