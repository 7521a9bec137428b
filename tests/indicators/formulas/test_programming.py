"""Programming against execution: worked examples, edges, and a Fraction oracle."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.formulas.outcome import Outcome, Reason
from indicators.formulas.programming import (
    coverage,
    execution_rate,
    forecast_error,
    landing_gap,
    need_coverage,
    owed_share,
    payment_key,
    programmed_landing,
    programmed_to_date,
    rigidity,
    stability,
)

NAN = float("nan")
cents = st.integers(0, 10**13)


def one(outcome: Outcome) -> float | str:
    """The value of one project, or the reason why there is none."""
    reason = Reason(int(outcome.reason[0]))
    return float(outcome.value[0]) if reason is Reason.NONE else reason.code


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (execution_rate([450], [600]), 0.75),
        (execution_rate([0], [0]), "zero_denominator"),
        (execution_rate([5], [0]), "zero_denominator"),
        (execution_rate([5], [NAN]), "missing_input"),
        (programmed_landing([350], [1200], [600]), 950.0),
        (programmed_landing([350], [NAN], [NAN]), "missing_input"),
        (landing_gap([1000], [40], programmed_landing([350], [1200], [600])), 10.0),
        (landing_gap([900], [40], programmed_landing([350], [1200], [600])), -90.0),
        (coverage([1000], [50], [350], [100], [400]), 1.2),
        (coverage([1000], [50], [350], [0], [0]), "not_applicable"),
        (coverage([NAN], [50], [350], [0], [1]), "missing_input"),
        (need_coverage([380], [400]), 0.95),
        (need_coverage([380], [NAN]), "missing_input"),
        (need_coverage([380], [0]), "zero_denominator"),
        (rigidity([300], [400]), 0.75),
        (rigidity([300], [NAN]), "missing_input"),
        (owed_share([150], [250], [900], [100]), 0.5),
        (owed_share([150], [250], [100], [100]), "zero_denominator"),
        (owed_share([150], [250], [100], [101]), "not_applicable"),
        (forecast_error([90], [120], is_over=True), 0.25),
        (forecast_error([150], [120], is_over=True), 0.25),
        (forecast_error([90], [120], is_over=False), "not_applicable"),
        (forecast_error([90], [0], is_over=True), "zero_denominator"),
        (stability([30], [600]), 0.05),
        (stability([30], [0]), "zero_denominator"),
    ],
)
def test_each_formula_gives_the_value_worked_by_hand_or_its_reason(
    figure: Outcome, expected: Any
) -> None:
    assert one(figure) == expected


def test_the_keys_of_programme_614_are_those_that_the_bill_publishes(reference_data: Path) -> None:
    """PLF 2020, FdC included: 83 %, 16 %, 1 %, 0 % (domain §1.6)."""
    file = reference_data / "data" / "exemple_echeancier_cp_p614_plf2020.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        cells = {row["ligne"]: row["valeur"] for row in csv.DictReader(lines)}
    ae, *cp = (int(cells[name]) for name in ("C0", "C1", "C2", "C3", "C4"))
    keys = [one(payment_key([amount], [ae])) for amount in cp]
    assert [round(float(key) * 100) for key in keys] == [83, 16, 1, 0]
    assert sum(cp) == ae


@given(cents, st.integers(0, 12), cents)
def test_what_is_programmed_to_date_is_spread_to_the_half_cent(
    programmed: int, months: int, dated: int
) -> None:
    found = programmed_to_date([programmed], months, [dated])[0]
    exact = Fraction(programmed * months, 12)
    assert abs(Fraction(found) - dated - exact) <= Fraction(1, 2)
    assert months or found == dated
    assert months < 12 or found == programmed + dated


@given(cents, cents, cents)
def test_a_landing_is_what_is_done_and_what_remains(paid: int, programmed: int, done: int) -> None:
    assert one(programmed_landing([paid], [programmed], [done])) == paid + programmed - done


@given(cents, cents, cents, cents, cents)
def test_the_coverage_agrees_with_fractions(
    opened: int, frozen: int, paid: int, compulsory: int, due: int
) -> None:
    found = one(coverage([opened], [frozen], [paid], [compulsory], [due]))
    if compulsory + due == 0:
        assert found == "not_applicable"
    else:
        exact = Fraction(opened - frozen - paid, compulsory + due)
        assert float(found) == pytest.approx(float(exact), rel=1e-12, abs=1e-12)


def test_a_project_alone_has_the_figures_that_it_has_among_others() -> None:
    paid, programmed = np.array([10, 0, NAN]), np.array([20, 0, 5])
    whole = execution_rate(paid, programmed)
    for index in range(3):
        alone = execution_rate(paid[index : index + 1], programmed[index : index + 1])
        assert alone.reason[0] == whole.reason[index]
        assert alone.value[0] == whole.value[index] or np.isnan(whole.value[index])
