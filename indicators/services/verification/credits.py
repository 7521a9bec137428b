"""What the law expects of credits and is told, not refused: acts, levels, reservations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Cast

from budgets.enums import BALANCED_KINDS, NomenclatureKind, ReservationState
from budgets.models import (
    CONSUMING,
    FROZEN,
    OPENED,
    Commitment,
    CreditMovement,
    NomenclatureNode,
    Reservation,
)
from common.money import from_cents
from indicators.services.verification.report import Mismatch
from indicators.services.verification.tables import LEDGERS, Ledger

_RAW = BigIntegerField()
# Data origin, exercise, T2 or HT2, node.
Line = tuple[str, int, str, int]
_LINE = ("data_origin", "fiscal_year", "credit_type", "node_id")


def acts_apart() -> Iterator[Mismatch]:
    """Yield the acts that move credits between nodes and whose legs do not sum to zero (domain
    §1.5); one query.
    """
    legs = CreditMovement.objects.filter(kind__in=sorted(BALANCED_KINDS)).exclude(act_reference="")
    acts = legs.order_by("act_reference", "fiscal_year").values("act_reference", "fiscal_year")
    sums = acts.annotate(**{f"all_{name}": Sum(Cast(F(name), _RAW)) for name in ("ae", "cp")})
    for act in sums.exclude(all_ae=0, all_cp=0):
        for name in ("ae", "cp"):
            if act[f"all_{name}"]:
                row = f"{act['act_reference']} ({act['fiscal_year']})"
                found = str(from_cents(act[f"all_{name}"]))
                yield Mismatch(
                    "act_balance", f"{CreditMovement._meta.label}.{name}", row, "0.00", found
                )


def levels_apart() -> Iterator[Mismatch]:
    """Yield the UO whose amounts are in no BOP, and the BOP whose amounts are in no programme,
    where the nomenclature has this level: the sum of a level is that of the level above, but for
    what these hold; one query, and one an amount.
    """
    nodes = {
        pk: (parent, code, kind)
        for pk, parent, code, kind in NomenclatureNode._base_manager.order_by().values_list(
            "pk", "parent_id", "code", "kind"
        )
    }
    held = {kind for _parent, _code, kind in nodes.values()}
    pairs = (
        (NomenclatureKind.UO, NomenclatureKind.BOP),
        (NomenclatureKind.BOP, NomenclatureKind.LOLF_PROGRAMME),
    )
    levels = [(level, upper) for level, upper in pairs if upper in held]
    for ledger in LEDGERS:
        for amount in ledger.amounts:
            lost: dict[tuple[str, str], int] = defaultdict(int)
            for node, cents in _by_node(ledger, amount):
                above = {nodes[one][2]: nodes[one][1] for one in _upwards(node, nodes)}
                for level, upper in levels:
                    if level in above and upper not in above:
                        lost[above[level], str(upper)] += cents
            for (code, wanted), cents in sorted(lost.items()):
                table = f"{ledger.label}.{amount}"
                yield Mismatch("sums_level", table, code, wanted, f"{from_cents(cents)} in none")


def _by_node(ledger: Ledger, amount: str) -> list[tuple[int, int]]:
    rows = ledger.model._base_manager.order_by().values_list(ledger.node)
    return list(rows.annotate(total=Sum(Cast(F(amount), _RAW))))


def _upwards(node: int | None, nodes: dict[int, tuple[int | None, str, str]]) -> list[int]:
    """Return a node and those above it; what is broken is told by the sums."""
    found: list[int] = []
    while node in nodes and node not in found:
        assert node is not None
        found.append(node)
        node = nodes[node][0]
    return found


def reservations_apart() -> Iterator[Mismatch]:
    """Yield the consumed reservations whose EJ has no commitment, then the UO, with what is below
    them, whose pending reservations exceed the AE left; six queries (domain §1.5).
    """
    signed = Commitment.objects.filter(legal_reference=OuterRef("legal_reference"))
    lost = Reservation.objects.filter(~Exists(signed), state=ReservationState.CONSUMED)
    label = Reservation._meta.label
    for reservation in lost.exclude(legal_reference="").order_by("pk"):
        reference = reservation.legal_reference
        yield Mismatch("reservation", label, reservation.number, f"commitment {reference}", "none")
    reserved = _sums(Reservation.objects.pending(), "ae", Q())
    left: dict[Line, int] = defaultdict(int)
    parents = dict(NomenclatureNode._base_manager.order_by().values_list("pk", "parent_id"))
    for sums, sign in (
        (_sums(CreditMovement.objects.all(), "ae", OPENED), 1),
        (_sums(CreditMovement.objects.all(), "ae", FROZEN), -1),
        (_sums(Commitment.objects.all(), "amount", CONSUMING), -1),
        (reserved, -1),
    ):
        for line, cents in sums.items():
            for node in _chain(line[3], parents):
                left[(*line[:3], node)] += sign * cents
    codes = dict(NomenclatureNode._base_manager.order_by().values_list("pk", "code"))
    for line in sorted(reserved):
        if left[line] < 0:
            origin, year, kind, node = line
            row = f"{codes.get(node, node)} {year} {kind} {origin}"
            wanted = f"at most {from_cents(left[line] + reserved[line])}"
            yield Mismatch(
                "reservation", f"{label}.ae", row, wanted, str(from_cents(reserved[line]))
            )


def _chain(node: int | None, parents: dict[int, int | None]) -> list[int]:
    found: list[int] = []
    while node is not None and node not in found:
        found.append(node)
        node = parents.get(node)
    return found


def _sums(rows: Any, amount: str, condition: Q) -> dict[Line, int]:
    """Return the sums of rows by line, in cents."""
    kept = rows.filter(condition).order_by().values_list(*_LINE)
    return {
        (origin, year, kind, node): cents
        for origin, year, kind, node, cents in kept.annotate(total=Sum(Cast(F(amount), _RAW)))
    }
