"""Every published case goes through `calculate`, with its figures and its exact reasons.

The figures are those of tests/cases, which nobody in this project invented. The reasons are written
here by hand, from the rules of tests/cases/CALCULATE.md, one for each null of the files.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.indicators.calculating import CODES, answers, cases

ZERO, NOT_APPLICABLE = "zero_denominator", "not_applicable"
FROM_CPI = ("cpi", "eac_cpi", "eac_cpi_spi", "etc_cpi", "vac_cpi", "tcpi_eac")

# One entry per case that holds a null; every other case must give no reason at all.
REASONS: dict[str, dict[str, dict[str, str]]] = {
    "evm": {
        "evm-simplilearn-1": {"tcpi_bac": "unreachable"},
        "edge-not-started": dict.fromkeys((*FROM_CPI, "cv_pct", "sv_pct", "spi"), ZERO),
        "edge-zero-ac-with-ev": dict.fromkeys((*FROM_CPI, "sv_pct", "spi"), ZERO),
        "edge-budget-exhausted": {"tcpi_bac": "unreachable"},
        "edge-negative-correction": dict.fromkeys(FROM_CPI, NOT_APPLICABLE),
        "edge-ev-over-bac": {"tcpi_bac": NOT_APPLICABLE, "tcpi_eac": NOT_APPLICABLE},
    },
    "earned_schedule": {
        "es-zero-ev": {"ieac_t": ZERO},
        "es-at-zero": {"spi_t": "not_started", "ieac_t": "not_started"},
    },
    "investment": {"irr-none": {"irr": NOT_APPLICABLE}},
    "drift": {
        "drift-zero": {"drift": ZERO},
        "drift-missing": {"drift": "missing_input"},
    },
    "portfolio_drift": {},
    "identifiers": {},
    "calendar": {},
}
WITHOUT_CP = {"cp_disponibles": "missing_input", "taux_cp": "missing_input"}
KEYS = {
    "evm": set(
        "cv sv cv_pct sv_pct cpi spi pct_complete pct_planned pct_spent eac_cpi etc_cpi vac_cpi "
        "eac_remaining_at_budget eac_cpi_spi tcpi_bac tcpi_eac".split()
    ),
    "earned_schedule": set("es pd sv_t spi_t ieac_t ieac_t_remaining_as_planned".split()),
    "budget_execution": set(
        "ae_disponibles taux_engagement taux_ae cp_disponibles taux_cp".split()
    ),
    "drift": {"drift"},
    "portfolio_drift": set("aggregate simple_mean median used left_out".split()),
    "identifiers": {"valid", "compact"},
}
FAMILIES = [*KEYS, "investment", "calendar"]


def read(family: str) -> list[dict[str, Any]]:
    if family == "drift":
        return cases("portfolio_drift", "drift")
    return cases(family)


def tolerance(case: dict[str, Any], key: str) -> float:
    given = case.get("tolerance", 1e-9)
    if isinstance(given, dict):
        amount = key.startswith(("cv", "sv", "eac", "etc", "vac")) and not key.endswith("_pct")
        return float(given["amount" if amount or key.endswith("disponibles") else "ratio"])
    # The files print ten decimals.
    return max(float(given), 1e-9)


def agrees(found: Any, wanted: Any, allowed: float) -> bool:
    if isinstance(wanted, bool) or not isinstance(wanted, int | float):
        return bool(found == wanted)
    return isinstance(found, int | float) and math.isclose(
        found, wanted, rel_tol=0, abs_tol=allowed
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_every_reference_case_gives_the_published_figures(family: str) -> None:
    given = read(family)
    lines = [{k: case[k] for k in ("id", "inputs", "function") if k in case} for case in given]
    wrong = []
    for case, found in zip(given, answers(family, lines), strict=True):
        assert found["id"] == case["id"]
        wanted = case["expected"]
        if family == "investment":
            wanted = {case["function"]: wanted}
        for key, figure in wanted.items():
            got = found["values"][key]
            if not agrees(got, figure, tolerance(case, key)):
                wrong.append((case["id"], key, got, figure))
        for key, published in case.get("published", {}).items():
            if isinstance(published, dict) and not agrees(
                found["values"][key], published["value"], published["tolerance"]
            ):
                wrong.append((case["id"], key, found["values"][key], published))
    assert wrong == []


@pytest.mark.parametrize("family", FAMILIES)
def test_every_null_of_the_reference_cases_has_its_own_reason_and_nothing_else_has_one(
    family: str,
) -> None:
    given = read(family)
    lines = [{k: case[k] for k in ("id", "inputs", "function") if k in case} for case in given]
    for case, found in zip(given, answers(family, lines), strict=True):
        expected = REASONS.get(family, {}).get(case["id"], {})
        if family == "budget_execution":
            expected = WITHOUT_CP
        assert found["reasons"] == expected, case["id"]
        assert {k for k, v in found["values"].items() if v is None} == set(expected)
        assert set(expected.values()) <= CODES


@pytest.mark.parametrize("family", list(KEYS))
def test_every_key_of_the_family_is_always_there(family: str) -> None:
    given = read(family)
    for found in answers(family, [{"id": c["id"], "inputs": c["inputs"]} for c in given]):
        assert set(found["values"]) == KEYS[family]
        assert set(found) == {"id", "values", "reasons", "warnings"}


def test_the_portfolio_of_2017_names_the_thirteen_pairs_that_are_left_out() -> None:
    case = cases("portfolio_drift")[0]
    found = answers("portfolio_drift", [{"id": 1, "inputs": case["inputs"]}])[0]
    pairs = case["inputs"]["pairs"]
    positions = [at for at, pair in enumerate(pairs) if pair[0] in (None, 0) or pair[1] is None]
    assert len(positions) == 13
    assert [w.split("]")[0] for w in found["warnings"]] == [f"pairs[{at}" for at in positions]


def test_the_case_of_the_scope_that_was_not_rebaselined_gives_a_warning() -> None:
    case = next(c for c in cases("evm") if c["id"] == "edge-ev-over-bac")
    found = answers("evm", [{"id": 1, "inputs": case["inputs"]}])[0]
    assert len(found["warnings"]) == 1
    assert "bac" in found["warnings"][0]
