"""Whatever an extract holds and whatever is attached, the reconciliation panel closes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from budgets.models import WaitingLine
from budgets.rules.matching import Condition, Rule, first_holding
from budgets.selectors.reconciliation import reconcile
from budgets.services.attaching import attach_lines, set_line_aside
from records.models import ImportBatch
from tests.budgets.extracts import bring, commitment, lay_base, payment
from tests.people import person

_CENTS = st.integers(-9_999_99, 9_999_99).filter(bool).map(lambda cents: f"{cents / 100:.2f}")
_LINE = st.tuples(_CENTS, st.sampled_from(["0214-UO1", "X"]), st.sampled_from(["A-1", "ZZ", ""]))
_PAYMENT = st.tuples(_CENTS, st.integers(0, 9))
_EXTRACT = st.tuples(st.lists(_LINE, min_size=1, max_size=6), st.lists(_PAYMENT, max_size=4))
# What is done with each line that waits: nothing, attached, set aside.
_DECISIONS = st.lists(st.sampled_from(["", "attach", "aside"]), min_size=12, max_size=12)


def bring_extract(folder, number, drawn):
    lines, payments = drawn
    tables = {
        "commitments": [
            commitment(f"EJ-{index}-1", amount, node=node, project=project)
            for index, (amount, node, project) in enumerate(lines)
        ]
    }
    if payments:
        tables["payments"] = [
            payment(f"DP-{number}-{index}", f"EJ-{owner}-1", amount)
            for index, (amount, owner) in enumerate(payments)
        ]
    return bring(folder, f"extract-{number}", **tables)


def close():
    for row in reconcile(ImportBatch.objects.all()):
        assert (row.gap, row.gap_lines) == (0, 0), (row, row.amounts, row.lines)


@pytest.mark.django_db
@settings(max_examples=12)
@given(first=_EXTRACT, second=_EXTRACT, decisions=_DECISIONS)
def test_the_panel_closes_before_and_after_any_decision(first, second, decisions):
    with transaction.atomic(), tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        lay_base(folder)
        controller = person("management_controller")
        bring_extract(folder, 1, first)
        close()
        target = {"node": "0214-UO1", "project": "A-1", "commitment": "EJ-0-1"}
        for line, decision in zip(WaitingLine.objects.waiting(), decisions, strict=False):
            line.refresh_from_db()
            if line.state == "waiting" and decision == "attach":
                attach_lines(actor=controller, line_ids=[line.pk], target=target)
            elif line.state == "waiting" and decision == "aside":
                set_line_aside(actor=controller, line_id=line.pk, reason="Hors périmètre")
            close()
        bring_extract(folder, 2, second)
        close()
        transaction.set_rollback(True)


_TEXTS = st.text(alphabet="aàbÉ -1", max_size=6)
_CONDITIONS = st.lists(
    st.builds(
        Condition,
        st.sampled_from(["label", "supplier"]),
        st.sampled_from(["is", "starts_with", "contains"]),
        _TEXTS,
    ),
    max_size=3,
)


@given(_CONDITIONS, st.dictionaries(st.sampled_from(["label", "supplier"]), _TEXTS))
def test_a_condition_more_never_makes_a_rule_hold_for_more_lines(conditions, values):
    rule = Rule(1, "", "", conditions, {"project": "P"})
    if rule.holds("payments", values):
        assert all(Rule(1, "", "", [one], {}).holds("payments", values) for one in conditions)
    else:
        more = [*conditions, Condition("label", "is", "a")]
        assert not conditions or not Rule(1, "", "", more, {}).holds("payments", values)


@given(_TEXTS, _TEXTS)
def test_what_is_starts_with_and_what_starts_with_contains_whatever_the_case(text, wanted):
    values = {"label": text.upper()}
    held = [
        Condition("label", name, wanted).holds(values) for name in ("is", "starts_with", "contains")
    ]
    assert held == sorted(held)
    assert Condition("label", "is", text.lower()).holds(values) is bool(text.strip())


@given(_CONDITIONS, st.dictionaries(st.sampled_from(["label", "supplier"]), _TEXTS))
def test_the_first_rule_that_holds_and_completes_something_is_taken(conditions, values):
    rules = [
        Rule(1, "", "payments", conditions, {"commitment": "EJ"}),
        Rule(2, "", "", conditions, {"node": "N"}),
        Rule(3, "", "", conditions, {"project": "P"}),
    ]
    found = first_holding(rules, "commitments", values, {"project"})
    assert (found is not None) is rules[2].holds("commitments", values)
    assert found is None or found.pk == 3
