"""Commitments typed with a date out of their exercise: what may be signed ahead (rule R-13).

From 1 November, a share of the credits that the exercise of the signature opened by title, neither
personnel nor investment (LF 2005 art. 108, domain §1.5 and §1.8). Amounts are cents TTC.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from budgets.enums import RuleCode
from budgets.models import NomenclatureNode
from budgets.rules.commitments import Anticipated, check_date
from budgets.rules.findings import Finding, Place
from budgets.rules.nomenclature import title_of
from budgets.rules.parameters import read
from budgets.selectors.anticipation import Titled, anticipated_by_title, opened_by_title
from budgets.services.ceilings import Judge
from budgets.services.entries import Verdicts
from budgets.services.reservations import lock_units
from budgets.services.ruling import rules_in_force
from common.fiscal import today

# Without a row in force nothing is allowed: the last day of the year before, and no credits.
_NOTHING = {"share": Decimal(0), "opening_month": Decimal(12), "opening_day": Decimal(31)}
Group = tuple[int, Titled]


@dataclass(frozen=True, slots=True)
class Part:
    """What a commitment takes from a UO, the day that it is signed, and the first of its service.

    Cents TTC.
    """

    legal_reference: str
    committed_on: dt.date
    fiscal_year: int
    node: NomenclatureNode
    tranche: NomenclatureNode | None
    category: NomenclatureNode | None
    credit_type: str
    cents: int
    service_from: dt.date | None = None

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is dated out of its exercise."""
        return self.committed_on.year != self.fiscal_year

    @property
    def is_ahead(self) -> bool:
        """Whether it is signed before the exercise that it is charged to."""
        return self.committed_on.year < self.fiscal_year

    @property
    def group(self) -> Group:
        """Return the exercise and the title that it takes from."""
        category = self.category
        number = (category.external_code or category.code) if category else ""
        return self.fiscal_year, (self.node.pk, self.credit_type, title_of(number))


class Anticipations:
    """What titles hold and what is anticipated on them, under the locks of the nodes of the parts.

    What bounds an anticipation is opened in the exercise in which the act is signed, the one before
    that which it is charged to (LF 2005 art. 108): the coming credits are not voted yet.

    Made before the ceilings are read, so that all the nodes are locked in the order of their ids.
    Nothing is locked nor read when every part is dated in its exercise; else three queries for
    each exercise and data origin.
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        self.opened: dict[Group, int] = {}
        self.whole: dict[tuple[int, int, str], int] = defaultdict(int)
        self.total: dict[Group, int] = defaultdict(int)
        groups: dict[tuple[int, str], set[int]] = defaultdict(set)
        for part in parts:
            if part.is_elsewhere:
                groups[part.fiscal_year, part.node.data_origin].add(part.node.pk)
        if not groups:
            return
        named = [node for part in parts for node in (part.node, part.tranche)]
        lock_units(sorted({node.pk for node in named if node is not None}))
        rule = rules_in_force(today()).get(RuleCode.ANTICIPATION)
        self.limits = read(rule.parameters) if rule else _NOTHING
        for (year, origin), nodes in groups.items():
            self._read(year, origin, nodes)

    def _read(self, year: int, origin: str, nodes: set[int]) -> None:
        """Read the credits of the year before an exercise, and what is committed ahead on it."""
        for line, cents in opened_by_title(nodes, year - 1, origin).items():
            node, kind, title = line
            self.whole[year, node, kind] += cents
            if title:
                self.opened[year, line] = cents
        for line, cents in anticipated_by_title(nodes, year, origin).items():
            self.total[year, line] += cents

    def findings(self, parts: Sequence[Part]) -> list[Finding]:
        """Return what the dates of a commitment break; its parts on one title are one."""
        taken: dict[Group, int] = defaultdict(int)
        for part in parts:
            taken[part.group] += part.cents
        found: list[Finding] = []
        for part in {part.group: part for part in parts if part.is_elsewhere}.values():
            year, (node, kind, title) = part.group
            known = Anticipated(
                title=title,
                credit_type=kind,
                total=self.total[part.group] + taken[part.group],
                credits=self.opened.get(part.group, self.whole[year, node, kind]),
                service_on=part.service_from,
            )
            place = Place("commitment", part.legal_reference, year)
            found += check_date(place, part.committed_on, taken[part.group], known, self.limits)
        return found

    def grant(self, parts: Sequence[Part]) -> None:
        """Count what a commitment anticipates: the next one finds what it leaves."""
        for part in parts:
            if part.is_elsewhere:
                self.total[part.group] += part.cents


def service_fault(
    committed_on: dt.date, fiscal_year: int, service_from: dt.date | None
) -> dict[str, str]:
    """Return the fault of an act signed ahead of its exercise that does not say, by
    `service_from`, when its service begins; nothing without any (LF 2005 art. 108).
    """
    if service_from is not None or committed_on.year >= fiscal_year:
        return {}
    told = _("An act signed ahead of its exercise says when its service begins.")
    return {"service_from": told}


def refuse_misdated(
    verdicts: Verdicts, asked: Mapping[int, Sequence[Part]], judging: Judge
) -> None:
    """Refuse the commitments, by index, dated where they may not be; the others count in turn."""
    anticipations = Anticipations([part for parts in asked.values() for part in parts])
    for index, parts in asked.items():
        found = anticipations.findings(parts)
        refusal = judging.refusal(found, parts[0].node.data_origin)
        if refusal is not None:
            verdicts.refuse(index, refusal)
        else:
            anticipations.grant(parts)
