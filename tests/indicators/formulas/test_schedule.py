"""Earned schedule: worked example, Fraction oracle, invariance to padding and to chunks."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indicators.formulas.outcome import Notice, Reason
from indicators.formulas.schedule import earned_schedule

STEPS = st.lists(st.integers(0, 10**12) | st.integers(0, 2), min_size=1, max_size=15)
Row = tuple[list[int], int, int]


def oracle(plan: list[int], ev: int) -> tuple[Fraction, int]:
    """ES and PD by walking the plan, for a plan that ends above 0 and ev ≥ 0."""
    bac = plan[-1]
    pd = next(period for period, pv in enumerate(plan, 1) if pv >= bac)
    if ev == 0:
        return Fraction(0), pd
    if ev >= bac:
        return Fraction(pd), pd
    points = [0, *plan]
    whole = max(period for period, pv in enumerate(points) if pv <= ev)
    step = points[whole + 1] - points[whole]
    return whole + Fraction(ev - points[whole], step), pd


@st.composite
def rows(draw: st.DrawFn) -> Row:
    plan = np.cumsum(draw(STEPS)).tolist()
    if plan[-1] == 0:
        plan[-1] = 1
    ev = draw(st.one_of(st.sampled_from([0, *plan]), st.integers(0, 2 * plan[-1])))
    return plan, ev, draw(st.integers(1, 40))


def table(given: list[Row], width: int = 0) -> tuple[np.ndarray, ...]:
    most = max([width, *(len(plan) for plan, _, _ in given)])
    padded = np.full((len(given), most), -7, dtype=np.int64)
    for at, (plan, _, _) in enumerate(given):
        padded[at, : len(plan)] = plan
    lengths = np.array([len(plan) for plan, _, _ in given])
    return padded, lengths, np.array([e for _, e, _ in given]), np.array([t for *_, t in given])


def test_the_worked_example_of_the_domain_note() -> None:
    # PV at the end of months 1 to 10 (0 at time 0), EV 320, AT 5 (domain note §2.5).
    plan = [50, 120, 210, 310, 400, 520, 650, 780, 900, 1000]
    found = earned_schedule([plan], [10], [320], [5])
    rounded = {key: round(float(outcome.value[0]), 4) for key, outcome in found.items()}
    assert rounded == {
        "es": 4.1111,
        "pd": 10,
        "sv_t": -0.8889,
        "spi_t": 0.8222,
        "ieac_t": 12.1622,
        "ieac_t_remaining_as_planned": 10.8889,
        "tspi": 1.1778,
    }


@given(st.lists(rows(), min_size=1, max_size=8))
def test_every_figure_agrees_with_exact_arithmetic(given: list[Row]) -> None:
    found = earned_schedule(*table(given))
    for row, (plan, ev, at) in enumerate(given):
        es, pd = oracle(plan, ev)
        wanted = {"es": es, "pd": pd, "sv_t": es - at, "spi_t": es / at}
        wanted["ieac_t_remaining_as_planned"] = at + pd - es
        if es:
            wanted["ieac_t"] = pd * at / es
        for key, figure in wanted.items():
            assert found[key].reason[row] == 0
            error = abs(Fraction(float(found[key].value[row])) - figure)
            assert error <= Fraction(1, 10**12) * max(abs(figure), es + at), key
        if not es:
            assert found["ieac_t"].reason[row] == Reason.ZERO_DENOMINATOR


@given(st.lists(rows(), min_size=1, max_size=6), st.integers(0, 25))
def test_neither_the_padding_nor_the_neighbours_change_a_byte(given: list[Row], width: int) -> None:
    together = earned_schedule(*table(given, width))
    for row, project in enumerate(given):
        alone = earned_schedule(*table([project]))
        for key, outcome in together.items():
            assert outcome.value[row].tobytes() == alone[key].value[0].tobytes()
            assert outcome.reason[row] == alone[key].reason[0]


def test_what_is_not_a_plan_is_null_with_its_cause() -> None:
    plan = np.array([[10, 5, 20], [0, 0, 0], [10, 20, 30], [1, 2, 3], [-1, 2, 3]], dtype=float)
    found = earned_schedule(plan, [3, 3, 0, 3, 3], [5, 0, 5, -1, 1], [1, 1, 1, 1, 1])
    na, missing = Reason.NOT_APPLICABLE, Reason.MISSING_INPUT
    assert found["es"].reason.tolist() == [na, na, missing, na, na]
    assert found["pd"].reason.tolist() == [na, na, missing, 0, na]
    assert found["pd"].notice.tolist() == [
        Notice.PLAN_DECREASES,
        Notice.PLAN_IS_ZERO,
        0,
        0,
        Notice.PLAN_DECREASES,
    ]
    assert found["es"].notice[3] == Notice.EV_NEGATIVE


def test_missing_values_are_missing_inputs() -> None:
    plan = [[10.0, np.nan], [10.0, np.nan], [10.0, 20.0], [10.0, 20.0]]
    found = earned_schedule(plan, [2, 1, 2, 2], [5, 5, np.nan, 5], [1, 1, 1, np.nan])
    missing = Reason.MISSING_INPUT
    assert found["es"].reason.tolist() == [missing, 0, missing, 0]
    assert found["spi_t"].reason.tolist() == [missing, 0, missing, missing]
    assert found["pd"].reason.tolist() == [missing, 0, 0, 0]


def test_an_empty_table_has_no_plan() -> None:
    found = earned_schedule(np.empty((2, 0)), [0, 0], [1, 2], [1, 1])
    assert found["es"].reason.tolist() == [Reason.MISSING_INPUT] * 2


def test_tspi_is_out_of_reach_after_the_planned_end_and_senseless_once_all_is_earned() -> None:
    plan = [[10, 20]] * 4
    found = earned_schedule(plan, [2] * 4, [10, 10, 20, 20], [1, 2, 1, 3])["tspi"]
    assert found.value[0] == 1
    assert found.value[2] == 0
    assert found.reason.tolist() == [0, Reason.UNREACHABLE, 0, Reason.NOT_APPLICABLE]
