"""What the pages of the ledgers read; rows are always those that the person may read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Max, QuerySet, Sum

from budgets.models import (
    OPENED,
    Commitment,
    CreditMovement,
    NomenclatureNode,
    Payment,
    PaymentRequest,
    ScheduledPayment,
    ServiceDone,
)
from budgets.models.rows import AXES
from partners.models import Contract

ZERO = Decimal("0.00")
Sums = tuple[Decimal, Decimal, Decimal]
NOTHING: Sums = (ZERO, ZERO, ZERO)
_PROVENANCE = ("batch", "recorded_by")
_OWN = ("project", "node", *AXES, *_PROVENANCE)
_OF_COMMITMENT = ("commitment", "commitment__project", "commitment__node")


def movements(user: Any) -> QuerySet[CreditMovement]:
    """Return the credit movements with what a row shows."""
    return CreditMovement.objects.visible_to(user).select_related(*_OWN)


def commitments(user: Any) -> QuerySet[Commitment]:
    """Return the commitments with what a row shows."""
    return Commitment.objects.visible_to(user).select_related(*_OWN)


def services_done(user: Any) -> QuerySet[ServiceDone]:
    """Return the services done with what a row shows."""
    return ServiceDone.objects.visible_to(user).select_related(*_OF_COMMITMENT, *_PROVENANCE)


def payments(user: Any) -> QuerySet[Payment]:
    """Return the payments with what a row shows."""
    return Payment.objects.visible_to(user).select_related(*_OF_COMMITMENT, *_PROVENANCE)


def payment_requests(user: Any) -> QuerySet[PaymentRequest]:
    """Return the payment requests with what a row shows."""
    return PaymentRequest.objects.visible_to(user).select_related(*_OF_COMMITMENT, *_PROVENANCE)


def scheduled_payments(user: Any) -> QuerySet[ScheduledPayment]:
    """Return the scheduled payments with what a row shows."""
    through = ("movement", "movement__project", "movement__node")
    seen = ScheduledPayment.objects.visible_to(user)
    return seen.select_related(*_OF_COMMITMENT, *through, *_PROVENANCE)


@dataclass(frozen=True)
class CommitmentLife:
    """Everything under one legal reference and one origin: euros TTC, AE and CP apart.

    `committed` is the sum of the signed movements, withdrawals included; left to pay is committed
    minus paid (restes à payer, domain §1.4); left to certify is committed minus service done.
    """

    movements: list[Commitment]
    services_done: list[ServiceDone]
    payments: list[Payment]
    contracts: list[Contract]
    committed: Decimal
    done: Decimal
    paid: Decimal

    @property
    def left_to_pay(self) -> Decimal:
        """Committed minus paid."""
        return self.committed - self.paid

    @property
    def left_to_certify(self) -> Decimal:
        """Committed minus service done."""
        return self.committed - self.done


def commitment_life(user: Any, commitment: Commitment) -> CommitmentLife:
    """Return the movements of the same legal reference, what was certified, paid and contracted.

    Four queries, whatever the number of rows.
    """
    same = {
        "legal_reference": commitment.legal_reference,
        "data_origin": commitment.data_origin,
    }
    through = {f"commitment__{name}": value for name, value in same.items()}
    signed = list(commitments(user).filter(**same).order_by("committed_on", "pk"))
    done = list(services_done(user).filter(**through).order_by("done_on", "pk"))
    paid = list(payments(user).filter(**through).order_by("paid_on", "pk"))
    links = Contract.objects.visible_to(user).filter(
        commitment_links__commitment__in=[row.pk for row in signed]
    )
    return CommitmentLife(
        signed,
        done,
        paid,
        list(links.distinct().order_by("code")),
        sum((row.amount for row in signed), ZERO),
        sum((row.amount for row in done), ZERO),
        sum((row.amount for row in paid), ZERO),
    )


@dataclass(frozen=True)
class TreeRow:
    """A node of the nomenclature with its depth, and the sums of it and of what is below.

    `ae` and `cp` are the credits opened, without what is frozen; euros TTC.
    """

    node: NomenclatureNode
    depth: int
    ae: Decimal
    cp: Decimal
    committed: Decimal

    @property
    def level(self) -> int:
        """Return the level as people count it, from 1."""
        return self.depth + 1

    @property
    def padding(self) -> int:
        """Return the step of the left margin, in the scale of the design system."""
        return 1 + 2 * min(self.depth, 6)


def newest_record(user: Any, origin: str) -> dt.datetime | None:
    """Return when the last visible movement or commitment of an origin was recorded."""
    found = [
        rows.filter(data_origin=origin).aggregate(newest=Max("recorded_at"))["newest"]
        for rows in (CreditMovement.objects.visible_to(user), Commitment.objects.visible_to(user))
    ]
    return max((moment for moment in found if moment is not None), default=None)


def nomenclature_tree(user: Any, origin: str, *, q: str = "", kind: str = "") -> list[TreeRow]:
    """Return the nodes in the order of the tree, with the sums of visible rows of one origin.

    The sums of a node are those of the list filtered by it: its own rows and those below. A search
    keeps the nodes that match and their ancestors. Three queries.
    """
    nodes = {node.pk: node for node in NomenclatureNode.objects.visible_to(user).order_by("code")}
    kept = _with_ancestors(nodes, q=q, kind=kind) if q or kind else set(nodes)
    sums = _own_sums(user, origin)
    ordered = _in_order(nodes)
    for node, _depth in reversed(ordered):
        if node.parent_id is not None:
            sums[node.parent_id] = _added(sums.get(node.parent_id), sums.get(node.pk))
    return [
        TreeRow(node, depth, *sums.get(node.pk, NOTHING))
        for node, depth in ordered
        if node.pk in kept
    ]


def _in_order(nodes: dict[int, NomenclatureNode]) -> list[tuple[NomenclatureNode, int]]:
    """Return the nodes, each before what is below it, with their depth."""
    below: dict[int | None, list[NomenclatureNode]] = {}
    for node in nodes.values():
        below.setdefault(node.parent_id, []).append(node)
    ordered: list[tuple[NomenclatureNode, int]] = []
    waiting = [(node, 0) for node in reversed(below.get(None, []))]
    while waiting:
        node, depth = waiting.pop()
        ordered.append((node, depth))
        waiting += [(child, depth + 1) for child in reversed(below.get(node.pk, []))]
    return ordered


def _own_sums(user: Any, origin: str) -> dict[int, Sums]:
    """Return AE opened, CP opened and AE committed on each node that has rows; two queries."""
    seen = CreditMovement.objects.visible_to(user).filter(data_origin=origin)
    moved = seen.filter(OPENED).order_by().values_list("node_id")
    signed = Commitment.objects.visible_to(user).filter(data_origin=origin).order_by()
    sums = {pk: (ae, cp, ZERO) for pk, ae, cp in moved.annotate(Sum("ae"), Sum("cp"))}
    for pk, amount in signed.values_list("node_id").annotate(Sum("amount")):
        sums[pk] = _added(sums.get(pk), (ZERO, ZERO, amount))
    return sums


def _added(one: Sums | None, other: Sums | None) -> Sums:
    one, other = one or NOTHING, other or NOTHING
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _with_ancestors(nodes: dict[int, NomenclatureNode], *, q: str, kind: str) -> set[int]:
    """Return the ids of the nodes that match, and of everything above them."""
    kept: set[int] = set()
    text = q.casefold()
    for node in nodes.values():
        if (kind and node.kind != kind) or text not in f"{node.code} {node.name}".casefold():
            continue
        current: NomenclatureNode | None = node
        while current is not None and current.pk not in kept:
            kept.add(current.pk)
            current = nodes.get(current.parent_id) if current.parent_id else None
    return kept
