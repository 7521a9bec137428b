"""SIREN and SIRET numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.identifiers import compact_identifier, is_valid_siren, is_valid_siret, siren_of

CASES = json.loads((Path(__file__).parents[1] / "cases" / "identifiers.json").read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_reference_numbers(case: dict) -> None:
    check = is_valid_siret if case["inputs"]["kind"] == "siret" else is_valid_siren
    assert check(case["inputs"]["value"]) is case["expected"]["valid"]


@given(st.integers(0, 10**8 - 1))
def test_exactly_one_last_digit_makes_a_siren(start: int) -> None:
    assert sum(is_valid_siren(f"{start:08d}{last}") for last in range(10)) == 1


@given(st.integers(0, 99_999))
def test_the_establishments_of_la_poste_sum_to_a_multiple_of_five(number: int) -> None:
    siret = f"356000000{number:05d}"
    if siret != "35600000000048":
        assert is_valid_siret(siret) == (sum(map(int, siret)) % 5 == 0)


def test_separators_are_dropped_and_the_owner_is_the_first_nine_digits() -> None:
    assert compact_identifier(" 732 829.320 00074 ") == "73282932000074"
    assert siren_of("732 829 320 00074") == "732829320"
    assert is_valid_siren("732.829 320")


@given(st.text(max_size=20))
def test_any_text_is_answered(text: str) -> None:
    assert is_valid_siret(text) in (True, False)
    assert is_valid_siren(text) in (True, False)
