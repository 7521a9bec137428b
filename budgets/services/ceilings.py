"""What nodes have left for decisions: read after their lock, lowered by each that is granted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied

from budgets.exceptions import RuleBroken
from budgets.models import NomenclatureNode
from budgets.rules.credits import check_allocation, check_asked
from budgets.rules.findings import Finding, Place
from budgets.selectors.ceilings import held_by, held_on_tranches
from budgets.services.entries import Verdicts
from budgets.services.reservations import lock_units
from budgets.services.ruling import judge
from common.fiscal import today

# The ceiling of an operation: what was allotted to its tranche, whatever the UO (rule R-03).
ON_TRANCHE = "tranche"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision adds to what is available on a node; cents, negative when it takes.

    `credit_type` is T2, HT2, or ON_TRANCHE for what is allotted to an operation.
    """

    node: NomenclatureNode
    credit_type: str
    fiscal_year: int
    ae: int
    cp: int

    @property
    def key(self) -> tuple[int, str, int]:
        """Return the ceiling that it moves."""
        return self.node.pk, self.credit_type, self.fiscal_year

    @property
    def takes(self) -> bool:
        """Whether it lowers what is available."""
        return self.ae < 0 or self.cp < 0


def summed(effects: Iterable[Effect]) -> list[Effect]:
    """Return one effect for each ceiling."""
    found: dict[tuple[int, str, int], Effect] = {}
    for one in effects:
        known = found.get(one.key)
        ae, cp = (known.ae, known.cp) if known else (0, 0)
        found[one.key] = Effect(
            one.node, one.credit_type, one.fiscal_year, ae + one.ae, cp + one.cp
        )
    return list(found.values())


class Ceilings:
    """The ceilings that some decisions move, locked in the order of the ids of their nodes.

    Made inside the transaction that records them: no other decision takes from these nodes until
    it ends. A few queries for each exercise and data origin, whatever the number of decisions.
    """

    def __init__(self, effects: Sequence[Effect]) -> None:
        self.left: dict[tuple[int, str, int], list[int]] = {}
        lock_units(sorted({one.node.pk for one in effects if one.takes}))
        groups: dict[tuple[int, str], list[Effect]] = {}
        for one in effects:
            groups.setdefault((one.fiscal_year, one.node.data_origin), []).append(one)
        for (year, origin), some in groups.items():
            self._read(year, origin, some)

    def _read(self, year: int, origin: str, effects: Sequence[Effect]) -> None:
        """Read what the nodes and the tranches of an exercise have left."""
        tranches = {one.node.pk for one in effects if one.credit_type == ON_TRANCHE}
        nodes = {one.node.pk: one.node for one in effects if one.credit_type != ON_TRANCHE}
        for (pk, kind), cents in held_by(nodes.values(), year, origin).items():
            self.left[pk, kind, year] = [cents.ae_available, cents.cp_left]
        for pk, cents in held_on_tranches(tranches, year, origin).items():
            # What is left to commit, and what is committed already.
            committed = cents.ae_on_allocations
            self.left[pk, ON_TRANCHE, year] = [cents.ae_allocated - committed, committed]

    def findings(self, effects: Iterable[Effect]) -> list[Finding]:
        """Return what a decision takes beyond a ceiling (rules R-01, R-02 and R-03)."""
        found: list[Finding] = []
        for one in effects:
            left = self.left.get(one.key, [0, 0])
            place = Place("budget_node", one.node.code, one.fiscal_year, one.credit_type)
            if one.credit_type == ON_TRANCHE and one.ae < 0:
                found += check_allocation(place, left[0] + left[1], left[1] - one.ae)
            elif one.credit_type != ON_TRANCHE:
                moved = (("AE", left[0], one.ae), ("CP", left[1], one.cp))
                for ledger, has, cents in moved:
                    found += check_asked(place, ledger, has, -cents)
        return found

    def grant(self, effects: Iterable[Effect]) -> None:
        """Count what a decision moves: the next one finds what it leaves."""
        for one in effects:
            left = self.left.setdefault(one.key, [0, 0])
            left[0], left[1] = left[0] + one.ae, left[1] + one.cp


@dataclass(frozen=True, slots=True)
class Judge:
    """Who decides, and why a rule is passed, if it is (`services.ruling`)."""

    actor: Any
    reason: str = ""

    def refusal(self, findings: Sequence[Finding], origin: str) -> Exception | None:
        """Return what refuses a decision by the severity of the day; record an override if any."""
        if not findings:
            return None
        try:
            judge(
                actor=self.actor, findings=findings, reason=self.reason, day=today(), origin=origin
            )
        except (RuleBroken, PermissionDenied) as error:
            return error
        return None


def refuse_beyond(
    verdicts: Verdicts, asked: Mapping[int, Sequence[Effect]], judging: Judge
) -> None:
    """Refuse the decisions, by index, that take what is not there; the others count in turn."""
    ceilings = Ceilings([one for effects in asked.values() for one in effects])
    for index, effects in asked.items():
        origin = effects[0].node.data_origin if effects else ""
        refusal = judging.refusal(ceilings.findings(effects), origin)
        if refusal is not None:
            verdicts.refuse(index, refusal)
        else:
            ceilings.grant(effects)
