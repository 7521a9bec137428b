"""The six files of MS Project equal their expectations; each damage is told where it stands."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from projects.mspdi.facts import MspdiError, MspdiFile
from projects.mspdi.reader import read_mspdi
from tests.projects.mspdi_files import DAMAGES, Damage, into_task, large_plan

FOLDER = Path(settings.REFERENCE_DATA) / "cases" / "mspdi"
NAMES = (
    "sample1", "mspdirelations", "mspdinulltasks", "baselines", "task-links-project2010-mspdi",
    "task-baselines-project2007-mspdi",
)  # fmt: skip


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    if not FOLDER.exists():
        pytest.skip("the files of MS Project are in REFERENCE_DATA, which is absent")
    return f"{request.param}.xml"


def read(data: bytes) -> MspdiFile:
    return read_mspdi(io.BytesIO(data))


def told(damage: Damage) -> list[tuple[str, tuple[int, int]]]:
    """Return the codes and places of what is told of a damaged file."""
    try:
        faults = read(damage.data).warnings
    except MspdiError as refused:
        faults = refused.faults
    return [(fault.code, (fault.line, fault.column)) for fault in faults]


def test_a_file_equals_its_expectation_value_by_value(name):
    expected = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
    (wanted,) = (one for one in expected["files"] if one.pop("file") == name)
    assert read_mspdi(FOLDER / name).as_dict() == wanted


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_file_is_told_where_it_is_or_gives_the_right_plan(name, kind):
    text = (FOLDER / name).read_text(encoding="utf-8")
    damage = DAMAGES[kind](text)
    if damage.code:
        found = told(damage)
        assert damage.code in [code for code, _place in found]
        if damage.offset > 0:
            assert (damage.code, damage.place) in found
        return
    sound, read_again = read(text.encode()).as_dict(), read(damage.data).as_dict()
    rows = read_again["tasks"][: len(sound["tasks"])]
    assert rows == sound["tasks"]
    assert read_again["null_tasks"] == sound["null_tasks"] + damage.blank_rows
    assert read_again["project"] == sound["project"]


PLAN = large_plan(3).decode()


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damage_of_a_fictitious_plan_is_told_too(kind):
    # The same where the reference files are absent.
    if kind in {"no calendars"}:
        pytest.skip("this plan names no calendar")
    damage = DAMAGES[kind](PLAN)
    if damage.code:
        assert damage.code in [code for code, _place in told(damage)]
    else:
        assert read(damage.data).as_dict()["tasks"][:3] == read(PLAN.encode()).as_dict()["tasks"]


def test_all_the_faults_are_told_in_the_order_of_the_file():
    text = into_task(PLAN, "<Cost>x</Cost>", "bad_cost", uid=3).text
    text = into_task(text, "<Start>x</Start>", "bad_date", uid=1).text
    with pytest.raises(MspdiError) as refused:
        read(text.encode())
    assert [(one.code, one.task) for one in refused.value.faults] == [
        ("bad_date", "1"),
        ("bad_cost", "3"),
    ]


def test_a_cycle_names_its_tasks_in_order():
    text = into_task(PLAN, "<PredecessorLink><PredecessorUID>3</PredecessorUID></PredecessorLink>",
                     "cycle", uid=1).text  # fmt: skip
    with pytest.raises(MspdiError) as refused:
        read(text.encode())
    (fault,) = refused.value.faults
    assert fault.value == "1 → 2 → 3 → 1"


def test_a_plan_in_days_counts_the_minutes_of_its_own_day():
    text = PLAN.replace("PT320H0M0S", "P2DT30M", 1).replace("Day>480<", "Day>450<")
    assert read(text.encode()).tasks[0].duration_minutes == 930


def test_a_lag_in_percent_is_told_and_left_out():
    lagging = (
        "<PredecessorLink><PredecessorUID>1</PredecessorUID><Type>3</Type><LinkLag>500</LinkLag>"
        "<LagFormat>19</LagFormat></PredecessorLink>"
    )
    plan = read(into_task(PLAN, lagging, "percent_lag", uid=3).data)
    assert [one.code for one in plan.warnings] == ["percent_lag"]
    assert plan.tasks[2].predecessors[-1].lag_minutes == 0


def test_a_calendar_that_works_on_saturday_is_told():
    week = "".join(
        f"<WeekDay><DayType>{day}</DayType><DayWorking>{int(day > 1)}</DayWorking></WeekDay>"
        for day in range(1, 8)
    )
    calendars = (
        "<CalendarUID>1</CalendarUID><Calendars><Calendar><UID>1</UID><Name>Six jours</Name>"
        f"<WeekDays>{week}</WeekDays></Calendar></Calendars>"
    )
    plan = read(PLAN.replace("<Tasks>", f"{calendars}<Tasks>").encode())
    assert [(one.code, one.value) for one in plan.warnings] == [("other_working_days", "Six jours")]


BYTES = large_plan(1)


@given(st.lists(st.tuples(st.integers(0, len(BYTES) - 1), st.binary(max_size=3)), max_size=6))
def test_whatever_bytes_come_the_plan_is_read_or_refused_at_a_place(changes):
    data = bytearray(BYTES)
    for place, piece in changes:
        data[place : place + len(piece)] = piece
    faults = []
    try:
        read(bytes(data))
    except MspdiError as refused:
        faults = refused.faults
    assert all(fault.line >= 1 and fault.column >= 1 and fault.message for fault in faults)
