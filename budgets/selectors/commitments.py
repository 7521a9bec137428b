"""What legal commitments hold: committed, certified, requested, paid; cents TTC."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from budgets.models import Commitment, Payment, PaymentRequest, ServiceDone
from common.money import to_cents

# An EJ: its legal reference, and the data origin that no total mixes.
Key = tuple[str, str]


@dataclass(slots=True)
class CommitmentSums:
    """The sums of an EJ or of one of its lines; `advances` are those not recovered yet."""

    committed: int = 0
    done: int = 0
    requested: int = 0
    paid: int = 0
    advances: int = 0


def sums_by_commitment(references: Collection[str]) -> dict[Key, CommitmentSums]:
    """Return the sums of the EJ of these legal references; five queries, whatever their number."""
    found: dict[Key, CommitmentSums] = {}
    names = ("legal_reference", "data_origin")
    signed = Commitment.objects.filter(legal_reference__in=references)
    _add(found, "committed", signed, names)
    through = [f"commitment__{name}" for name in names]
    of = {"commitment__legal_reference__in": references}
    for name, rows in _following(of).items():
        _add(found, name, rows, through)
    return found


def sums_of_line(line: Commitment) -> CommitmentSums:
    """Return the sums of the line of an EJ, with what moved it since; five queries."""
    same = {name: getattr(line, name) for name in ("legal_reference", "line_number", "data_origin")}
    found: dict[Any, CommitmentSums] = {}
    names = ("legal_reference", "data_origin")
    _add(found, "committed", Commitment.objects.filter(**same), names)
    of = {f"commitment__{name}": value for name, value in same.items()}
    for name, rows in _following(of).items():
        _add(found, name, rows, [f"commitment__{key}" for key in names])
    return found.get((line.legal_reference, line.data_origin), CommitmentSums())


def _following(of: dict[str, Any]) -> dict[str, Any]:
    paid = Payment.objects.filter(**of)
    return {
        "done": ServiceDone.objects.filter(**of),
        "requested": PaymentRequest.objects.filter(**of),
        "paid": paid,
        "advances": paid.filter(is_advance=True),
    }


def _add(found: dict[Key, CommitmentSums], name: str, rows: Any, keys: Collection[str]) -> None:
    """Add the sums of some rows, grouped by EJ."""
    for *key, euros in rows.order_by().values_list(*keys).annotate(total=Sum("amount")):
        setattr(found.setdefault((key[0], key[1]), CommitmentSums()), name, to_cents(euros))
