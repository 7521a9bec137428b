"""Ceilings hold the programming: edits, lines that come and go, problems, and races."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from budgets.exceptions import CeilingExceeded
from budgets.models import (
    BudgetCeiling,
    NomenclatureNode,
    ProgrammingAmount,
    ProgrammingVersion,
)
from budgets.services import ceiling_checks, programming_cells
from budgets.services.entries import Imputation
from budgets.services.programming_cells import CellEdit, edit_cells
from budgets.services.programming_lines import (
    NewLine,
    add_lines,
    put_line_back,
    take_line_out,
    update_line,
)
from budgets.services.programming_problems import problems_of, told
from budgets.tables.ceilings import ceilings_of
from tests.budgets.ledger import make_uo
from tests.budgets.programming import at_state, make_line, make_version
from tests.budgets.rounds import make_round
from tests.people import person


def ceiling(node, ae, cp="1000", year=2027, **fields):
    """A ceiling in force, attested by another person than who proposed it."""
    known = {
        "proposed_by": User.objects.get(username="proposes"),
        "decided_by": User.objects.get(username="attests"),
    }
    moment = timezone.now()
    return BudgetCeiling.objects.create(
        node=node, fiscal_year=year, ae=Decimal(ae), cp=Decimal(cp), reason="Lettre-plafond",
        state="attested", proposed_at=moment, decided_at=moment, data_origin=node.data_origin,
        **known, **{"mode": "block", **fields},
    )  # fmt: skip


@pytest.fixture
def deciders(db):
    """Who proposes the ceilings of these tests, and who attests them."""
    return [person("auditor", username=name) for name in ("proposes", "attests")]


@pytest.fixture
def officer(deciders):
    return person("budget_officer")


@pytest.fixture
def bop(db):
    return NomenclatureNode.objects.create(code="BOP-A", name="BOP", kind="bop")


@pytest.fixture
def uos(bop):
    return [make_uo(f"UO-{number}", parent=bop) for number in (1, 2)]


@pytest.fixture
def version(db):
    return make_version()


def edit(actor, version, line, before, after, rank=0, measure="ae"):
    """Change one cell."""
    change = CellEdit(
        line=line.pk, rank=rank, measure=measure, before=Decimal(before), after=Decimal(after)
    )
    return edit_cells(actor=actor, version_id=version.pk, edits=[change])


def test_the_last_euro_under_a_ceiling_is_programmed_and_the_next_cent_is_refused(
    officer, version, bop, uos
):
    ceiling(bop, "100")
    one = make_line(version, uos[0], requested=[("60", "0")])
    make_line(version, uos[1], requested=[("39", "0")])
    edit(officer, version, one, "60", "61")
    with pytest.raises(CeilingExceeded) as refused:
        edit(officer, version, one, "61", "61.01")
    assert refused.value.code == "ceiling_exceeded"
    assert refused.value.context["breaches"] == [
        {
            "node": "BOP-A", "fiscal_year": 2027, "credit_type": "ht2", "ledger": "AE",
            "ceiling": "100.00", "beyond": "0.01",
        }
    ]  # fmt: skip
    assert "0,01" in str(refused.value)
    assert ProgrammingAmount.objects.get(line=one, rank=0).requested_ae == 61


def test_what_brings_back_an_overrun_is_let_through_and_what_adds_to_it_is_not(
    officer, version, bop, uos
):
    line = make_line(version, uos[0], requested=[("150", "0")])
    ceiling(bop, "100")
    edit(officer, version, line, "150", "140")
    with pytest.raises(CeilingExceeded, match="40,01"):
        edit(officer, version, line, "140", "140.01")


def test_a_ceiling_that_warns_refuses_nothing_and_stands_among_the_problems(
    officer, version, bop, uos
):
    ceiling(bop, "100", mode="warn")
    line = make_line(version, uos[0], requested=[("100", "0")])
    edit(officer, version, line, "100", "130")
    (problem,) = [one for one in problems_of(version, officer) if one.code == "ceiling"]
    assert (problem.severity, problem.rank, dict(problem.figures)["beyond"]) == ("alert", 0, 3000)
    assert "30,00" in told(version, problem)


def test_a_problem_of_a_ceiling_is_told_to_who_reads_a_line_below_it(officer, version, bop, uos):
    ceiling(bop, "100")
    make_line(version, uos[0], requested=[("130", "0")])
    other = make_uo("ELSEWHERE")
    make_line(version, other, requested=[("1", "0")])
    reader = person("budget_officer", other.code, scope_kind="nomenclature")
    assert "ceiling" in {one.code for one in problems_of(version, officer)}
    assert "ceiling" not in {one.code for one in problems_of(version, reader)}


def test_other_years_the_years_after_and_other_credits_have_room_of_their_own(
    officer, version, bop, uos
):
    ceiling(bop, "100", year=2028)
    ceiling(bop, "0", "0", credit_type="t2")
    line = make_line(version, uos[0], requested=[("0", "0")] * 4)
    edit(officer, version, line, "0", "500", rank=0)
    edit(officer, version, line, "0", "500", rank=3)
    with pytest.raises(CeilingExceeded):
        edit(officer, version, line, "0", "101", rank=1)


def test_cp_have_a_ceiling_of_their_own(officer, version, bop, uos):
    ceiling(bop, "100", "50")
    line = make_line(version, uos[0], requested=[("100", "50")])
    with pytest.raises(CeilingExceeded, match="CP"):
        edit(officer, version, line, "50", "51", measure="cp")


def new_line(node, ae):
    return NewLine(
        imputation=Imputation(node=node, project=None),
        fields={"label": "Licences"},
        amounts={0: (Decimal(ae), Decimal(0))},
    )


def test_a_line_is_added_and_put_back_within_the_ceiling(officer, version, bop, uos):
    ceiling(bop, "100")
    (line,) = add_lines(actor=officer, version_id=version.pk, lines=[new_line(uos[0], "70")])
    with pytest.raises(CeilingExceeded):
        add_lines(actor=officer, version_id=version.pk, lines=[new_line(uos[1], "31")])
    take_line_out(actor=officer, line_id=line.pk, expected_version=1, reason="Abandon")
    add_lines(actor=officer, version_id=version.pk, lines=[new_line(uos[1], "31")])
    with pytest.raises(CeilingExceeded, match="1,00"):
        put_line_back(actor=officer, line_id=line.pk, expected_version=2)


def test_a_withdrawal_is_not_taken_out_when_others_used_the_room_that_it_made(
    officer, version, bop, uos
):
    ceiling(bop, "100")
    withdrawal = make_line(version, uos[0], requested=[("-30", "0")], is_take_back=True)
    make_line(version, uos[1], requested=[("120", "0")])
    with pytest.raises(CeilingExceeded, match="20,00"):
        take_line_out(actor=officer, line_id=withdrawal.pk, expected_version=1, reason="Erreur")


def test_a_line_that_moves_gives_back_where_it_was(officer, version, bop, uos):
    ceiling(bop, "100")
    ceiling(uos[1], "50")
    ceiling(uos[0], "100")
    line = make_line(version, uos[0], requested=[("80", "0")])
    with pytest.raises(CeilingExceeded, match="UO-2"):
        update_line(actor=officer, line_id=line.pk, expected_version=1, changes={"node": uos[1]})
    BudgetCeiling.objects.filter(node=uos[1]).update(state="superseded", ended_at=timezone.now())
    # The BOP has no room for it twice: it is the same line.
    update_line(actor=officer, line_id=line.pk, expected_version=1, changes={"node": uos[1]})


def test_a_transfer_between_two_uo_in_one_operation_changes_nothing_for_their_bop(
    officer, version, bop, uos
):
    ceiling(bop, "100")
    left, right = (make_line(version, uo, requested=[("50", "0")]) for uo in uos)
    moves = ((left, "50", "20"), (right, "50", "80"))
    edits = [
        CellEdit(line=one.pk, rank=0, measure="ae", before=Decimal(a), after=Decimal(b))
        for one, a, b in moves
    ]
    edit_cells(actor=officer, version_id=version.pk, edits=edits)
    assert ceilings_of(version)[bop.pk, 2027, "ht2"].ae_left == 0


def test_a_ceiling_of_an_activity_counts_the_lines_of_that_axis(officer, version, bop, uos):
    activity = NomenclatureNode.objects.create(code="ACT", name="ACT", kind="activity")
    ceiling(activity, "100")
    line = make_line(version, uos[0], activity=activity, requested=[("100", "0")])
    make_line(version, uos[0], requested=[("500", "0")])
    with pytest.raises(CeilingExceeded, match="ACT"):
        edit(officer, version, line, "100", "101")


def test_a_ceiling_of_another_origin_holds_nothing(officer, version, bop, uos):
    line = make_line(version, uos[0], requested=[("0", "0")])
    invented = NomenclatureNode.objects.create(
        code="FICT", name="F", kind="bop", data_origin="fictitious"
    )
    ceiling(invented, "1")
    edit(officer, version, line, "0", "500")


def test_margins_and_the_check_cost_the_same_whatever_the_number_of_lines(officer, bop, uos):
    ceiling(bop, "100000")
    for uo in uos:
        ceiling(uo, "100000")
    costs = []
    for count in (1, 1, 8):  # the first one also reads the grants
        version = make_version()
        lines = [make_line(version, uos[0], requested=[("1", "0")]) for _ in range(count)]
        edits = [
            CellEdit(line=one.pk, rank=0, measure="ae", before=Decimal(1), after=Decimal(2))
            for one in lines
        ]
        with CaptureQueriesContext(connection) as margins:
            ceilings_of(version)
        with CaptureQueriesContext(connection) as checked:
            edit_cells(actor=officer, version_id=version.pk, edits=edits)
        costs.append((len(margins), len(checked)))
    assert costs[1] == costs[2]
    assert costs[1][0] == 3


def test_the_list_of_ceilings_shows_the_margins_of_the_version_of_record(
    client, officer, version, bop, uos
):
    ceiling(bop, "100", "80")
    client.force_login(officer)
    url = reverse("web:ceilings")
    assert "ae_left" not in client.get(url + "?format=csv-standard").getvalue().decode()
    make_line(version, uos[0], requested=[("130", "30")])
    at_state(version, "validated")
    text = client.get(url).content.decode()
    assert "\N{MINUS SIGN}30,00" in text or "-30,00" in text
    assert "50,00" in text
    draft = make_version()
    make_line(draft, uos[0], requested=[("60", "30")])
    asked = client.get(url + f"?version={draft.pk}").content.decode()
    assert "40,00" in asked
    other = person("budget_officer", uos[0].code, scope_kind="nomenclature", username="below")
    ceiling(uos[0], "200")
    client.force_login(other)
    assert "70,00" in client.get(url).content.decode()


def test_the_api_gives_the_margin_where_the_figure_exists(client, officer, version, bop, uos):
    row = ceiling(bop, "100", "80")
    client.force_login(officer)
    url = reverse("api:ceilings-detail", args=[row.pk])
    assert client.get(url).json()["programmed"] is None
    make_line(version, uos[0], requested=[("130", "30")])
    at_state(version, "validated")
    found = client.get(url).json()["programmed"]
    assert found == {
        "version": "2027-V1", "ae": "130.00", "cp": "30.00", "ae_left": "-30.00",
        "cp_left": "50.00",
    }  # fmt: skip
    draft = make_version()
    listed = client.get(reverse("api:ceilings-list") + f"?programming_version={draft.pk}").json()
    assert listed["results"][0]["programmed"]["ae_left"] == "100.00"


class Pair:
    """Two writers on the last euros of a ceiling, each on its own line, released together."""

    def __init__(self, officers, version, lines):
        self.officers, self.version, self.lines = officers, version, lines
        self.barrier = threading.Barrier(2, timeout=30)
        self.results: list[str] = []

    def _write(self, index):
        try:
            self.barrier.wait()
            edit(self.officers[index], self.version, self.lines[index], "0", "60")
        except CeilingExceeded as error:
            self.results.append(error.code)
        else:
            self.results.append("written")
        finally:
            connections.close_all()

    def run(self):
        threads = [threading.Thread(target=self._write, args=(n,), daemon=True) for n in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        return sorted(self.results)


def unlocked_version(version_id):
    return ProgrammingVersion.objects.get(pk=version_id)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("protected", [True, False])
def test_two_writers_never_share_the_last_euros_of_a_ceiling(
    protected, monkeypatch, officer, version, bop, uos
):
    """The lock of the nodes alone holds; the twin without it lets both through."""
    if connection.vendor != "postgresql":
        pytest.skip("the race needs PostgreSQL (make test-postgres)")
    ceiling(bop, "100")
    officers = [officer, person("budget_officer", username="second")]
    monkeypatch.setattr(programming_cells, "lock_version", unlocked_version)
    # Both have read what is programmed before either writes, unless a lock keeps one out.
    met = threading.Barrier(2)
    read = ceiling_checks.charges_of

    def read_together(versions):
        found = read(versions)
        try:
            met.wait(timeout=1)
        except threading.BrokenBarrierError:
            met.reset()
        return found

    monkeypatch.setattr(ceiling_checks, "charges_of", read_together)
    if not protected:
        monkeypatch.setattr(ceiling_checks, "lock_units", lambda ids: None)
    lines = [make_line(version, uo, requested=[("0", "0")]) for uo in uos]
    found = Pair(officers, version, lines).run()
    assert found == (["ceiling_exceeded", "written"] if protected else ["written", "written"])


def test_no_whole_version_goes_forward_beyond_a_ceiling_set_after_its_lines(deciders):
    held = make_round()
    held.at("submitted")
    uo = held.lines[0].node
    row = ceiling(uo, "0.01", "0", year=held.version.fiscal_year)
    with pytest.raises(CeilingExceeded, match=uo.code):
        held.step("arbitrate", "director")
    BudgetCeiling.objects.filter(pk=row.pk).update(state="superseded", ended_at=timezone.now())
    held.step("arbitrate", "director")
    assert held.version.state == "arbitrated"
