"""What people own in the budgets room (`accounts.services.owned`)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.services.owned import RecordKind
from budgets.enums import Operator
from budgets.models import MatchingRule, NomenclatureNode
from budgets.rules.matching import COLUMNS
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


def check_rule(rule: MatchingRule) -> None:
    """Refuse a rule without a condition, or whose conditions cannot be read, or without a target.

    Raises ValidationError.
    """
    if not rule.conditions:
        raise ValidationError({"conditions": _("A rule has one condition at least.")})
    for condition in rule.conditions:
        known = condition.get("column") in COLUMNS and condition.get("operator") in Operator.values
        if not known or not str(condition.get("text", "")).strip():
            raise ValidationError({"conditions": _("This condition cannot be read.")})
    if not (rule.node or rule.project or rule.commitment):
        raise ValidationError({"project": _("A rule names a node, a project or a commitment.")})


MATCHING_RULE = RecordKind(
    name="matching_rule",
    model=MatchingRule,
    editable=frozenset(
        {
            "name", "table", "conditions", "node", "project", "commitment", "position",
            "is_automatic",
        }
    ),
    check=check_rule,
)  # fmt: skip
