"""What an act on credits must be before anybody decides it: pure functions of its legs.

Sources: LOLF art. 7-II (asymmetric fungibility), 12 (virements, transfers;
12-IV: none into T2 from another title), GBCP art. 67 (distribution). Amounts are cents TTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from budgets.enums import (
    BALANCED_KINDS,
    FREEZING_KINDS,
    OPENING_KINDS,
    CreditType,
    MovementKind,
)

Kind = MovementKind
# The sign that the amounts of a kind bear: what frees or cancels is negative (domain §1.5).
NEGATIVE_KINDS = frozenset({Kind.RELEASE, Kind.CANCELLATION})
POSITIVE_KINDS = frozenset(
    {
        Kind.FINANCE_BILL,
        Kind.VOTED_SERVICES,
        Kind.INITIAL_FINANCE_ACT,
        Kind.PRECAUTIONARY_RESERVE,
        Kind.FREEZE,
        Kind.EXTRA_FREEZE,
    }
)


@dataclass(frozen=True, slots=True)
class Amounts:
    """What one leg moves on a node: cents, signed."""

    node: int
    credit_type: str
    ae: int
    cp: int


def out_of_balance(kind: str, legs: Iterable[Amounts]) -> dict[str, int]:
    """Return what an act that moves credits between nodes leaves over, by ledger; {} when sound.

    A distribution balances T2 and HT2 apart: it opens nothing. Keys: "AE", "CP".
    """
    if kind not in BALANCED_KINDS:
        return {}
    apart = kind == Kind.INITIAL_DISTRIBUTION
    sums: dict[tuple[str, str], int] = {}
    for leg in legs:
        of = leg.credit_type if apart else ""
        for ledger, cents in (("AE", leg.ae), ("CP", leg.cp)):
            sums[ledger, of] = sums.get((ledger, of), 0) + cents
    return {ledger: cents for (ledger, _), cents in sums.items() if cents}


def into_personnel(kind: str, legs: Iterable[Amounts]) -> int:
    """Return what an act brings into T2 from other titles (LOLF art. 7-II and 12-IV); cents."""
    if kind not in (Kind.VIREMENT, Kind.TRANSFER, Kind.ASYMMETRIC_FUNGIBILITY):
        return 0
    personnel = [leg for leg in legs if leg.credit_type == CreditType.T2]
    return max(sum(leg.ae for leg in personnel), sum(leg.cp for leg in personnel), 0)


def leaves_no_personnel(kind: str, legs: Iterable[Amounts]) -> bool:
    """Whether a fungibility takes nothing from T2: it is then a virement (LOLF art. 7-II)."""
    if kind != Kind.ASYMMETRIC_FUNGIBILITY:
        return False
    personnel = [leg for leg in legs if leg.credit_type == CreditType.T2]
    return not personnel or sum(leg.ae for leg in personnel) == 0


def wrong_signs(kind: str, legs: Sequence[Amounts]) -> list[int]:
    """Return the indexes of the legs whose sign is not that of their kind."""
    wrong = {True: kind in NEGATIVE_KINDS, False: kind in POSITIVE_KINDS}
    return [
        index
        for index, leg in enumerate(legs)
        if any(cents and wrong[cents > 0] for cents in (leg.ae, leg.cp))
    ]


def effect(kind: str, leg: Amounts) -> tuple[int, int]:
    """Return what a leg adds to the AE and to the CP available on its node (domain §1.5)."""
    if kind in OPENING_KINDS:
        return leg.ae, leg.cp
    if kind in FREEZING_KINDS:
        return -leg.ae, -leg.cp
    # An allotment sets AE aside; the CP follow the payments, not the allotment.
    return (-leg.ae, 0) if kind == Kind.ALLOCATION else (0, 0)
