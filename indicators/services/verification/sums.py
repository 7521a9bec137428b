"""The same cents at every level: line, project, portfolio node, nomenclature node, root."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection, models
from django.db.models import BigIntegerField, F, Sum
from django.db.models.functions import Cast

from budgets.models import NomenclatureNode
from common.money import from_cents
from indicators.services.verification.report import Mismatch
from indicators.services.verification.tables import LEDGERS, Ledger, name_of
from projects.models import PortfolioNode, Project

_RAW = BigIntegerField()
Tree = dict[int, tuple[int | None, str]]


def sums_by_level() -> Iterator[Mismatch]:
    """Yield the levels whose sums do not agree; three queries, and two a ledger.

    Each ledger is summed once by the database, and once by groups added up each of the two trees:
    a row that no root reaches (a broken link, a loop in a tree) is missing there.
    """
    nomenclature, portfolio = _tree(NomenclatureNode), _tree(PortfolioNode)
    node_of = dict(Project.objects.order_by().values_list("pk", "node_id"))
    for ledger in LEDGERS:
        for amount in ledger.amounts:
            groups = _groups(ledger, amount)
            total = _total(ledger, amount)
            by_node = [(node, cents) for _project, node, cents in groups]
            yield from _compare(ledger, amount, "nomenclature", total, by_node, nomenclature)
            # What is allotted to no project stands beside the portfolio tree, not in it.
            free = sum(cents for project, _node, cents in groups if project is None)
            by_project = [
                (node_of.get(project), cents)
                for project, _node, cents in groups
                if project is not None
            ]
            yield from _compare(ledger, amount, "portfolio", total - free, by_project, portfolio)


def _tree(model: type[models.Model]) -> Tree:
    rows = model._base_manager.order_by().values_list("pk", "parent_id", "code")
    return {pk: (parent, code) for pk, parent, code in rows}


def _total(ledger: Ledger, amount: str) -> int:
    """Return the sum of a ledger in cents, read without any join."""
    total = ledger.model._base_manager.aggregate(total=Sum(Cast(F(amount), _RAW)))["total"]
    return int(total or 0)


def _groups(ledger: Ledger, amount: str) -> list[tuple[int | None, int | None, int]]:
    """Return (project, node, cents) sums."""
    rows = ledger.model._base_manager.order_by().values_list(ledger.project, ledger.node)
    return list(rows.annotate(total=Sum(Cast(F(amount), _RAW))))


def _compare(
    ledger: Ledger,
    amount: str,
    tree_name: str,
    total: int,
    parts: Iterable[tuple[int | None, int]],
    tree: Tree,
) -> Iterator[Mismatch]:
    """Yield the difference between a ledger and the roots of a tree, with the nodes to look at."""
    lost: dict[str, int] = {}
    reached = 0
    for node, cents in parts:
        if reaches_root(node, tree):
            reached += cents
        else:
            label = tree[node][1] if node in tree else f"id {node}"
            lost[label] = lost.get(label, 0) + cents
    check, table = f"sums_{tree_name}", f"{ledger.label}.{amount}"
    for label, cents in sorted(lost.items()):
        yield Mismatch(check, table, label, "a way to a root", f"{from_cents(cents)} outside")
    if reached != total and not lost:
        wanted, found = from_cents(total), from_cents(reached)
        yield Mismatch(check, table, "total", str(wanted), str(found))


def reaches_root(node: int | None, tree: Tree) -> bool:
    """Tell whether the parents of a node lead to a root, without a gap or a loop."""
    seen: set[int] = set()
    while node is not None:
        if node in seen or node not in tree:
            return False
        seen.add(node)
        node = tree[node][0]
    return bool(seen)


def amounts_not_whole() -> Iterator[Mismatch]:
    """Yield the rows whose amount is no whole number of cents; SQLite alone can hold them."""
    if connection.vendor != "sqlite":
        return
    for ledger in LEDGERS:
        for amount in ledger.amounts:
            kind: Any = models.Func(F(amount), function="typeof", output_field=models.CharField())
            odd = ledger.model._base_manager.annotate(stored_as=kind).exclude(stored_as="integer")
            for row, found in odd.order_by("pk").values_list(name_of(ledger.model), "stored_as"):
                yield Mismatch("whole_cents", f"{ledger.label}.{amount}", row, "integer", found)


def executions_beyond() -> Iterator[Mismatch]:
    """Yield the legal commitments whose services done, or payments, exceed what was committed.

    Facts are recorded, not refused: these are alerts. One query a ledger.
    """
    _movements, commitments, *executions = LEDGERS
    path = "legal_reference"
    committed = _by_reference(commitments, path)
    for ledger in executions:
        for reference, cents in sorted(_by_reference(ledger, f"commitment__{path}").items()):
            ceiling = committed.get(reference, 0)
            if cents > ceiling:
                yield Mismatch(
                    "execution_beyond_commitment",
                    ledger.label,
                    reference,
                    f"at most {from_cents(ceiling)}",
                    str(from_cents(cents)),
                )


def _by_reference(ledger: Ledger, path: str) -> dict[str, int]:
    rows = ledger.model._base_manager.order_by().values_list(path)
    return dict(rows.annotate(total=Sum(Cast(F("amount"), _RAW))))
