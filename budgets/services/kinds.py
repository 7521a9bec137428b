"""What people own in the budgets room (`accounts.services.owned`)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.services.owned import RecordKind
from budgets.models import NomenclatureNode
from budgets.rules.nomenclature import may_stand_below
from common.trees import has_children, refuse_cycle, take_origin


def place_node(actor: Any, fields: dict[str, Any], node: NomenclatureNode | None) -> None:
    """A node has the data origin of the one above it."""
    take_origin(fields, node)


def check_node(node: NomenclatureNode) -> None:
    """Refuse a circle, and a node moved below what its kind does not stand below.

    Raises ValidationError on `parent`. A node recorded by an import is left where it is.
    """
    refuse_cycle(node)
    parent_kind = node.parent.kind if node.parent else None
    if may_stand_below(node.kind, parent_kind):
        return
    known = NomenclatureNode.objects.filter(pk=node.pk).values_list("kind", "parent_id").first()
    if known == (node.kind, node.parent_id):
        return
    message = _("A node of this kind does not stand there in the nomenclature.")
    raise ValidationError({"parent": message})


NOMENCLATURE = RecordKind(
    name="nomenclature",
    model=NomenclatureNode,
    editable=frozenset(
        {"name", "kind", "parent", "external_code", "fiscal_year", "valid_from", "valid_to"}
    ),
    place=place_node,
    check=check_node,
    in_use=has_children,
)
