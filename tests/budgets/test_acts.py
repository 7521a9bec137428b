"""Acts on credits: they balance, they respect T2, and a node gives what it has."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEvent
from budgets.exceptions import (
    ActUnbalanced,
    AlreadyCorrected,
    CreditsExceeded,
    ReferenceTaken,
    RowsRefused,
    RuleBroken,
)
from budgets.models import CreditMovement, NomenclatureNode
from budgets.rules.acts import Amounts, effect, out_of_balance, wrong_signs
from budgets.selectors.ceilings import held_by
from budgets.services.acts import Act, Leg, cancel_act, decide_act, decide_acts
from budgets.services.reservations import reserve_credits
from tests.budgets.ledger import commit, make_uo, move
from tests.people import person

DAY = dt.date(2026, 3, 2)


@pytest.fixture
def programme(db):
    node = NomenclatureNode.objects.create(code="P214", name="P214", kind="lolf_programme")
    move(node, "initial_finance_act", "1000")
    return node


@pytest.fixture
def uo(programme):
    return make_uo(parent=programme)


@pytest.fixture
def officer(programme, uo):
    return person("budget_officer", programme.code, scope_kind="nomenclature")


def leg(node, ae, cp=None, **fields):
    return Leg(node=node, ae=Decimal(ae), cp=Decimal(ae if cp is None else cp), **fields)


def decide(officer, *legs, kind="initial_distribution", reference="DRICE-2026", **fields):
    return decide_act(
        actor=officer, kind=kind, fiscal_year=2026, effective_on=DAY, legal_basis="GBCP art. 67",
        act_reference=reference, legs=legs, **fields,
    )  # fmt: skip


def left_on(node, kind="ht2"):
    cents = held_by([node], 2026, node.data_origin).get((node.pk, kind))
    return (cents.ae_available, cents.cp_left) if cents else (0, 0)


def test_a_distribution_moves_credits_from_the_programme_to_the_uo(officer, programme, uo):
    written = decide(officer, leg(programme, "-600", "-400"), leg(uo, "600", "400"))
    assert [row.source_reference for row in written] == ["DRICE-2026/1", "DRICE-2026/2"]
    assert left_on(programme) == (40000, 60000)
    assert left_on(uo) == (60000, 40000)
    event = AuditEvent.objects.get(object_kind="credit_act")
    assert (event.object_code, event.detail["legs"]) == ("DRICE-2026", 2)


def test_a_programme_gives_to_the_last_cent_and_no_more(officer, programme, uo):
    with pytest.raises(CreditsExceeded) as refused:
        decide(officer, leg(programme, "-1000.01"), leg(uo, "1000.01"))
    assert refused.value.context["available"] == "1000.00"
    decide(officer, leg(programme, "-1000"), leg(uo, "1000"))
    assert left_on(programme) == (0, 0)


def test_what_is_reserved_or_committed_on_a_uo_is_not_given_away(officer, uo):
    other = make_uo("0214-DNEX-UO02", parent=uo.parent)
    move(uo, "initial_finance_act", "500")
    commit(uo, "300")
    reserve_credits(actor=officer, node=uo, fiscal_year=2026, label="Achat", ae=Decimal(150))
    with pytest.raises(CreditsExceeded):
        decide(officer, leg(uo, "-50.01", "0"), leg(other, "50.01", "0"))
    decide(officer, leg(uo, "-50", "0"), leg(other, "50", "0"))


def test_an_act_that_moves_between_nodes_sums_to_zero_in_ae_and_in_cp(officer, programme, uo):
    with pytest.raises(ActUnbalanced) as refused:
        decide(officer, leg(programme, "-10"), leg(uo, "10", "9.99"))
    assert refused.value.context == {"ledger": "CP", "amount": "-0.01"}
    assert not CreditMovement.objects.filter(act_reference="DRICE-2026").exists()


def test_no_credit_enters_t2_and_fungibility_leaves_it(officer, programme, uo):
    move(programme, "initial_finance_act", "100", credit_type="t2")
    into = [leg(programme, "-10"), leg(uo, "10", credit_type="t2")]
    for kind in ("virement", "transfer", "asymmetric_fungibility"):
        with pytest.raises(RuleBroken):
            decide(officer, *into, kind=kind)
    with pytest.raises(ValidationError):
        decide(officer, leg(programme, "-10"), leg(uo, "10"), kind="asymmetric_fungibility")
    with pytest.raises(RuleBroken):
        decide(
            officer, leg(programme, "-10", "-9", credit_type="t2"), leg(uo, "10", "9"),
            kind="asymmetric_fungibility",
        )  # fmt: skip
    decide(
        officer, leg(programme, "-10", credit_type="t2"), leg(uo, "10"),
        kind="asymmetric_fungibility",
    )  # fmt: skip
    assert left_on(programme, "t2") == (9000, 9000)


def test_a_distribution_balances_t2_apart(officer, programme, uo):
    move(programme, "initial_finance_act", "100", credit_type="t2")
    with pytest.raises(ActUnbalanced):
        decide(officer, leg(programme, "-10", credit_type="t2"), leg(uo, "10"))


def test_a_freeze_is_positive_and_bears_on_what_is_available(officer, uo):
    move(uo, "initial_finance_act", "100")
    with pytest.raises(ValidationError) as refused:
        decide(officer, leg(uo, "-30"), kind="freeze")
    assert list(refused.value.message_dict) == ["legs[0].ae"]
    with pytest.raises(CreditsExceeded):
        decide(officer, leg(uo, "100.01"), kind="freeze")
    decide(officer, leg(uo, "30"), kind="freeze")
    assert left_on(uo) == (7000, 7000)


def test_the_shape_of_an_act_is_told_leg_by_leg(officer, programme, uo):
    axis = NomenclatureNode.objects.create(code="A1", name="A1", kind="action")
    with pytest.raises(ValidationError) as refused:
        decide(
            officer, leg(programme, "-1", activity=axis), leg(axis, "0"), leg(uo, "1"),
            reference="", kind="virement",
        )  # fmt: skip
    assert set(refused.value.message_dict) == {
        "act_reference", "legs[0].activity", "legs[1].node", "legs[1].ae",
    }  # fmt: skip


def test_whoever_holds_one_of_the_nodes_only_does_not_decide(officer, programme, uo):
    holder = person("budget_officer", uo.code, scope_kind="nomenclature")
    with pytest.raises(PermissionDenied):
        decide(holder, leg(programme, "-1"), leg(uo, "1"))


def test_an_act_is_recorded_once(officer, programme, uo):
    decide(officer, leg(programme, "-1"), leg(uo, "1"))
    with pytest.raises(ReferenceTaken):
        decide(officer, leg(programme, "-1"), leg(uo, "1"))


def test_a_cancelled_act_leaves_every_total_and_stays_visible(officer, programme, uo):
    made = decide(officer, leg(programme, "-600"), leg(uo, "600"))
    counters = cancel_act(actor=officer, movement_id=made[1].pk, reason="Erreur de gestionnaire")
    assert [row.reverses_id for row in counters] == [row.pk for row in made]
    assert (left_on(programme), left_on(uo)) == ((100000, 100000), (0, 0))
    assert CreditMovement.objects.filter(act_reference="DRICE-2026").count() == 4
    with pytest.raises(AlreadyCorrected):
        cancel_act(actor=officer, movement_id=made[0].pk, reason="Encore")


def test_an_act_whose_credits_were_used_is_not_cancelled(officer, programme, uo):
    made = decide(officer, leg(programme, "-600"), leg(uo, "600"))
    commit(uo, "1")
    with pytest.raises(CreditsExceeded):
        cancel_act(actor=officer, movement_id=made[0].pk, reason="Erreur")
    with pytest.raises(ValidationError):
        cancel_act(actor=officer, movement_id=made[0].pk, reason=" ")


def test_a_list_counts_what_its_former_acts_move_and_is_all_or_nothing(
    officer, programme, uo, django_assert_max_num_queries
):
    def act(number, ae):
        return Act(
            kind="initial_distribution", fiscal_year=2026, effective_on=DAY, legal_basis="GBCP 67",
            act_reference=f"D-{number}", legs=[leg(programme, f"-{ae}"), leg(uo, ae)],
        )  # fmt: skip

    with pytest.raises(RowsRefused) as refused:
        decide_acts(actor=officer, acts=[act(1, "600"), act(2, "500"), act(3, "400")])
    assert list(refused.value.errors) == [1]
    assert not CreditMovement.objects.filter(act_reference__startswith="D-").exists()
    with django_assert_max_num_queries(25):
        decide_acts(actor=officer, acts=[act(number, "1") for number in range(100, 180)])


CENTS = st.integers(-(10**9), 10**9)


@given(st.lists(st.tuples(CENTS, CENTS), min_size=1, max_size=8))
def test_what_an_act_leaves_over_is_the_sum_of_its_legs(moved):
    legs = [Amounts(1, "ht2", ae, cp) for ae, cp in moved]
    legs.append(Amounts(2, "ht2", -sum(ae for ae, _ in moved), -sum(cp for _, cp in moved)))
    assert out_of_balance("virement", legs) == {}
    off = [*legs, Amounts(3, "ht2", 1, 0)]
    assert out_of_balance("virement", off) == {"AE": 1}
    assert out_of_balance("initial_finance_act", off) == {}


@given(CENTS, CENTS)
def test_what_freezes_takes_what_opens_gives_and_a_bill_does_neither(ae, cp):
    one = Amounts(1, "ht2", ae, cp)
    assert effect("virement", one) == (ae, cp)
    assert effect("freeze", one) == (-ae, -cp)
    assert effect("finance_bill", one) == (0, 0)
    assert effect("allocation", one) == (-ae, 0)
    assert bool(wrong_signs("release", [one])) == (ae > 0 or cp > 0)
