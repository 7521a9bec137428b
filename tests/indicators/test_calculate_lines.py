"""A bad line is refused with the path of each error, and harms no other line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.calculators import FAMILIES, calculate_lines
from tests.indicators.calculating import CODES, answer, answers, error_paths, strict

EVM = {"bac": 1, "pv": 1, "ev": 1, "ac": 1}
ES = {"pv_cumulative": [1, 2], "ev_cumulative": 1, "actual_time": 1, "unit": "month"}
HUGE = 10**400


@pytest.mark.parametrize(
    ("family", "inputs", "paths"),
    [
        ("evm", {**EVM, "extra": 1}, ["inputs.extra"]),
        ("evm", {"bac": 1, "pv": 1, "ev": 1}, ["inputs.ac"]),
        ("evm", {**EVM, "ev": True}, ["inputs.ev"]),
        ("evm", {**EVM, "ev": "1"}, ["inputs.ev"]),
        ("evm", {**EVM, "ev": None}, ["inputs.ev"]),
        ("evm", {**EVM, "ev": [1]}, ["inputs.ev"]),
        ("evm", {**EVM, "ev": float("nan")}, ["inputs.ev"]),
        ("evm", {**EVM, "ac": float("-inf")}, ["inputs.ac"]),
        ("evm", {**EVM, "ac": HUGE}, ["inputs.ac"]),
        ("evm", {"bac": "x", "pv": None, "z": 1}, "bac pv z ev ac"),
        ("evm", [], ["inputs"]),
        ("evm", None, ["inputs"]),
        ("earned_schedule", {**ES, "pv_cumulative": []}, ["inputs.pv_cumulative"]),
        ("earned_schedule", {**ES, "pv_cumulative": 3}, ["inputs.pv_cumulative"]),
        ("earned_schedule", {**ES, "pv_cumulative": [1, "2"]}, ["inputs.pv_cumulative[1]"]),
        ("earned_schedule", {**ES, "unit": 1}, ["inputs.unit"]),
        ("earned_schedule", {**ES, "actual_time": None}, ["inputs.actual_time"]),
        ("budget_execution", {"ae_engagees": 1}, ["inputs.ae_annulees"]),
        (
            "budget_execution",
            {"ae_engagees": 1, "ae_annulees": 1, "cp_annules": "2"},
            ["inputs.cp_annules"],
        ),
        ("drift", {"initial": 1}, ["inputs.current"]),
        ("drift", {"initial": False, "current": 1}, ["inputs.initial"]),
        ("portfolio_drift", {"pairs": [[1, 2], [1]]}, ["inputs.pairs[1]"]),
        ("portfolio_drift", {"pairs": [[1, 2, 3]]}, ["inputs.pairs[0]"]),
        ("portfolio_drift", {"pairs": [[1, "2"]]}, ["inputs.pairs[0][1]"]),
        ("portfolio_drift", {"pairs": {}}, ["inputs.pairs"]),
        ("identifiers", {"kind": "siret", "value": 73282932000074}, ["inputs.value"]),
        ("identifiers", {"kind": "vat", "value": "1"}, ["inputs.kind"]),
        ("identifiers", {"kind": ["siret"], "value": "1"}, ["inputs.kind"]),
        ("calendar", {"year": 2024.0}, ["inputs.year"]),
        ("calendar", {"year": True}, ["inputs.year"]),
        ("calendar", {"year": 12024}, ["inputs.year"]),
        ("calendar", {"year": 2024, "region": "corse"}, ["inputs.region"]),
        ("calendar", {"year": 2024, "start": "2024-01-01"}, ["inputs.start"]),
        ("calendar", {"start": "2024-02-30", "end": "2024-03-01"}, ["inputs.start"]),
        ("calendar", {"start": "20240201", "end": "2024-03-01"}, ["inputs.start"]),
        ("calendar", {"start": "2024-W01-1", "end": "2024-03-01"}, ["inputs.start"]),
        ("calendar", {"start": "2024-02-01T00:00", "end": "2024-03-01"}, ["inputs.start"]),
        ("calendar", {"start": "2024-02-01"}, ["inputs.add_working_days"]),
        ("calendar", {"start": "2024-02-01", "add_working_days": 1.5}, "add_working_days"),
        ("calendar", {"start": "2024-02-01", "add_working_days": 10**30}, "add_working_days"),
        ("calendar", {}, "start add_working_days"),
    ],
)
def test_each_fault_of_the_inputs_is_named_by_its_path(
    family: str, inputs: Any, paths: list[str] | str
) -> None:
    wanted = [f"inputs.{key}" for key in paths.split()] if isinstance(paths, str) else paths
    assert sorted(error_paths(family, inputs)) == sorted(wanted)


@pytest.mark.parametrize(
    ("top", "inputs", "paths"),
    [
        ({}, {"cashflows": [1]}, ["function"]),
        ({"function": "npv"}, {"cashflows": [1]}, ["function"]),
        ({"function": 3}, {"cashflows": [1]}, ["function"]),
        ({"function": "irr"}, {"cashflows": []}, ["inputs.cashflows"]),
        ({"function": "irr"}, {"cashflows": [1], "rate": 1}, ["inputs.rate"]),
        ({"function": "npv_t0"}, {"cashflows": [1]}, ["inputs.rate"]),
        ({"function": "xirr"}, {"cashflows": [1], "dates": []}, ["inputs.dates"]),
        (
            {"function": "xirr"},
            {"cashflows": [1, 2], "dates": ["2024-01-01"]},
            ["inputs.dates"],
        ),
        ({"function": "xirr"}, {"cashflows": [1], "dates": ["01/02/2024"]}, ["inputs.dates[0]"]),
        ({"function": "irr", "more": 1}, {"cashflows": [1]}, ["more"]),
    ],
)
def test_each_fault_of_an_investment_line_is_named_by_its_path(
    top: dict[str, Any], inputs: Any, paths: list[str]
) -> None:
    assert error_paths("investment", inputs, **top) == paths


@pytest.mark.parametrize(
    ("line", "line_id", "path"),
    [
        (b"", None, ""),
        (b"{", None, ""),
        (b"3", None, ""),
        (b"[]", None, ""),
        (b"null", None, ""),
        (b'"x"', None, ""),
        (b"\xff\xfe", None, ""),
        (b"[" * 100_000, None, ""),
        (b'{"id":1,"inputs":{"bac":' + b"9" * 5000 + b"}}", None, ""),
        (b'{"id":1,"inputs":{"bac":1,"bac":2,"pv":1,"ev":1,"ac":1}}', None, ""),
        (b'{"id":1}', 1, "inputs"),
        (b'{"inputs":{"bac":1,"pv":1,"ev":1,"ac":1}}', None, "id"),
        (b'{"id":null,"inputs":{"bac":1,"pv":1,"ev":1,"ac":1}}', None, "id"),
        (b'{"id":true,"inputs":{"bac":1,"pv":1,"ev":1,"ac":1}}', None, "id"),
        (b'{"id":[NaN],"inputs":{"bac":1,"pv":1,"ev":1,"ac":1}}', None, "id"),
        (b'{"id":1,"function":"irr","inputs":{"bac":1,"pv":1,"ev":1,"ac":1}}', 1, "function"),
        (b'{"id":1,"inputs":{"bac":1,"pv":1,"ev":1,"ac":1e400}}', 1, "inputs.ac"),
        (b'{"id":1,"inputs":{"bac":1,"pv":1,"ev":1,"ac":1e99999999999999999999}}', 1, "inputs.ac"),
    ],
)
def test_a_line_that_is_not_one_is_refused_and_the_others_are_computed(
    line: bytes, line_id: Any, path: str
) -> None:
    good = json.dumps({"id": "good", "inputs": EVM}).encode()
    first, bad, last = answers("evm", [good, line, good])
    assert first == last
    assert first["values"]["cpi"] == 1
    assert bad["id"] == line_id
    assert [error["path"] for error in bad["errors"]] == [path]


def test_the_lines_keep_their_order_over_several_chunks() -> None:
    lines = [
        {"id": n, "inputs": {**EVM, "ev": n, **({"x": 1} if n % 7 == 0 else {})}}
        for n in range(9000)
    ]
    found = answers("evm", lines)
    assert [line["id"] for line in found] == list(range(9000))
    assert all(line["values"]["cv"] == line["id"] - 1 for line in found if "errors" not in line)
    assert sum("errors" in line for line in found) == len(range(0, 9000, 7))


def test_an_overflow_is_null_with_a_reason_and_a_warning() -> None:
    found = answer("evm", {"bac": 1e308, "pv": 1, "ev": -1e308, "ac": 1e-300})
    assert found["values"]["cpi"] is None
    assert found["reasons"]["cpi"] == "not_applicable"
    assert "double precision" in found["warnings"][0]


NUMBERS = st.one_of(
    st.integers(-5, 5),
    st.integers(),
    st.floats(),
    st.sampled_from([0, 1e308, -1e308, 5e-324, HUGE]),
)
DATES = st.one_of(st.dates().map(str), st.text(max_size=10))
SCALARS = st.one_of(NUMBERS, st.none(), st.booleans(), st.text(max_size=5), DATES)
KEYS = st.sampled_from(
    "bac pv ev ac pv_cumulative ev_cumulative actual_time unit rate cashflows dates finance_rate "
    "reinvest_rate ae_engagees ae_annulees cp_consommes cp_annules initial current pairs kind "
    "cp_ouvertures_complementaires value year region start end add_working_days id".split()
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=12,
)
FUNCTIONS = "npv_t0 npv_t1 irr payback mirr xnpv xirr discounted_payback".split()


def well_shaped() -> st.SearchStrategy[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Lines whose keys are right and whose numbers are wild."""
    flows = st.lists(NUMBERS, min_size=1, max_size=8)
    dated = st.lists(st.tuples(NUMBERS, st.dates().map(str)), min_size=1, max_size=6)
    invested = st.tuples(st.sampled_from(FUNCTIONS), flows, NUMBERS, NUMBERS, dated).map(
        lambda t: ("investment", *shaped(*t))
    )
    measured = st.fixed_dictionaries(dict.fromkeys(("bac", "pv", "ev", "ac"), NUMBERS))
    planned = st.fixed_dictionaries(
        {
            "pv_cumulative": flows.map(lambda f: sorted(f, key=float_or_nan)),
            "ev_cumulative": NUMBERS,
            "actual_time": NUMBERS,
            "unit": st.just("month"),
        }
    )
    paired = st.fixed_dictionaries(
        {"pairs": st.lists(st.lists(NUMBERS | st.none(), min_size=2, max_size=2), max_size=6)}
    )
    added = st.fixed_dictionaries(
        {"start": st.dates().map(str), "add_working_days": st.integers(-(10**6), 10**6)}
    )
    return st.one_of(
        invested,
        measured.map(lambda inputs: ("evm", inputs, {})),
        planned.map(lambda inputs: ("earned_schedule", inputs, {})),
        paired.map(lambda inputs: ("portfolio_drift", inputs, {})),
        added.map(lambda inputs: ("calendar", inputs, {})),
    )


