"""What the checks read of the ledgers for an exercise: a constant number of statements.

Amounts are cents TTC; one data origin at a time. Commitments are read over their whole life, up to
the exercise; what falls due is read for the coming years too.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, F, Max, Min, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Coalesce, NullIf

from budgets.enums import BALANCED_KINDS, CreditType, NomenclatureKind
from budgets.models import (
    ALLOCATED,
    BopOpinion,
    Commitment,
    CreditMovement,
    NomenclatureNode,
    Payment,
    PaymentRequest,
    ScheduledPayment,
    ServiceDone,
    Trajectory,
)
from projects.models import Baseline

_RAW = BigIntegerField()
_EJ = "commitment__legal_reference"


@dataclass(frozen=True, slots=True)
class Scope:
    """What is checked: an exercise, an origin, the day of the check, and the days it looks back to.

    `requested_by` is the last day of a service done that should have its payment request,
    `received_by` that of an invoice that should be paid.
    """

    fiscal_year: int
    origin: str
    day: dt.date
    requested_by: dt.date
    received_by: dt.date
    is_current: bool = True


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the nomenclature, as the checks climb it."""

    pk: int
    code: str
    kind: str
    parent: int | None
    number: str


class Tree:
    """The nomenclature by id; one query."""

    def __init__(self) -> None:
        columns = ("pk", "code", "kind", "parent_id", "external_code")
        rows = NomenclatureNode.objects.order_by().values_list(*columns)
        self.nodes = {
            pk: Node(pk, code, kind, parent, external or code)
            for pk, code, kind, parent, external in rows
        }

    def above(self, pk: int, kind: str) -> Node | None:
        """Return the node itself, or the nearest above, of a kind."""
        seen: set[int] = set()
        node = self.nodes.get(pk)
        while node is not None and node.pk not in seen:
            if node.kind == kind:
                return node
            seen.add(node.pk)
            node = self.nodes.get(node.parent) if node.parent else None
        return None

    def inside(self) -> dict[int, set[int]]:
        """Return each node with everything below it."""
        found: dict[int, set[int]] = defaultdict(set)
        for pk in self.nodes:
            node = self.nodes.get(pk)
            while node is not None and pk not in found[node.pk]:
                found[node.pk].add(pk)
                node = self.nodes.get(node.parent) if node.parent else None
        return found

    def unit(self, pk: int) -> Node:
        """Return the BOP of a node; the node itself when it stands below none."""
        return self.above(pk, NomenclatureKind.BOP) or self.nodes[pk]

    def title(self, category: int | None) -> str:
        """Return the number of the title of a category; empty when the source names none."""
        node = self.nodes.get(category) if category else None
        return node.number[:1] if node else ""


@dataclass(slots=True)
class Life:
    """A legal commitment (EJ) over its life; `last_on` is its last fact, or its own day."""

    node: int = 0
    credit_type: str = CreditType.HT2
    committed: int = 0
    committed_on: dt.date | None = None
    done: int = 0
    done_before_year: int = 0
    done_long_ago: int = 0
    last_on: dt.date | None = None
    paid: int = 0
    advances: int = 0
    paid_before_year: int = 0
    requested: int = 0
    invoices_unpaid: int = 0
    scheduled: int | None = None
    scheduled_in_year: int = 0

    def seen(self, day: dt.date | None) -> None:
        """Remember the last day on which something happened."""
        if day is not None and (self.last_on is None or day > self.last_on):
            self.last_on = day


def _cents(column: str, condition: Q | None = None) -> Any:
    total = Sum(Cast(F(column), _RAW), filter=condition)
    return Coalesce(total, Value(0), output_field=_RAW)


def _facts(model: Any, scope: Scope) -> QuerySet[Any]:
    rows = model.objects.filter(data_origin=scope.origin, fiscal_year__lte=scope.fiscal_year)
    found: QuerySet[Any] = rows.order_by()
    return found


def lives(scope: Scope) -> dict[str, Life]:
    """Return every legal commitment up to the exercise, by reference; five statements."""
    found: dict[str, Life] = {}
    signed = _facts(Commitment, scope).values("legal_reference").annotate(
        node=Min("node_id"), credit=Min("credit_type"), total=_cents("amount"),
        on=Max("committed_on", filter=Q(amount__gt=0)),
    )  # fmt: skip
    columns = ("legal_reference", "node", "credit", "total", "on")
    for reference, node, credit, total, on in signed.values_list(*columns):
        found[reference] = Life(node, credit, total, on)
    _add_services(found, scope)
    _add_payments(found, scope)
    _add_schedules(found, scope)
    return found


