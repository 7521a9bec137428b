"""Edges of each rule of tests/cases/CALCULATE.md, with the exact reason of each null.

The expectations are worked by hand from the rules column, never read from the code.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.indicators.calculating import answer, value

Z, M, N, A, U = (
    "zero_denominator",
    "missing_input",
    "not_started",
    "not_applicable",
    "unreachable",
)


def evm(bac: float, pv: float, ev: float, ac: float) -> dict[str, float]:
    return {"bac": bac, "pv": pv, "ev": ev, "ac": ac}


@pytest.mark.parametrize(
    ("inputs", "key", "expected"),
    [
        # TCPI, in the order of the rule: ev > bac, ev = bac, denominator ≤ 0.
        (evm(100, 100, 110, 200), "tcpi_bac", (None, A)),
        (evm(100, 100, 110, 200), "tcpi_eac", (None, A)),
        (evm(100, 100, 110, 0), "tcpi_eac", (None, A)),
        (evm(100, 100, 100, 100), "tcpi_bac", (0, None)),
        (evm(100, 100, 100, 150), "tcpi_bac", (0, None)),
        (evm(100, 100, 100, 150), "tcpi_eac", (0, None)),
        (evm(100, 100, 100, 0), "tcpi_eac", (0, None)),
        (evm(100, 100, 100, -5), "tcpi_eac", (0, None)),
        (evm(0, 0, 0, 0), "tcpi_bac", (0, None)),
        (evm(0, 0, 0, 10), "tcpi_eac", (0, None)),
        (evm(100, 100, 50, 100), "tcpi_bac", (None, U)),
        (evm(100, 100, 50, 120), "tcpi_bac", (None, U)),
        (evm(100, 100, 50, 99), "tcpi_bac", (50, None)),
        (evm(100, 100, -10, 50), "tcpi_eac", (None, U)),
        (evm(100, 100, 0, 50), "tcpi_eac", (None, Z)),
        # CPI, and what uses it.
        (evm(100, 50, 40, 0), "cpi", (None, Z)),
        (evm(100, 50, 40, -1), "cpi", (None, A)),
        (evm(100, 50, 0, 50), "cpi", (0, None)),
        (evm(100, 50, 0, 50), "eac_cpi", (None, Z)),
        (evm(100, 50, 0, 50), "etc_cpi", (None, Z)),
        (evm(100, 50, 0, 50), "vac_cpi", (None, Z)),
        (evm(100, 50, 0, 50), "eac_cpi_spi", (None, Z)),
        (evm(100, 0, 40, 50), "eac_cpi_spi", (None, Z)),
        (evm(100, 0, 40, -5), "eac_cpi_spi", (None, A)),
        (evm(100, 0, 40, 50), "eac_cpi", (125, None)),
        (evm(100, 0, 40, 50), "spi", (None, Z)),
        (evm(100, 0, 40, 50), "sv_pct", (None, Z)),
        (evm(100, 50, 0, 50), "cv_pct", (None, Z)),
        (evm(100, 50, 0, 50), "spi", (0, None)),
        (evm(100, 50, 0, 50), "eac_remaining_at_budget", (150, None)),
        # Percentages are not clipped, and a budget of 0 has none.
        (evm(100, 150, 120, 300), "pct_spent", (3, None)),
        (evm(0, 10, 10, 10), "pct_complete", (None, Z)),
        (evm(0, 10, 10, 10), "pct_planned", (None, Z)),
        (evm(0, 10, 10, 10), "pct_spent", (None, Z)),
        # Euros and cents are subtracted exactly, however large.
        (evm(1e10, 1, 9166666666.67, 9166666666.66), "cv", (0.01, None)),
        (evm(1, 0.1, 0.3, 0.2), "sv", (0.2, None)),
    ],
)
def test_the_edges_of_earned_value(
    inputs: dict[str, float], key: str, expected: tuple[Any, str | None]
) -> None:
    assert value("evm", inputs, key) == expected


def test_earned_value_above_the_budget_is_the_only_warning_of_the_family() -> None:
    assert answer("evm", evm(100, 100, 100, 150))["warnings"] == []
    assert len(answer("evm", evm(100, 100, 101, 150))["warnings"]) == 1


def es(pv: list[float], ev: float, at: float) -> dict[str, Any]:
    return {"pv_cumulative": pv, "ev_cumulative": ev, "actual_time": at, "unit": "month"}


@pytest.mark.parametrize(
    ("inputs", "key", "expected"),
    [
        # Domain vector: PV monthly with an empty first month.
        (es([50, 120, 210, 310, 400, 520], 520, 5), "es", (6, None)),
        # Empty first periods: 0 earned is 0, then they count whole.
        (es([0, 0, 100], 0, 2), "es", (0, None)),
        (es([0, 0, 100], 50, 2), "es", (2.5, None)),
        (es([0, 0, 100], 0, 2), "spi_t", (0, None)),
        (es([0, 0, 100], 0, 2), "ieac_t", (None, Z)),
        # A plateau equal to EV counts whole; just below it does not.
        (es([100, 200, 200, 200, 300], 200, 3), "es", (4, None)),
        (es([100, 200, 200, 200, 300], 199, 3), "es", (1.99, None)),
        (es([100, 200, 200, 200, 300], 250, 3), "es", (4.5, None)),
        # PD is the first period that reaches BAC, and bounds ES.
        (es([100, 200, 200, 200], 200, 3), "pd", (2, None)),
        (es([100, 200, 200, 200], 200, 3), "es", (2, None)),
        (es([100, 200, 200, 200], 500, 3), "es", (2, None)),
        (es([100], 25, 1), "es", (0.25, None)),
        # Before the start, and at it.
        (es([100, 200], 50, 0), "spi_t", (None, N)),
        (es([100, 200], 50, 0), "ieac_t", (None, N)),
        (es([100, 200], 50, 0), "sv_t", (0.5, None)),
        (es([100, 200], 50, 0), "ieac_t_remaining_as_planned", (1.5, None)),
        (es([100, 200], 50, -1), "spi_t", (None, N)),
        # No plan, no cumulative plan, no earned value.
        (es([0, 0], 0, 1), "es", (None, A)),
        (es([0, 0], 0, 1), "pd", (None, A)),
        (es([100, 90, 200], 95, 1), "es", (None, A)),
        (es([100, 90, 200], 95, 1), "ieac_t", (None, A)),
        (es([-5, 10], 5, 1), "pd", (None, A)),
        (es([100, 200], -5, 1), "es", (None, A)),
        (es([100, 200], -5, 1), "pd", (2, None)),
        # Decimals of the same money are the same money.
        (es([0.1, 0.3, 0.3, 0.6], 0.3, 2), "es", (3, None)),
    ],
)
def test_the_edges_of_earned_schedule(
    inputs: dict[str, Any], key: str, expected: tuple[Any, str | None]
) -> None:
    found, reason = value("earned_schedule", inputs, key)
    assert reason == expected[1]
    assert found == (None if expected[0] is None else pytest.approx(expected[0], rel=1e-12))


@pytest.mark.parametrize(("pv", "ev"), [([100, 90], 50), ([0, 0], 0), ([10, 20], -1)])
def test_a_plan_that_is_not_one_is_told_in_a_warning(pv: list[float], ev: float) -> None:
    assert len(answer("earned_schedule", es(pv, ev, 1))["warnings"]) == 1


def invest(function: str, **inputs: Any) -> tuple[Any, str | None]:
    return value("investment", inputs, function, function=function)


FLOWS = [-100, -40, 30, 50, 60, 60]


def test_the_vector_of_the_domain_note() -> None:
    # Flows −100, −40, 30, 50, 60, 60 at 4 %: VAN 34.33, TRI 11.00 %, payback 4.0 years.
    npv, _ = invest("npv_t0", rate=0.04, cashflows=FLOWS)
    irr, _ = invest("irr", cashflows=FLOWS)
    assert round(npv, 2) == 34.33
    assert round(irr, 4) == 0.11
    assert invest("payback", cashflows=FLOWS) == (4.0, None)


@pytest.mark.parametrize(
    ("function", "inputs", "expected"),
    [
        ("npv_t0", {"rate": 0, "cashflows": [1, 2, 3]}, (6, None)),
        ("npv_t0", {"rate": 0.5, "cashflows": [-3]}, (-3, None)),
        ("npv_t1", {"rate": 0.5, "cashflows": [-3]}, (-2, None)),
        ("npv_t0", {"rate": -1, "cashflows": [1, 2]}, (None, Z)),
        ("npv_t1", {"rate": -1.5, "cashflows": [1, 2]}, (None, A)),
        ("npv_t0", {"rate": 1e300, "cashflows": [5, 1, 1, 1]}, (5, None)),
        ("irr", {"cashflows": [1, 2, 3]}, (None, A)),
        ("irr", {"cashflows": [0, 0]}, (None, A)),
        ("irr", {"cashflows": [-5]}, (None, A)),
        # A change of sign without any root: 100 − 200 x + 150 x² has none.
        ("irr", {"cashflows": [100, -200, 150]}, (None, A)),
        ("irr", {"cashflows": [-100, 100]}, (0, None)),
        ("irr", {"cashflows": [-100, 50]}, (-0.5, None)),
        ("irr", {"cashflows": [-100, 1]}, (-0.99, None)),
        # −0.995 lies under the bracket.
        ("irr", {"cashflows": [-1000, 5]}, (None, A)),
        ("irr", {"cashflows": [-1, 1001]}, (1000, None)),
        ("irr", {"cashflows": [0, 0, -100, 110]}, (0.1, None)),
        # Leap-free year: 365 days are one year.
        (
            "xirr",
            {"cashflows": [-100, 110], "dates": ["2021-01-01", "2022-01-01"]},
            (0.1, None),
        ),
        # The order of the lines does not matter, and flows of one day add up.
        (
            "xirr",
            {
                "cashflows": [60, -40, 50, -60],
                "dates": ["2022-01-01", "2021-01-01", "2022-01-01", "2021-01-01"],
            },
            (0.1, None),
        ),
        ("xirr", {"cashflows": [-1, 2], "dates": ["2021-01-01", "2021-01-01"]}, (None, A)),
        ("xirr", {"cashflows": [1, 2], "dates": ["2021-01-01", "2022-01-01"]}, (None, A)),
        (
            "xnpv",
            {"rate": 0.1, "cashflows": [0, 110], "dates": ["2021-01-01", "2022-01-01"]},
            (100, None),
        ),
        (
            "xnpv",
            {"rate": 0.1, "cashflows": [0, 100], "dates": ["2022-01-01", "2021-01-01"]},
            (110, None),
        ),
        (
            "xnpv",
            {"rate": -1, "cashflows": [1, 1], "dates": ["2021-01-01", "2022-01-01"]},
            (None, Z),
        ),
        ("mirr", {"cashflows": [1, 2], "finance_rate": 0.1, "reinvest_rate": 0.1}, (None, A)),
        ("mirr", {"cashflows": [-1, -2], "finance_rate": 0.1, "reinvest_rate": 0.1}, (None, A)),
        ("mirr", {"cashflows": [-100, 121], "finance_rate": 0, "reinvest_rate": 0}, (0.21, None)),
        ("mirr", {"cashflows": [-1, 2], "finance_rate": -1, "reinvest_rate": 0}, (None, Z)),
        ("payback", {"cashflows": [-100, 50, 50, 50]}, (2, None)),
        ("payback", {"cashflows": [-100, 60, 80]}, (1.5, None)),
        ("payback", {"cashflows": [-100, 50]}, (None, U)),
        ("payback", {"cashflows": [-5]}, (None, U)),
        ("payback", {"cashflows": [10, 10]}, (0, None)),
        ("payback", {"cashflows": [-0.3, 0.1, 0.2]}, (2, None)),
        ("payback", {"cashflows": [-100, 150, -100, 200]}, (100 / 150, None)),
        ("discounted_payback", {"rate": 0.1, "cashflows": [-100, 110]}, (1, None)),
        ("discounted_payback", {"rate": 0.1, "cashflows": [-100, 105]}, (None, U)),
        ("discounted_payback", {"rate": 0, "cashflows": [-100, 60, 80]}, (1.5, None)),
        ("discounted_payback", {"rate": -1, "cashflows": [-100, 60, 80]}, (None, Z)),
        ("discounted_payback", {"rate": -2, "cashflows": [-100, 60, 80]}, (None, A)),
    ],
)
def test_the_edges_of_investment(
    function: str, inputs: dict[str, Any], expected: tuple[Any, str | None]
) -> None:
    found, reason = invest(function, **inputs)
    assert reason == expected[1]
    wanted = expected[0]
    assert found == (None if wanted is None else pytest.approx(wanted, rel=1e-12, abs=1e-12))


@pytest.mark.parametrize(
    ("cashflows", "nearest"),
    [
        # 1000 (1+r)² − 2500 (1+r) + 1540 = 0: 10 % and 40 %.
        ([-1000, 2500, -1540], 0.1),
        # Roots −50 % and 100 %: the nearest to 0 is −50 %.
        ([1, -2.5, 1], -0.5),
        # Roots 0 %, 100 %, 200 %.
        ([-1, 6, -11, 6], 0.0),
    ],
)
def test_among_several_rates_the_nearest_to_zero_is_given_with_a_warning(
    cashflows: list[float], nearest: float
) -> None:
    found = answer("investment", {"cashflows": cashflows}, function="irr")
    assert found["values"]["irr"] == pytest.approx(nearest, abs=1e-9)
    assert len(found["warnings"]) == 1


def test_a_double_rate_is_one_rate() -> None:
    # (1 + r − 1.1)² = 0.
    found = answer("investment", {"cashflows": [1, -2.2, 1.21]}, function="irr")
    assert found["values"]["irr"] == pytest.approx(0.1, abs=1e-7)


def test_a_payback_that_does_not_last_is_given_with_a_warning() -> None:
    lost = answer("investment", {"cashflows": [-100, 150, -100]}, function="payback")
    kept = answer("investment", {"cashflows": [-100, 150, -10]}, function="payback")
    assert len(lost["warnings"]) == 1
    assert kept["warnings"] == []


@pytest.mark.parametrize(
    ("inputs", "values", "reasons"),
    [
        (
            {"ae_engagees": 75, "ae_annulees": 25},
            (100, 0.75, 0.75, None, None),
            {"cp_disponibles": M, "taux_cp": M},
        ),
        (
            {
                "ae_engagees": 0,
                "ae_annulees": 0,
                "cp_consommes": 90.5,
                "cp_annules": 19.5,
                "cp_ouvertures_complementaires": 10,
            },
            (0, None, None, 100, 0.905),
            {"taux_engagement": Z, "taux_ae": Z},
        ),
        (
            {
                "ae_engagees": 0.1,
                "ae_annulees": 0.2,
                "cp_consommes": 10,
                "cp_annules": 0,
                "cp_ouvertures_complementaires": 10,
            },
            (0.3, 1 / 3, 1 / 3, 0, None),
            {"taux_cp": Z},
        ),
        (
            {"ae_engagees": 1, "ae_annulees": 1, "cp_consommes": 1, "cp_annules": 1},
            (2, 0.5, 0.5, None, None),
            {"cp_disponibles": M, "taux_cp": M},
        ),
        (
            {"ae_engagees": 1, "ae_annulees": 1, "cp_consommes": None},
            (2, 0.5, 0.5, None, None),
            {"cp_disponibles": M, "taux_cp": M},
        ),
    ],
)
def test_the_edges_of_budget_execution(
    inputs: dict[str, Any], values: tuple[Any, ...], reasons: dict[str, str]
) -> None:
    found = answer("budget_execution", inputs)
    keys = ["ae_disponibles", "taux_engagement", "taux_ae", "cp_disponibles", "taux_cp"]
    assert [found["values"][key] for key in keys] == list(values)
    assert found["reasons"] == reasons


@pytest.mark.parametrize(
    ("initial", "current", "expected"),
    [
        (100, None, (None, M)),
        (None, None, (None, M)),
        (0, 0, (None, Z)),
        (0, None, (None, M)),
        (-50, -25, (-0.5, None)),
        (10.32, 15.32, (500 / 1032, None)),
        (100, 100, (0, None)),
    ],
)
def test_the_edges_of_a_drift(
    initial: float | None, current: float | None, expected: tuple[Any, str | None]
) -> None:
    assert value("drift", {"initial": initial, "current": current}, "drift") == expected


@pytest.mark.parametrize(
    ("pairs", "values", "reasons"),
    [
        ([], (None, None, None, 0, 0), M),
        ([[None, 1], [0, 2]], (None, None, None, 0, 2), M),
        ([[0, 1], [0, 2]], (None, None, None, 0, 2), Z),
        ([[100, 110], [0, 50], [None, 3], [200, None]], (0.1, 0.1, 0.1, 1, 3), None),
        ([[1, 2], [3, 3], [1, 4], [2, 2]], (4 / 7, 1, 0.5, 4, 0), None),
    ],
)
def test_the_edges_of_a_portfolio(
    pairs: list[Any], values: tuple[Any, ...], reasons: str | None
) -> None:
    found = answer("portfolio_drift", {"pairs": pairs})
    keys = ["aggregate", "simple_mean", "median", "used", "left_out"]
    assert [found["values"][key] for key in keys] == list(values)
    wanted = dict.fromkeys(keys[:3], reasons) if reasons else {}
    assert found["reasons"] == wanted
    assert len(found["warnings"]) == values[4]


def test_initial_costs_that_cancel_out_have_no_aggregate_but_keep_their_mean() -> None:
    found = answer("portfolio_drift", {"pairs": [[10, 20], [-10, -10]]})
    assert found["values"]["aggregate"] is None
    assert found["reasons"] == {"aggregate": Z}
    assert found["values"]["simple_mean"] == 0.5


@pytest.mark.parametrize(
    ("kind", "given", "valid", "compact"),
    [
        ("siret", "356 000 000 09075", True, "35600000009075"),
        ("siret", "356.000.000.00048", True, "35600000000048"),
        ("siren", "732.829.320", True, "732829320"),
        ("siren", "73282932000074", False, "73282932000074"),
        ("siret", "", False, ""),
        ("siret", "٧٣٢٨٢٩٣٢٠٠٠٠٧٤", False, "٧٣٢٨٢٩٣٢٠٠٠٠٧٤"),
    ],
)
def test_the_edges_of_identifiers(kind: str, given: str, valid: bool, compact: str) -> None:
    found = answer("identifiers", {"kind": kind, "value": given})
    assert found["values"] == {"valid": valid, "compact": compact}


def test_the_three_shapes_of_the_calendar() -> None:
    year = answer("calendar", {"year": 2024, "region": "alsace-moselle"})["values"]
    assert set(year) == {"holidays", "working_days", "working_days_by_month"}
    assert len(year["holidays"]) == 13
    assert sum(year["working_days_by_month"]) == 250
    same = answer("calendar", {"year": 2024, "region": "metropole"})["values"]
    assert same == answer("calendar", {"year": 2024})["values"]
    added = answer("calendar", {"start": "2024-05-07", "add_working_days": 1})["values"]
    assert added == {"result": "2024-05-10"}
    days = answer("calendar", {"start": "2024-02-28", "end": "2024-03-01"})["values"]
    assert days == {"days": 2}
