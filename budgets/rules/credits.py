"""Checks of credits: ceilings, personnel, distribution, sustainability, regulatory shares.

One pure function a rule of domain §1.8; amounts in cents TTC, AE and CP never added.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from budgets.enums import CreditType, RuleCode
from budgets.rules.findings import Finding, Place, share_of


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A ledger of a UO, T2 or HT2: what is opened, frozen, and used.

    Used: committed, allotted or reserved in AE; paid or reserved in CP.
    """

    opened: int
    frozen: int
    used: int

    @property
    def limit(self) -> int:
        """Opened less frozen."""
        return self.opened - self.frozen


def check_ceilings(place: Place, ae: Ceiling, cp: Ceiling) -> list[Finding]:
    """R-01, R-02 on facts: AE and CP used within opened less frozen (LOLF art. 8, 9).

    What decisions allotted or reserved is used too: it was promised within the same ceiling.
    """
    pairs = ((RuleCode.AE_CEILING, "AE", ae), (RuleCode.CP_CEILING, "CP", cp))
    return [
        Finding(
            rule,
            place,
            "ceiling_passed",
            held.used - held.limit,
            {"used": held.used, "limit": held.limit},
            {"ledger": ledger},
        )
        for rule, ledger, held in pairs
        if held.used > held.limit and held.used > 0
    ]


def check_asked(place: Place, ledger: str, available: int, asked: int) -> list[Finding]:
    """R-01, R-02 on a decision: what it asks for within what is available (GBCP art. 30, 65).

    `ledger` is AE or CP; `available` counts what is frozen, allotted, used and reserved.
    """
    beyond = asked - max(available, 0)
    if beyond <= 0:
        return []
    rule = RuleCode.AE_CEILING if ledger == "AE" else RuleCode.CP_CEILING
    figures = {"available": available, "asked": asked}
    return [Finding(rule, place, "credits_exceeded", beyond, figures, {"ledger": ledger})]


def check_allocation(place: Place, allotted: int, committed: int) -> list[Finding]:
    """R-03: AE committed on a functional tranche within the AE allotted to it (RRCBE IV-2).

    A decision counts what it asks for in `committed`.
    """
    if committed <= max(allotted, 0):
        return []
    figures = {"allotted": allotted, "used": committed}
    return [Finding(RuleCode.ALLOCATION, place, "allocation_passed", committed - allotted, figures)]


def check_personnel(place: Place, ae: int, cp: int) -> list[Finding]:
    """R-06: AE and CP opened in T2 are equal (LOLF art. 8)."""
    if place.facet != CreditType.T2 or ae == cp:
        return []
    figures = {"ae": ae, "cp": cp}
    return [Finding(RuleCode.PERSONNEL, place, "personnel_unequal", abs(ae - cp), figures)]


def check_into_personnel(place: Place, into_t2: int) -> list[Finding]:
    """R-06: an act moves nothing into T2 from other titles (LOLF art. 7-II, 12-IV).

    `into_t2` is the sum of the T2 legs of a balanced act: positive when T2 gains by it.
    """
    if into_t2 <= 0:
        return []
    return [Finding(RuleCode.PERSONNEL, place, "into_personnel", into_t2, {"moved": into_t2})]


def check_before_opinion(
    place: Place, ledger: str, distributed: int, used: int, share: Decimal
) -> list[Finding]:
    """R-07: until the opinion on the BOP, consumption within a share of the DRICE (GBCP art. 94).

    `share` is in percent. Without a distribution nothing can be compared.
    """
    limit = share_of(distributed, share)
    if distributed <= 0 or used <= limit:
        return []
    return [
        Finding(
            RuleCode.BOP_OPINION,
            place,
            "before_opinion",
            used - limit,
            {"used": used, "limit": limit, "base": distributed},
            {"ledger": ledger, "share": str(share)},
        )
    ]