def _add_services(found: dict[str, Life], scope: Scope) -> None:
    year = scope.fiscal_year
    rows = _facts(ServiceDone, scope).values(_EJ).annotate(
        total=_cents("amount"),
        before=_cents("amount", Q(fiscal_year__lt=year)),
        long_ago=_cents("amount", Q(done_on__lte=scope.requested_by)),
        on=Max("done_on"),
    )  # fmt: skip
    for reference, *sums, on in rows.values_list(_EJ, "total", "before", "long_ago", "on"):
        if life := found.get(reference):
            life.done, life.done_before_year, life.done_long_ago = sums
            life.seen(on)


def _add_payments(found: dict[str, Life], scope: Scope) -> None:
    """Add payments and payment requests; a payment that names no request pays old invoices too."""
    on_service = Q(is_advance=False)
    rows = _facts(Payment, scope).values(_EJ, "payment_request").annotate(
        total=_cents("amount"),
        advances=_cents("amount", ~on_service),
        before=_cents("amount", on_service & Q(fiscal_year__lt=scope.fiscal_year)),
        on=Max("paid_on"),
    )  # fmt: skip
    columns = (_EJ, "payment_request", "total", "advances", "before", "on")
    paid: dict[tuple[str, str], int] = defaultdict(int)
    for reference, request, total, advances, before, on in rows.values_list(*columns):
        paid[reference, request] += total
        if life := found.get(reference):
            life.paid += total
            life.advances += advances
            life.paid_before_year += before
            life.seen(on)
    old = Q(invoice_received_on__lte=scope.received_by)
    asked = _facts(PaymentRequest, scope).values(_EJ, "number").annotate(
        total=_cents("amount"), old=_cents("amount", old)
    )  # fmt: skip
    for reference, number, total, late in asked.values_list(_EJ, "number", "total", "old"):
        if life := found.get(reference):
            life.requested += total
            life.invoices_unpaid += max(late - max(paid[reference, number], 0), 0)
    for (reference, request), total in paid.items():
        if request == "" and (life := found.get(reference)):
            life.invoices_unpaid = max(life.invoices_unpaid - max(total, 0), 0)


def _add_schedules(found: dict[str, Life], scope: Scope) -> None:
    rows = ScheduledPayment.objects.filter(data_origin=scope.origin, commitment__isnull=False)
    sums = rows.order_by().values(_EJ).annotate(
        total=_cents("amount"), year=_cents("amount", Q(fiscal_year=scope.fiscal_year))
    )  # fmt: skip
    for reference, total, year in sums.values_list(_EJ, "total", "year"):
        if life := found.get(reference):
            life.scheduled, life.scheduled_in_year = total, year


def allotted(scope: Scope) -> dict[int, tuple[int, int]]:
    """Return the AE allotted to each tranche and committed on it, by its id; two statements."""
    given = _facts(CreditMovement, scope).filter(ALLOCATED, tranche__isnull=False)
    used = _facts(Commitment, scope).filter(tranche__isnull=False)
    sums = given.values("tranche_id").annotate(total=_cents("ae"))
    found = {pk: (total, 0) for pk, total in sums.values_list("tranche_id", "total")}
    sums = used.values("tranche_id").annotate(total=_cents("amount"))
    for pk, total in sums.values_list("tranche_id", "total"):
        found[pk] = (found.get(pk, (0, 0))[0], total)
    return found


@dataclass(frozen=True, slots=True)
class Moved:
    """The movements of a kind on a node in an exercise; `ceiling_law` raises a ceiling, if any."""

    fiscal_year: int
    node: int
    kind: str
    credit_type: str
    category: int | None
    is_earmarked: bool
    ceiling_law: str
    ae: int
    cp: int


def moved(scope: Scope) -> list[Moved]:
    """Return the movements of the exercise and of the one before, grouped; one statement."""
    years = (scope.fiscal_year - 1, scope.fiscal_year)
    rows = CreditMovement.objects.filter(data_origin=scope.origin, fiscal_year__in=years)
    by = (
        *("fiscal_year", "node_id", "kind", "credit_type", "category_id", "is_earmarked"),
        "ceiling_law",
    )
    sums = rows.order_by().values(*by).annotate(total_ae=_cents("ae"), total_cp=_cents("cp"))
    return [Moved(*row) for row in sums.values_list(*by, "total_ae", "total_cp")]


