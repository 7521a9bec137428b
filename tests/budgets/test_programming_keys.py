"""Keys of CP: shared to the cent, dated, and derived on a version in one operation."""

from __future__ import annotations

import csv

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Role
from budgets.exceptions import VersionFrozen
from budgets.models import NomenclatureNode, ProgrammingEdit, ProgrammingKey
from budgets.rules.keys import DatedKey, are_keys, derived_cp, key_for, keys_of
from budgets.services.appraisals import record_key
from budgets.services.programming_cells import undo_operation
from budgets.services.programming_keys import derive_cp
from tests.budgets.ledger import make_project, make_uo
from tests.budgets.programming import at_state, make_line, make_version
from tests.people import person

cents = st.integers(-(10**13), 10**13)
keys = (
    st.lists(st.integers(0, 100), min_size=3, max_size=3)
    .map(sorted)
    .map(lambda cuts: (cuts[0], cuts[1] - cuts[0], cuts[2] - cuts[1], 100 - cuts[2]))
)


def published(reference_data):
    """Return the new AE of programme 614 and the CP that pay them by year, PLF 2020, in euros."""
    file = reference_data / "data" / "exemple_echeancier_cp_p614_plf2020.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        cells = {row["ligne"]: int(row["valeur"]) for row in csv.DictReader(lines) if row["valeur"]}
    return cells["C0"], tuple(cells[name] for name in ("C1", "C2", "C3", "C4"))


def test_programme_614_has_the_keys_that_the_bill_of_2020_publishes(reference_data):
    """PLF 2020, FdC included, euros (domain §1.6): CP on the new AE by year."""
    _ae, cp = published(reference_data)
    assert keys_of(cp) == (83, 16, 1, 0)


def test_the_published_keys_share_the_new_ae_of_programme_614_to_the_cent(reference_data):
    ae, _cp = published(reference_data)
    cents_of_ae = ae * 100
    cp = derived_cp([cents_of_ae, 0, 0, 0], (83, 16, 1, 0))
    assert sum(cp) == cents_of_ae
    assert all(
        abs(part * 100 - cents_of_ae * key) < 100
        for part, key in zip(cp, (83, 16, 1, 0), strict=True)
    )


def test_the_ae_of_each_year_are_paid_from_that_year_on():
    assert derived_cp([100, 100, None, 100], (60, 30, 10, 0)) == [60, 90, 40, 110]
    assert derived_cp([None] * 4, (100, 0, 0, 0)) is None
    with pytest.raises(ValueError, match="keys"):
        derived_cp([100] * 4, (60, 30, 9, 0))


@given(st.lists(cents, min_size=4, max_size=4), keys)
def test_what_is_derived_adds_up_to_the_ae_and_never_runs_ahead_of_them(ae, some):
    assert are_keys(some)
    cp = derived_cp(ae, some)
    assert sum(cp) == sum(ae)
    if min(ae) >= 0:
        assert all(sum(cp[: n + 1]) <= sum(ae[: n + 1]) for n in range(4))


@given(st.lists(st.integers(0, 10**13), min_size=4, max_size=4).filter(any))
def test_keys_drawn_from_amounts_are_whole_and_within_a_point_of_them(cp):
    found = keys_of(cp)
    assert are_keys(found)
    assert all(abs(key - 100 * one / sum(cp)) < 1 for key, one in zip(found, cp, strict=True))


def test_the_nearest_node_wins_then_the_nature_then_the_latest():
    known = [
        DatedKey(1, "", 2025, (100, 0, 0, 0)), DatedKey(2, "", 2024, (90, 10, 0, 0)),
        DatedKey(2, "", 2026, (80, 20, 0, 0)), DatedKey(2, "new", 2020, (70, 30, 0, 0)),
        DatedKey(3, "", 2020, (0, 0, 0, 100)),
    ]  # fmt: skip
    path = [2, 1]
    assert key_for(known, path, "new", 2026).keys == (70, 30, 0, 0)
    assert key_for(known, path, "planned", 2026).keys == (80, 20, 0, 0)
    assert key_for(known, path, "planned", 2025).keys == (90, 10, 0, 0)
    assert key_for(known, path, "planned", 2023) is None
    assert key_for(known, [1], "planned", 2026).keys == (100, 0, 0, 0)


@pytest.fixture
def bop(db):
    return NomenclatureNode.objects.create(code="BOP-1", name="BOP", kind="bop")


@pytest.fixture
def uo(bop):
    return make_uo("UO-1", parent=bop)


@pytest.fixture
def officer(db):
    return person(Role.BUDGET_OFFICER)


@pytest.fixture
def version(uo, officer):
    record_key(
        actor=officer, node=uo.parent, fiscal_year=2026, key_0=60, key_1=30, key_2=10, key_3=0
    )
    return make_version("initial", 2026)


def cp_of(line):
    rows = line.amounts.order_by("rank").values_list("granted_cp", flat=True)
    return [None if one is None else f"{one:.2f}" for one in rows]


