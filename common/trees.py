"""Trees held by parent: one query whatever the number of nodes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def subtree_ids(model: Any, codes: Iterable[str]) -> set[int]:
    """Return the ids of the named nodes of a tree and of everything below.

    `model` has `code` and `parent`; the empty code is the root. One query.
    """
    wanted = set(codes)
    parents: dict[int | None, list[int]] = {}
    kept: list[int] = []
    rows = model.objects.order_by().values_list("id", "parent_id", "code")
    for node_id, parent_id, code in rows:
        parents.setdefault(parent_id, []).append(node_id)
        if "" in wanted or code in wanted:
            kept.append(node_id)
    found: set[int] = set()
    while kept:
        node_id = kept.pop()
        if node_id not in found:
            found.add(node_id)
            kept.extend(parents.get(node_id, ()))
    return found


def ancestor_ids(model: Any, ids: Iterable[int]) -> set[int]:
    """Return the ids of nodes and of everything above them; one query, none without any id."""
    found: set[int] = set()
    left = list(ids)
    if not left:
        return found
    parents = dict(model.objects.order_by().values_list("pk", "parent_id"))
    while left:
        node_id = left.pop()
        if node_id is not None and node_id not in found:
            found.add(node_id)
            left.append(parents[node_id])
    return found


def refuse_cycle(node: Any) -> None:
    """Refuse a node that would stand below itself. Raises ValidationError on `parent`."""
    if node.pk is None or node.parent_id is None:
        return
    if node.parent_id in subtree_ids(type(node), [node.code]):
        raise ValidationError({"parent": _("A node does not stand below itself.")})


def take_origin(fields: dict[str, Any], node: Any) -> None:
    """Give what is created or moved (`node`, None when created) the data origin of its parent.

    What stands below a node that moves keeps the origin that it has: a move between origins is
    refused, totals never mix them. Raises ValidationError on `parent`.
    """
    parent = fields.get("parent")
    if parent is None:
        return
    if node is not None and node.data_origin != parent.data_origin:
        raise ValidationError(
            {"parent": _("Published, operational and fictitious data stay in trees of their own.")}
        )
    fields["data_origin"] = parent.data_origin


def has_children(node: Any) -> bool:
    """Whether nodes stand below this one: a foreign key alone would delete them with it."""
    found: bool = node.children.exists()
    return found


def codes_below(model: Any, codes: Iterable[str]) -> frozenset[str]:
    """Return the codes of the named nodes and of everything below; two queries."""
    kept = model.objects.filter(pk__in=subtree_ids(model, codes)).order_by()
    return frozenset(kept.values_list("code", flat=True))
