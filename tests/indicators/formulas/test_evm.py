"""Earned value: identities, invariances, and a Fraction oracle that goes one project at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.formulas.evm import AMOUNTS, earned_value
from indicators.formulas.outcome import Notice, Outcome, Reason

CENTS = st.integers(-(10**13), 10**14)
SMALL = st.integers(-3, 3)
PROJECT = st.tuples(*[st.one_of(CENTS, SMALL)] * 4)
PROJECTS = st.lists(PROJECT, min_size=1, max_size=8)
Figure = Fraction | Reason


def columns(projects: list[tuple[int, ...]]) -> list[np.ndarray]:
    return list(np.array(projects, dtype=np.int64).T)


def divided(above: Figure, below: Figure, negative: Reason | None = None) -> Figure:
    for figure in (above, below):
        if isinstance(figure, Reason):
            return figure
    assert isinstance(above, Fraction)
    assert isinstance(below, Fraction)
    if below == 0:
        return Reason.ZERO_DENOMINATOR
    if below < 0 and negative is not None:
        return negative
    return above / below


def then(figure: Figure, change: Callable[[Fraction], Fraction]) -> Figure:
    return figure if isinstance(figure, Reason) else change(figure)


def to_complete(remaining: Fraction, margin: Figure) -> Figure:
    if remaining < 0:
        return Reason.NOT_APPLICABLE
    if remaining == 0:
        return Fraction(0)
    if isinstance(margin, Reason):
        return margin
    return Reason.UNREACHABLE if margin <= 0 else remaining / margin


def oracle(project: tuple[int, ...]) -> dict[str, Figure]:
    """The table of the definitions, in exact arithmetic, written independently."""
    bac, pv, ev, ac = map(Fraction, project)
    cpi, spi = divided(ev, ac, Reason.NOT_APPLICABLE), divided(ev, pv)
    eac = divided(bac, cpi)
    factor = cpi if isinstance(cpi, Reason) else then(spi, lambda s: s * cpi)
    return {
        "cv": ev - ac,
        "sv": ev - pv,
        "cv_pct": divided(ev - ac, ev),
        "sv_pct": divided(ev - pv, pv),
        "cpi": cpi,
        "spi": spi,
        "pct_complete": divided(ev, bac),
        "pct_planned": divided(pv, bac),
        "pct_spent": divided(ac, bac),
        "eac_cpi": eac,
        "eac_remaining_at_budget": ac + bac - ev,
        "eac_cpi_spi": then(divided(bac - ev, factor), lambda etc: ac + etc),
        "etc_cpi": then(eac, lambda cost: cost - ac),
        "vac_cpi": then(eac, lambda cost: bac - cost),
        "tcpi_bac": to_complete(bac - ev, bac - ac),
        "tcpi_eac": to_complete(bac - ev, then(eac, lambda cost: cost - ac)),
    }


def test_the_worked_example_of_the_domain_note() -> None:
    # BAC 1000, PV 400, EV 320, AC 380 (domain note §2.5).
    found = earned_value([1000], [400], [320], [380], bottom_up_etc=[600])
    rounded = {key: round(float(outcome.value[0]), 4) for key, outcome in found.items()}
    assert rounded["cpi"] == 0.8421
    assert rounded["spi"] == 0.8
    assert rounded["eac_cpi"] == 1187.5
    assert rounded["eac_remaining_at_budget"] == 1060
    assert rounded["eac_cpi_spi"] == 1389.375
    assert rounded["tcpi_bac"] == 1.0968
    assert rounded["vac_cpi"] == -187.5
    assert rounded["eac_bottom_up"] == 980


@given(PROJECTS)
def test_every_figure_and_every_reason_agree_with_exact_arithmetic(
    projects: list[tuple[int, ...]],
) -> None:
    found = earned_value(*columns(projects))
    for row, project in enumerate(projects):
        scale = sum(map(abs, project))
        for key, wanted in oracle(project).items():
            value, reason = found[key].value[row], Reason(found[key].reason[row])
            if isinstance(wanted, Reason):
                assert (math.isnan(value), reason) == (True, wanted), (key, project)
                continue
            assert reason is Reason.NONE, (key, project)
            # A sum of an amount and a quotient is accurate relatively to its parts.
            room = scale + abs(wanted - project[3]) if key in ("eac_cpi_spi",) else 0
            assert abs(Fraction(float(value)) - wanted) <= Fraction(1, 10**12) * max(
                abs(wanted), room
            ), (key, project)


@given(PROJECTS)
def test_one_project_alone_or_among_others_has_the_same_bytes(
    projects: list[tuple[int, ...]],
) -> None:
    together = earned_value(*columns(projects))
    for row, project in enumerate(projects):
        alone = earned_value(*columns([project]))
        for key, outcome in together.items():
            assert outcome.value[row].tobytes() == alone[key].value[0].tobytes()
            assert outcome.reason[row] == alone[key].reason[0]


@given(PROJECT, st.sampled_from([2, 4, 1024]))
def test_the_unit_of_money_changes_amounts_only(project: tuple[int, ...], unit: int) -> None:
    plain = earned_value(*columns([project]))
    scaled = earned_value(*[np.array([float(x) * unit]) for x in project])
    for key, outcome in plain.items():
        factor = unit if key in AMOUNTS else 1
        assert scaled[key].reason[0] == outcome.reason[0]
        if not outcome.reason[0]:
            assert scaled[key].value[0] == outcome.value[0] * factor


@pytest.mark.parametrize("missing", range(4))
def test_a_missing_input_nulls_what_uses_it_and_nothing_else(missing: int) -> None:
    inputs = [[1000.0], [400.0], [320.0], [380.0]]
    inputs[missing] = [math.nan]
    users = {
        0: "pct_complete pct_planned pct_spent eac_cpi eac_remaining_at_budget eac_cpi_spi "
        "etc_cpi vac_cpi tcpi_bac tcpi_eac",
        1: "sv sv_pct spi pct_planned eac_cpi_spi",
        2: "cv sv cv_pct sv_pct cpi spi pct_complete eac_cpi eac_remaining_at_budget "
        "eac_cpi_spi etc_cpi vac_cpi tcpi_bac tcpi_eac",
        3: "cv cv_pct cpi pct_spent eac_cpi eac_remaining_at_budget eac_cpi_spi etc_cpi vac_cpi "
        "tcpi_bac tcpi_eac",
    }
    found = earned_value(*inputs)
    nulls = {key for key, outcome in found.items() if outcome.reason[0]}
    assert nulls == set(users[missing].split())
    assert {found[key].reason[0] for key in nulls} == {Reason.MISSING_INPUT}


def test_a_null_gap_has_no_sign_and_the_notice_stands_on_its_rows_only() -> None:
    found = earned_value([10, 10], [-5, 5], [-5, 20], [1, 1])
    assert math.copysign(1, found["sv_pct"].value[0]) == 1
    assert found["tcpi_bac"].notice.tolist() == [Notice.NONE, Notice.EV_ABOVE_BAC]


def test_cents_are_subtracted_as_integers() -> None:
    large = 2**53
    found = earned_value([1], [1], np.array([large + 1]), np.array([large]))
    assert found["cv"].value[0] == 1


def test_an_outcome_has_one_length_and_three_columns() -> None:
    outcome: Outcome = earned_value([1, 2], [1, 2], [1, 2], [1, 2])["cpi"]
    assert len(outcome) == 2
    assert outcome.value.dtype == np.float64
    assert outcome.reason.dtype == outcome.notice.dtype == np.int8