@dataclass(frozen=True, slots=True)
class Leg:
    """What an act does to a node: `act` names it, `reference` one of its rows."""

    act: str
    kind: str
    node: int
    credit_type: str
    reference: str
    ae: int
    cp: int
    is_alone: bool


def legs(scope: Scope) -> list[Leg]:
    """Return the acts of the exercise that move credits between nodes; one statement."""
    rows = CreditMovement.objects.filter(
        data_origin=scope.origin, fiscal_year=scope.fiscal_year, kind__in=sorted(BALANCED_KINDS)
    )
    named = Coalesce(NullIf("act_reference", Value("")), "source_reference")
    sums = rows.order_by().annotate(act=named).values("act", "kind", "node_id", "credit_type")
    sums = sums.annotate(
        reference=Min("source_reference"), total_ae=_cents("ae"), total_cp=_cents("cp"),
        named=Max("act_reference"),
    )  # fmt: skip
    columns = ("act", "kind", "node_id", "credit_type", "reference", "total_ae", "total_cp")
    return [
        Leg(act, kind, node, credit_type, reference, ae, cp, is_alone=not name)
        for act, kind, node, credit_type, reference, ae, cp, name in sums.values_list(
            *columns, "named"
        )
    ]


@dataclass(frozen=True, slots=True)
class Dated:
    """A commitment of the exercise dated outside of it."""

    reference: str
    committed_on: dt.date
    node: int
    credit_type: str
    category: int | None
    service_from: dt.date | None
    amount: int


def dated_elsewhere(scope: Scope) -> Iterator[Dated]:
    """Yield the commitments of the exercise dated outside of it; one statement."""
    year = scope.fiscal_year
    rows = Commitment.objects.filter(
        data_origin=scope.origin, fiscal_year=year, commitment_year=year
    ).exclude(committed_on__year=year)
    by = ("legal_reference", "committed_on", "node_id", "credit_type", "category_id")
    sums = rows.order_by("legal_reference", "committed_on").values(*by)
    sums = sums.annotate(total=_cents("amount"), first=Min("service_from"))
    for row in sums.values_list(*by, "first", "total"):
        if row[-1] > 0:
            yield Dated(*row)


def due_by_year(scope: Scope) -> tuple[dict[tuple[int, int], int], dict[tuple[int, int], int]]:
    """Return the CP due on commitments, and planned on credits, by (node, year); two statements."""
    rows = ScheduledPayment.objects.filter(
        data_origin=scope.origin, fiscal_year__gte=scope.fiscal_year
    ).order_by()
    return _by_year(rows, "commitment__node_id"), _by_year(rows, "movement__node_id")


def _by_year(rows: QuerySet[Any], path: str) -> dict[tuple[int, int], int]:
    named = rows.filter(**{f"{path}__isnull": False}).values(path, "fiscal_year")
    sums = named.annotate(total=_cents("amount")).values_list(path, "fiscal_year", "total")
    return {(node, year): total for node, year, total in sums}


def opinions(scope: Scope) -> set[int]:
    """Return the ids of the BOP with an opinion for the exercise on the day; one statement."""
    rows = BopOpinion.objects.filter(
        data_origin=scope.origin, fiscal_year=scope.fiscal_year, given_on__lte=scope.day
    )
    return set(rows.values_list("node_id", flat=True))


def trajectories(scope: Scope) -> list[tuple[int, int, int]]:
    """Return the trajectories of coming years: node, year, cents; one statement."""
    rows = Trajectory.objects.filter(
        data_origin=scope.origin, fiscal_year__gt=scope.fiscal_year
    ).annotate(total=Cast(F("cp"), _RAW))
    return list(rows.order_by("node_id", "fiscal_year").values_list("node", "fiscal_year", "total"))


def costs(scope: Scope) -> list[tuple[str, int, int]]:
    """Return the full cost of projects and the sum of its planned lines; one statement.

    The last baseline of each project with a full cost and planned values.
    """
    rows = Baseline.objects.filter(
        project__data_origin=scope.origin, full_cost__isnull=False, planned_values__isnull=False
    ).order_by("project__code", "number")
    sums = rows.annotate(
        cost=Cast(F("full_cost"), _RAW), lines=_cents("planned_values__amount")
    ).values_list("project__code", "cost", "lines")
    last = {code: (cost, lines) for code, cost, lines in sums}
    return [(code, cost, lines) for code, (cost, lines) in last.items()]
