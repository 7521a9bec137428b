"""Properties of the ledgers (domain §1.5, §1.6): schedules, acts, sums of every level."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budgets.enums import BALANCED_KINDS
from budgets.models import NomenclatureNode
from budgets.rules.acts import Amounts, out_of_balance
from budgets.rules.commitments import check_schedule
from budgets.rules.findings import Place
from budgets.selectors.availability import Reading, sums_by, total
from budgets.selectors.lines import BY, availability
from budgets.tables.execution import execution_layout
from budgets.tables.perimeter import Perimeter
from budgets.tables.statements import left_to_pay
from common.money import allocate
from tests.budgets.ledger import commit, move, pay, schedule

pytestmark = pytest.mark.django_db
PLACE = Place("commitment", "EJ", 2026)
# 10¹³ € in cents, the greatest amount of a row.
GREATEST = 10**15
keys = st.lists(st.integers(0, 100), min_size=1, max_size=5).filter(any)
slow = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@given(st.integers(1, GREATEST), st.lists(st.integers(1, 10**6), max_size=4), keys)
def test_the_cp_of_a_schedule_add_up_to_the_ae_net_of_withdrawals(committed, withdrawn, weights):
    net = committed - sum(withdrawn)
    scheduled = allocate(net, weights)
    assert check_schedule(PLACE, net, sum(scheduled)) == []
    (finding,) = check_schedule(PLACE, net, sum(scheduled) + 1)
    assert finding.amount == 1


legs = st.lists(st.tuples(st.integers(-GREATEST, GREATEST), st.integers(-GREATEST, GREATEST)))


@given(st.sampled_from(sorted(BALANCED_KINDS)), legs, st.sampled_from(["t2", "ht2"]))
def test_an_act_that_moves_credits_sums_to_zero_or_says_by_how_much(kind, moved, credit_type):
    balanced = [Amounts(n, credit_type, ae, cp) for n, (ae, cp) in enumerate(moved)]
    ae, cp = sum(leg.ae for leg in balanced), sum(leg.cp for leg in balanced)
    closing = Amounts(len(moved), credit_type, -ae, -cp)
    assert out_of_balance(kind, [*balanced, closing]) == {}
    beyond = Amounts(len(moved), credit_type, -ae + 1, -cp)
    assert out_of_balance(kind, [*balanced, beyond]) == {"AE": 1}


@contextmanager
def undone():
    """Leave nothing behind an example: the next one begins on the same base."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def nodes():
    """Return two UO of a programme and one of another."""
    found = {}
    for code, kind, parent in (
        ("P1", "lolf_programme", None), ("P2", "lolf_programme", None),
        ("U1", "uo", "P1"), ("U2", "uo", "P1"), ("U3", "uo", "P2"),
    ):  # fmt: skip
        above = found.get(parent)
        found[code] = NomenclatureNode.objects.get_or_create(
            code=code, defaults={"name": code, "kind": kind, "parent": above}
        )[0]
    return [found["U1"], found["U2"], found["U3"]]


rows = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, GREATEST), st.integers(0, GREATEST)), max_size=6
)


@slow
@given(rows)
def test_every_level_is_the_sum_of_the_one_below_and_great_amounts_stay_exact(drawn):
    with undone():
        units = nodes()
        for place, signed, paid in drawn:
            node = units[place]
            move(node, "initial_finance_act", Decimal(signed) / 100)
            line = commit(node, Decimal(signed) / 100, legal_reference=f"EJ-{place}")
            if min(paid, signed):
                pay(line, Decimal(min(paid, signed)) / 100)
        opened = sum(signed for _place, signed, _paid in drawn)
        settled = sum(min(paid, signed) for _place, signed, paid in drawn)
        whole = total(sums_by(Reading(2026), "credit_type").values())
        assert (whole.ae_opened, whole.ae_committed, whole.cp_paid) == (opened, opened, settled)
        for by in BY:
            lines = availability(Reading(2026), by)
            assert total(line.cents for line in lines) == whole
        perimeters = [NomenclatureNode.objects.perimeter(code) for code in ("P1", "P2")]
        parts = [
            total(sums_by(Reading(2026, nodes=inside), "node_id").values()) for inside in perimeters
        ]
        assert parts[0] + parts[1] == whole
        left = left_to_pay(Perimeter(2026), day=dt.date(2026, 12, 31), dormant_months=24)
        assert sum(row.left for row in left) == opened - settled
        cells = {cell.key: cell.value for cell in execution_layout(2026).compute(Perimeter(2026))}
        assert (cells["E2"], cells["P2"], cells["R6"]) == (opened, settled, opened - settled)


@slow
@given(st.integers(1, GREATEST), keys)
def test_what_is_due_by_year_adds_up_to_what_is_left(committed, weights):
    with undone():
        (uo, *_others) = nodes()
        line = commit(
            uo, Decimal(committed) / 100, legal_reference=f"EJ-{committed}-{len(weights)}"
        )
        for year, cents in enumerate(allocate(committed, weights), 2026):
            if cents:
                schedule(line, Decimal(cents) / 100, year, forecast_on=dt.date(2026, 3, 1))
        found = left_to_pay(Perimeter(2026), day=dt.date(2026, 12, 31), dormant_months=24)
        (row,) = [one for one in found if one.legal_reference == line.legal_reference]
        assert row.due_in(2026) + row.due_after(2026) == row.left == committed
