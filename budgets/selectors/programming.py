"""What a version of the programming is started from: ledgers and schedules, read as sets.

Amounts are cents TTC. A budget line is its node, project, axes, credit type and earmarking, as
the columns of `LINE`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, F, Max, Q, Sum
from django.db.models.functions import Cast

from budgets.models import CONSUMING, Commitment, Payment, ScheduledPayment
from budgets.models.rows import AXES

LINE = (
    "node_id", "project_id", *(f"{axis}_id" for axis in AXES), "credit_type", "is_earmarked",
)  # fmt: skip
_RAW = BigIntegerField()


@dataclass(slots=True)
class Held:
    """A budget line, maybe of one legal commitment, and its cents by year: AE and CP."""

    columns: dict[str, Any]
    legal_reference: str = ""
    label: str = ""
    supplier: str = ""
    ae: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    paid: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    expected: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def left_to_pay(self, year: int) -> int:
        """Return what is left to pay when an exercise opens, at least nothing.

        What was committed before, less what was paid before, or what the schedule still expects
        to be paid before when that is more.
        """
        committed = sum(cents for one, cents in self.ae.items() if one < year)
        paid = sum(cents for one, cents in self.paid.items() if one < year)
        expected = sum(cents for one, cents in self.expected.items() if one < year)
        return max(committed - max(paid, expected), 0)


def _sums(rows: Any, keys: list[str], **more: Any) -> Any:
    total = Sum(Cast(F("amount"), _RAW))
    return rows.order_by().values(*keys, "fiscal_year").annotate(total=total, **more)


def _through(path: str, names: tuple[str, ...]) -> list[str]:
    return [f"{path}{name}" for name in names]


def executed(origin: str, year: int) -> list[Held]:
    """Return what an exercise committed and paid by budget line; two queries."""
    found: dict[tuple[Any, ...], Held] = {}
    of = {"data_origin": origin, "fiscal_year": year}
    _add(found, _sums(Commitment.objects.filter(CONSUMING, **of), list(LINE)), LINE, "ae")
    paid = _through("commitment__", LINE)
    _add(found, _sums(Payment.objects.filter(**of), paid), tuple(paid), "paid")
    return list(found.values())


def scheduled(origin: str, year: int) -> list[Held]:
    """Return the commitments on which CP are expected from `year` on; three queries.

    Each is a legal reference on a budget line, with all that was committed, paid and expected.
    """
    found: dict[tuple[Any, ...], Held] = {}
    keys = ("legal_reference", *LINE)
    through = tuple(_through("commitment__", keys))
    of = {"data_origin": origin}
    expected = ScheduledPayment.objects.filter(commitment__isnull=False, **of)
    _add(found, _sums(expected, list(through)), through, "expected")
    found = {key: held for key, held in found.items() if _is_due(held, year)}
    signed = _sums(
        Commitment.objects.filter(**of), list(keys), label=Max("label"), supplier=Max("supplier")
    )
    _add(found, signed, keys, "ae", only_known=True)
    before = Payment.objects.filter(Q(fiscal_year__lt=year), **of)
    _add(found, _sums(before, list(through)), through, "paid", only_known=True)
    return [found[key] for key in sorted(found, key=repr)]


def _is_due(held: Held, year: int) -> bool:
    return any(cents for one, cents in held.expected.items() if one >= year)


def _add(
    found: dict[tuple[Any, ...], Held],
    rows: Any,
    keys: tuple[str, ...],
    name: str,
    *,
    only_known: bool = False,
) -> None:
    """Add the sums of a ledger to the lines that they are of."""
    for row in rows:
        key = tuple(row[one] for one in keys)
        if key not in found:
            if only_known:
                continue
            head = "" if len(keys) == len(LINE) else key[0]
            columns = dict(zip(LINE, key[-len(LINE) :], strict=True))
            found[key] = Held(columns, legal_reference=head)
        held = found[key]
        getattr(held, name)[row["fiscal_year"]] += row["total"]
        held.label = max(held.label, row.get("label") or "")
        held.supplier = max(held.supplier, row.get("supplier") or "")
