"""The ceilings of the programming against what versions programme, read as sets."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, F, Sum
from django.db.models.functions import Cast

from accounts.enums import Action, Resource
from budgets.enums import RANKS, CeilingMode
from budgets.models import (
    BudgetCeiling,
    NomenclatureNode,
    ProgrammingAmount,
    ProgrammingLine,
    ProgrammingVersion,
)
from budgets.models.programming_cells import CELLS
from budgets.rules.ceilings import Charge, Key, Limit, Margin, charged_under, margins
from budgets.rules.programming import stage_of, year_of
from common.money import to_cents

_RAW = BigIntegerField()
# The last rank holds several years: no ceiling of a year bounds it (domain §1.6).
YEARLY_RANKS = RANKS[:-1]
# The axes of a line that a ceiling may stand on, or above.
PLACE = ("node_id", "functional_domain_id", "activity_id")


def place_of(line: Any) -> frozenset[int]:
    """Return the nodes under which a line counts: where it sits, and the axes that refine it."""
    return frozenset(pk for name in PLACE if (pk := getattr(line, name)) is not None)


def tree() -> dict[int, int | None]:
    """Return the parent of each node of the nomenclature; one query."""
    return dict(NomenclatureNode.objects.order_by().values_list("pk", "parent_id"))


def limits_of(origin: str, years: Collection[int]) -> list[Limit]:
    """Return the ceilings in force for some years, in cents; one query."""
    rows = BudgetCeiling.objects.attested().filter(data_origin=origin, fiscal_year__in=years)
    columns = ("node_id", "fiscal_year", "credit_type", "raw_ae", "raw_cp", "mode")
    cents = {"raw_ae": Cast(F("ae"), _RAW), "raw_cp": Cast(F("cp"), _RAW)}
    found = rows.order_by("node_id", "pk").annotate(**cents).values_list(*columns)
    return [
        Limit(node, year, credit_type, ae, cp, blocks=mode == CeilingMode.BLOCK)
        for node, year, credit_type, ae, cp, mode in found
    ]


def years_of(version: ProgrammingVersion) -> list[int]:
    """Return the years of a version that ceilings bound: N, N + 1 and N + 2."""
    return [year_of(version.fiscal_year, rank) for rank in YEARLY_RANKS]


def charges_of(versions: Sequence[ProgrammingVersion]) -> dict[int, list[Charge]]:
    """Return what versions programme by place, year and credits, each in its stage; one query."""
    found: dict[int, list[Charge]] = {version.pk: [] for version in versions}
    known = {version.pk: version for version in versions}
    lines = ProgrammingLine.objects.filter(programming_version__in=known).live()
    rows = ProgrammingAmount.objects.filter(line__in=lines, rank__in=YEARLY_RANKS)
    keys = ["line__programming_version_id", "line__credit_type", "rank"]
    keys += [f"line__{name}" for name in PLACE]
    sums = {f"sum_{cell}": Sum(Cast(F(cell), _RAW)) for cell in CELLS}
    for row in rows.order_by().values(*keys).annotate(**sums) if known else ():
        version = known[row["line__programming_version_id"]]
        stage = stage_of(version.kind)
        nodes = (row[f"line__{name}"] for name in PLACE)
        found[version.pk].append(
            Charge(
                frozenset(pk for pk in nodes if pk is not None),
                year_of(version.fiscal_year, row["rank"]),
                row["line__credit_type"],
                row[f"sum_{stage}_ae"] or 0,
                row[f"sum_{stage}_cp"] or 0,
            )
        )
    return found


def ceilings_of(version: ProgrammingVersion) -> dict[Key, Margin]:
    """Return the margin of a version under each ceiling in force, by node, year and credits.

    Amounts are those of the stage of the version, lines taken out left apart; three queries,
    whatever the number of lines and ceilings. Cents; negative beyond a ceiling.
    """
    limits = limits_of(version.data_origin, years_of(version))
    if not limits:
        return {}
    return margins(tree(), limits, charges_of([version])[version.pk])


def whole_ceilings(version: ProgrammingVersion, totals: Mapping[str, int]) -> dict[str, int]:
    """Return the ceilings that bound a whole version, in cents by place ("0.ae").

    `totals` are what somebody reads of it by place. The topmost ceilings of a year bound it when
    what is programmed under them is all of that, nothing left out and nothing twice; a year that
    they do not bound has none. Four queries at most.
    """
    found = ceilings_of(version)
    parents = tree() if found else {}
    sums: dict[tuple[int, str], list[int]] = {}
    for (node, year, credit_type), margin in found.items():
        above = charged_under(parents, [Charge(frozenset({node}), year, credit_type, 0, 0)])
        if any(key != (node, year, credit_type) and key in found for key in above):
            continue
        rank = year - version.fiscal_year
        for measure, limit, used in (
            ("ae", margin.limit.ae, margin.ae),
            ("cp", margin.limit.cp, margin.cp),
        ):
            entry = sums.setdefault((rank, measure), [0, 0])
            entry[0] += limit
            entry[1] += used
    return {
        f"{rank}.{measure}": limit
        for (rank, measure), (limit, used) in sums.items()
        if used == totals[f"{rank}.{measure}"]
    }


@dataclass(frozen=True)
class Compared:
    """What versions programme at each node and below, read once for a page of ceilings.

    `held` are the nodes whose whole credits the reader holds: a margin elsewhere would tell what
    others programme. `charged` are cents of AE and CP by version, then by node, year and credits.
    """

    versions: Sequence[ProgrammingVersion] = ()
    held: frozenset[int] = frozenset()
    charged: Mapping[int, Mapping[Key, tuple[int, int]]] = field(default_factory=dict)

    def margin(
        self, key: Key, origin: str, ae: Decimal, cp: Decimal
    ) -> tuple[ProgrammingVersion, Margin] | None:
        """Return the margin under a ceiling, in the version of the nearest exercise; euros in.

        None where no figure exists: no version programmes the year, or the node is not held.
        """
        node, year, _credits = key
        near = [one for one in self.versions if one.data_origin == origin and year in years_of(one)]
        version = max(near, key=lambda one: one.fiscal_year, default=None)
        if version is None or node not in self.held:
            return None
        limit = Limit(*key, to_cents(ae), to_cents(cp))
        return version, Margin(limit, *self.charged[version.pk].get(key, (0, 0)))


def compared(user: Any, version: ProgrammingVersion | None = None) -> Compared:
    """Read what the versions of record programme, or the version asked for; four queries at most.

    Without one that `user` may read, nothing is compared.
    """
    seen = ProgrammingVersion.objects.visible_to(user)
    versions = [version] if version else list(seen.filter(is_of_record=True))
    if not versions:
        return Compared()
    nodes = NomenclatureNode.objects.all().holding(user, Action.READ, Resource.CREDIT)
    held = frozenset(nodes.order_by().values_list("pk", flat=True))
    parents, charges = tree(), charges_of(versions)
    return Compared(
        versions, held, {pk: charged_under(parents, some) for pk, some in charges.items()}
    )