def float_or_nan(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return 1e308


def shaped(
    function: str, flows: list[float], first: float, second: float, dated: list[Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    inputs: dict[str, Any] = {"cashflows": flows}
    if function in ("npv_t0", "npv_t1", "discounted_payback", "xnpv"):
        inputs["rate"] = first
    if function == "mirr":
        inputs.update(finance_rate=first, reinvest_rate=second)
    if function in ("xnpv", "xirr"):
        inputs["cashflows"] = [flow for flow, _ in dated]
        inputs["dates"] = [day for _, day in dated]
    return inputs, {"function": function}


def check_contract(raw: bytes, family: str) -> None:
    [(line, in_error)] = calculate_lines(family, [raw])
    found = strict(line)
    assert "\n" not in line
    assert in_error == ("errors" in found)
    if in_error:
        assert found["values"] == {}
        assert found["reasons"] == {}
        assert found["errors"]
        return
    nulls = {key for key, figure in found["values"].items() if figure is None}
    assert found["values"]
    assert set(found["reasons"]) == nulls
    assert set(found["reasons"].values()) <= CODES


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(FAMILIES)), ANYTHING, ANYTHING, st.sampled_from(FUNCTIONS))
def test_any_json_line_gives_one_strict_json_line(
    family: str, line_id: Any, inputs: Any, function: str
) -> None:
    line = {"id": line_id, "inputs": inputs}
    if family == "investment":
        line["function"] = function
    check_contract(json.dumps(line).encode(), family)


@settings(max_examples=500, deadline=None)
@given(well_shaped())
def test_wild_numbers_give_a_figure_or_a_reason_never_infinity(
    line: tuple[str, dict[str, Any], dict[str, Any]],
) -> None:
    family, inputs, top = line
    check_contract(json.dumps({"id": 1, "inputs": inputs, **top}).encode(), family)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(FAMILIES)), st.binary(max_size=60))
def test_any_bytes_give_one_strict_json_line(family: str, raw: bytes) -> None:
    check_contract(raw.replace(b"\n", b" "), family)
