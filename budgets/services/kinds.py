"""What people own in the budgets room (`accounts.services.owned`)."""

from __future__ import annotations

from accounts.services.owned import RecordKind
from budgets.models import NomenclatureNode
from common.trees import has_children, refuse_cycle

NOMENCLATURE = RecordKind(
    name="nomenclature",
    model=NomenclatureNode,
    editable=frozenset({"name", "kind", "parent", "valid_from", "valid_to"}),
    check=refuse_cycle,
    in_use=has_children,
)
