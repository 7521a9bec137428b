"""Each line that waits is told where it may go, and why, in a constant number of queries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.models import MatchingRule, WaitingLine
from budgets.rules.nearness import is_near, nearest
from budgets.services.suggestions import suggest
from projects.models import Project
from tests.budgets.extracts import bring, commitment, lay_base, payment
from tests.people import person

_CODES = st.text(alphabet="AB1-", min_size=4, max_size=8)


@given(_CODES, st.integers(0, 7))
def test_a_code_is_near_what_one_character_makes_of_it_and_not_itself(code, place):
    place = min(place, len(code) - 1)
    assert not is_near(code, code)
    assert is_near(code, code[:place] + "Z" + code[place + 1 :])
    assert is_near(code, code[:place] + "Z" + code[place:])
    assert is_near(code[:place] + "Z" + code[place:], code)
    assert not is_near(code, code + "ZZ")


def test_two_exchanged_characters_are_near_and_two_candidates_are_none():
    assert is_near("EJ-1234", "EJ-1324")
    assert not is_near("EJ-1234", "EJ-4321")
    assert nearest("EJ-1234", ["EJ-1235", "EJ-9"]) == "EJ-1235"
    assert nearest("EJ-1234", ["EJ-1235", "EJ-1236"]) == ""


@pytest.fixture
def base(tmp_path, db):
    lay_base(tmp_path)
    bring(
        tmp_path,
        "known",
        commitments=[
            commitment("EJ-1-1", project="A-2"),
            commitment("EJ-100001-1", cost_centre="CC-1"),
            commitment("EJ-100002-1", cost_centre="CC-1"),
        ],
    )
    return tmp_path


def told(reference, user):
    line = WaitingLine.objects.get(source_reference=reference)
    return [(found.kind, found.target) for found in suggest([line], user)[line.pk]]


def test_suggestions_come_from_rules_the_same_ej_the_same_axis_and_near_references(base):
    MatchingRule.objects.create(
        code="R-1",
        name="Hébergement",
        conditions=[{"column": "label", "operator": "contains", "text": "hébergement"}],
        project=Project.objects.get(code="A-1"),
    )
    bring(
        base,
        commitments=[
            commitment("EJ-1-2", project=""),
            commitment("EJ-5-1", project="", label="HEBERGEMENT 2026"),
            commitment("EJ-6-1", project="", cost_centre="CC-1"),
            commitment("EJ-7-1", node="0214-UO2"),
        ],
        payments=[payment("DP-1", "EJ-100001"), payment("DP-2", "EJ-100002-2")],
    )
    controller = person("management_controller")
    assert told("EJ-1-2", controller) == [("same_commitment", {"project": "A-2"})]
    assert told("EJ-5-1", controller) == [("rule", {"project": "A-1"})]
    assert told("EJ-6-1", controller) == [("same_axis", {"project": "A-1"})]
    assert told("EJ-7-1", controller) == [("near_reference", {"node": "0214-UO1"})]
    assert told("DP-1", controller) == [("same_commitment", {"commitment": "EJ-100001-1"})]
    assert told("DP-2", controller) == [("near_reference", {"commitment": "EJ-100002-1"})]


def test_a_page_of_lines_asks_the_same_number_of_queries(base, django_assert_max_num_queries):
    lines = [commitment(f"EJ-{n}-1", node="X", project="ZZ", cost_centre="CC-1")
             for n in range(10, 40)]  # fmt: skip
    bring(base, commitments=lines)
    controller = person("management_controller")
    with django_assert_max_num_queries(12):
        suggest(list(WaitingLine.objects.waiting()), controller)