def check_sustainability(
    place: Place, cp_limit: int, compulsory: int, unavoidable: int
) -> list[Finding]:
    """R-08: CP opened and not frozen cover compulsory and unavoidable spending (GBCP art. 95).

    Compulsory: service done of former exercises, not paid at their end. Unavoidable: what is left
    to pay on commitments and falls due in the exercise, beyond what is compulsory.
    """
    needed = compulsory + unavoidable
    if needed <= max(cp_limit, 0):
        return []
    figures = {"limit": cp_limit, "compulsory": compulsory, "unavoidable": unavoidable}
    return [Finding(RuleCode.SUSTAINABILITY, place, "not_sustainable", needed - cp_limit, figures)]


def check_programming(
    place: Place, ledger: str, programmed: int, distributed: int
) -> list[Finding]:
    """R-09: a programming adds up to the distribution of its BOP (GBCP art. 91-II, 94-2°)."""
    if programmed == distributed:
        return []
    figures = {"programmed": programmed, "distributed": distributed}
    words = {"ledger": ledger}
    gap = abs(programmed - distributed)
    return [Finding(RuleCode.PROGRAMMING, place, "programming_differs", gap, figures, words)]


def check_trajectory(place: Place, due: int, planned: int, trajectory: int) -> list[Finding]:
    """R-10: CP due on commitments and planned, within the trajectory of the year (GBCP art. 66)."""
    if due + planned <= trajectory:
        return []
    figures = {"due": due, "planned": planned, "limit": trajectory}
    words = {"year": place.facet}
    beyond = due + planned - trajectory
    return [Finding(RuleCode.TRAJECTORY, place, "trajectory_passed", beyond, figures, words)]


def check_virements(
    place: Place, ledger: str, initial: int, moved: Iterable[int], share: Decimal
) -> list[Finding]:
    """R-11: virements of a programme, added up, within a share of its LFI credits (LOLF 12-I).

    `moved` holds what each act brings to, or takes from, the programme: both count. The limit
    bears on programmes that the finance act opened: without it nothing can be compared.
    """
    limit, used = share_of(initial, share), sum(abs(amount) for amount in moved)
    if initial <= 0 or used <= limit:
        return []
    return [
        Finding(
            RuleCode.VIREMENTS,
            place,
            "virements_passed",
            used - limit,
            {"used": used, "limit": limit, "base": initial},
            {"ledger": ledger, "share": str(share)},
        )
    ]


def check_carry_over(place: Place, initial: int, carried: int, share: Decimal) -> list[Finding]:
    """R-12: CP carried over within a share of the initial HT2 credits of their year (LOLF 15-II).

    `initial` are those of the exercise that the credits come from. A finance law may raise the
    share, which a dated row then says, or let a carry-over go beyond it: that one names the law
    (`ceiling_law`) and is not in `carried`. Earmarked funds are carried over apart (15-III).
    """
    limit = share_of(initial, share)
    if initial <= 0 or carried <= limit:
        return []
    figures = {"used": carried, "limit": limit, "base": initial}
    words = {"share": str(share)}
    beyond = carried - limit
    return [Finding(RuleCode.CARRY_OVER, place, "carry_over_passed", beyond, figures, words)]


def check_under_release(place: Place, opened: int, frozen: int, planned: int) -> list[Finding]:
    """R-22: planning on frozen credits is allowed, and said to await their release."""
    limit = opened - frozen
    if not limit < planned <= opened:
        return []
    figures = {"planned": planned, "limit": limit, "frozen": frozen}
    return [Finding(RuleCode.UNDER_RELEASE, place, "under_release", planned - limit, figures)]


def check_full_cost(
    place: Place, full_cost: int, lines: int, tolerance: Decimal, share: Decimal
) -> list[Finding]:
    """R-19: the full cost of a project is the sum of its lines, to a tolerance.

    `tolerance` is in euros and `share` in percent of the full cost: the greater of both counts.
    """
    gap = abs(full_cost - lines)
    if gap <= max(int(tolerance * 100), share_of(full_cost, share)):
        return []
    figures = {"full_cost": full_cost, "lines": lines}
    return [Finding(RuleCode.FULL_COST, place, "full_cost_differs", gap, figures)]