def test_planned_lines_are_derived_in_one_operation_that_is_undone_whole(version, uo, officer):
    planned = make_line(version, uo, granted=[("100.01", "1"), ("0", None)])
    fresh = make_line(version, uo, nature="new", granted=[("10", "6"), ("0", "3"), ("0", "1")])
    signed = make_line(version, uo, nature="committed", granted=[("10", "2")])
    silent = make_line(version, uo)
    done = derive_cp(actor=officer, version_id=version.pk)
    assert (done.lines, done.without_key) == (3, ())
    assert cp_of(planned) == ["60.01", "30.00", "10.00", "0.00"]
    assert cp_of(fresh) == ["6.00", "3.00", "1.00", "0.00"]
    assert cp_of(signed) == ["2.00", None, None, None]
    assert cp_of(silent) == [None] * 4
    edits = ProgrammingEdit.objects.filter(operation=done.operation.id)
    assert set(edits.values_list("expression", flat=True)) == {"60/30/10/0"}
    assert derive_cp(actor=officer, version_id=version.pk).operation is None
    undo_operation(actor=officer, version_id=version.pk, operation=done.operation.id)
    assert cp_of(planned) == ["1.00", None, None, None]


def test_a_line_named_alone_is_derived_and_another_one_is_refused(version, uo, officer):
    line, other = (make_line(version, uo, granted=[("10", None)]) for _ in range(2))
    signed = make_line(version, uo, nature="committed", granted=[("10", None)])
    derive_cp(actor=officer, version_id=version.pk, lines=[line.pk])
    assert cp_of(line)[0] == "6.00"
    assert cp_of(other)[0] is None
    with pytest.raises(ValidationError, match=str(signed.pk)):
        derive_cp(actor=officer, version_id=version.pk, lines=[line.pk, signed.pk])


def test_a_line_without_a_key_is_left_and_told(version, officer):
    line = make_line(version, make_uo("UO-9"), granted=[("10", "4")])
    done = derive_cp(actor=officer, version_id=version.pk)
    assert (done.operation, done.without_key) == (None, (line.pk,))


def test_more_than_a_thousand_cells_are_derived_and_undone_at_once(version, uo, officer):
    for _ in range(260):
        make_line(version, uo, granted=[("10", None)])
    done = derive_cp(actor=officer, version_id=version.pk)
    assert len(done.operation.edits) == 1040
    undone = undo_operation(actor=officer, version_id=version.pk, operation=done.operation.id)
    assert len(undone.edits) == 1040


def test_a_derivation_asks_the_same_number_of_statements_whatever_the_lines(version, uo, officer):
    counts = []
    for size in (1, 30):
        for _ in range(size):
            make_line(version, uo, granted=[("10", None)])
        with CaptureQueriesContext(connection) as seen:
            derive_cp(actor=officer, version_id=version.pk)
        counts.append(len(seen))
    assert abs(counts[0] - counts[1]) <= 1  # executemany tells its rows apart on SQLite


def test_a_frozen_version_is_not_derived(version, uo, officer):
    make_line(version, uo, granted=[("10", None)])
    at_state(version, "validated")
    with pytest.raises(VersionFrozen):
        derive_cp(actor=officer, version_id=version.pk)


def test_a_manager_derives_own_requests_alone(version, uo, officer):
    manager = person(Role.PROJECT_MANAGER)
    requests = make_version("requests", 2026)
    own = make_line(
        requests, uo, project=make_project("P-1", manager=manager), requested=[("10", None)]
    )
    other = make_line(requests, uo, project=make_project("P-2"), requested=[("10", None)])
    assert derive_cp(actor=manager, version_id=requests.pk).lines == 1
    assert own.amounts.get(rank=0).requested_cp == 6
    assert other.amounts.get(rank=0).requested_cp is None


def test_keys_add_up_to_a_hundred_in_the_service_and_in_the_table(uo, officer):
    wrong = {"key_0": 60, "key_1": 30, "key_2": 9, "key_3": 0}
    with pytest.raises(ValidationError, match="100"):
        record_key(actor=officer, node=uo, fiscal_year=2026, **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProgrammingKey.objects.create(node=uo, fiscal_year=2026, **wrong)
    with pytest.raises(PermissionDenied):
        record_key(
            actor=person(Role.PROJECT_MANAGER), node=uo, fiscal_year=2026, key_0=100, key_1=0,
            key_2=0, key_3=0,
        )  # fmt: skip


def test_the_pages_record_keys_and_derive(client, version, uo, officer):
    client.force_login(officer)
    line = make_line(version, uo, granted=[("10", None)])
    said = {
        "node": "UO-1", "fiscal_year": 2026, "key_0": 50, "key_1": 50, "key_2": 0, "key_3": 0,
    }  # fmt: skip
    assert client.post(reverse("web:programming-keys_create"), said).status_code == 302
    assert client.post(
        reverse("web:programming-keys_create"), {**said, "nature": "new", "key_3": 1}
    ).status_code == 422  # fmt: skip
    assert "UO-1" in client.get(reverse("web:programming-keys")).content.decode()
    place = reverse("web:programming_derive", args=[2026, version.number])
    assert client.get(place).status_code == 200
    assert client.post(place, {"reason": "Clés du PAP"}).status_code == 302
    assert cp_of(line) == ["5.00", "5.00", "0.00", "0.00"]
    at_state(version, "validated")
    assert client.get(place).status_code == 403
