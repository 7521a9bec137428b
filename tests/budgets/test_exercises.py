"""Exercises: their calendar as data, what is due next, closing, opening again by two persons."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone, translation

from accounts.exceptions import SamePerson, WrongState
from accounts.services.grants import establish_grant
from budgets.exceptions import ExerciseClosed
from budgets.models import Exercise, ExerciseDate
from budgets.rules.exercises import Due, dates_later, default_dates
from budgets.selectors.exercises import Deadline, Deadlines, date_versions, deadlines
from budgets.services.exercises import (
    ask_reopening,
    close_exercise,
    confirm_reopening,
    create_exercise,
    dates_of,
    edit_exercise,
)
from common.exceptions import StaleEdit
from tests.people import person
from web.dashboard.deadlines import deadline_lines


def day(text):
    return dt.date.fromisoformat(text)


def test_the_first_calendar_is_that_of_the_law():
    # domain §1.5: programming to the CBCM by 15 February (GBCP 66), CRG 1 and 2 (GBCP 98).
    dates = {one.kind: (one.data_on, one.due_on) for one in default_dates(2027)}
    assert dates["programming_sent"] == (None, day("2027-02-15"))
    assert dates["crg1"] == (day("2027-04-30"), day("2027-05-15"))
    assert dates["crg2"] == (day("2027-08-31"), day("2027-09-15"))
    assert dates["requests"][1].year == 2026
    assert all(one.legal_source for one in default_dates(2027))


def test_the_days_of_a_leap_year_stand_a_year_later():
    later = dates_later(
        [Due("crg1", day("2028-03-15"), day("2028-02-29"), done_on=day("2028-03-01"))], 1
    )
    assert later == [Due("crg1", day("2029-03-15"), day("2029-02-28"))]


@pytest.fixture
def officer(db):
    return person("budget_officer")


@pytest.fixture
def controller(db):
    return person("management_controller")


@pytest.fixture
def exercise(officer):
    return create_exercise(actor=officer, fiscal_year=2026)


def test_a_new_exercise_takes_the_days_of_the_former_a_year_later(officer, exercise):
    dates = [Due("crg1", day("2026-05-20"), day("2026-05-02"), "Arrêté", day("2026-05-19"))]
    edit_exercise(actor=officer, exercise_id=exercise.pk, expected_version=1, dates=dates)
    following = create_exercise(actor=officer, fiscal_year=2027)
    assert dates_of(following) == [Due("crg1", day("2027-05-20"), day("2027-05-02"), "Arrêté")]


def test_an_exercise_is_one_a_year_and_an_origin(officer, exercise):
    with pytest.raises(ValidationError):
        create_exercise(actor=officer, fiscal_year=2026)
    create_exercise(actor=officer, fiscal_year=2026, data_origin="fictitious")


def test_a_day_left_out_is_taken_away_and_its_history_stays(officer, exercise):
    kept = dates_of(exercise)[:1]
    edit_exercise(actor=officer, exercise_id=exercise.pk, expected_version=1, dates=kept)
    assert dates_of(exercise) == kept
    types = [one.history_type for one in date_versions(exercise)]
    assert types.count("-") == 6
    assert types.count("+") == 7


def test_data_frozen_after_the_due_day_are_refused(officer, exercise):
    wrong = [Due("crg1", day("2026-05-15"), day("2026-05-16"))]
    with pytest.raises(ValidationError):
        edit_exercise(actor=officer, exercise_id=exercise.pk, expected_version=1, dates=wrong)
    assert len(dates_of(exercise)) == 7


def test_a_closed_exercise_is_read_only(officer, exercise):
    close_exercise(actor=officer, exercise_id=exercise.pk, expected_version=1, reason="Clos")
    with pytest.raises(ExerciseClosed):
        edit_exercise(actor=officer, exercise_id=exercise.pk, expected_version=2, dates=[])
    with pytest.raises(ExerciseClosed):
        close_exercise(actor=officer, exercise_id=exercise.pk, expected_version=2, reason="Clos")


def test_a_closing_has_a_reason_and_a_current_version(officer, exercise):
    with pytest.raises(ValidationError):
        close_exercise(actor=officer, exercise_id=exercise.pk, expected_version=1, reason=" ")
    with pytest.raises(StaleEdit):
        close_exercise(actor=officer, exercise_id=exercise.pk, expected_version=9, reason="Clos")


@pytest.fixture
def both(exercise):
    """Somebody who holds the two roles: rights alone would let them decide alone."""
    user = person("budget_officer", username="both")
    since = dt.date(2020, 1, 1)
    establish_grant(
        user=user, role="management_controller", scope_kind="", scope_code="", valid_from=since
    )
    return user


def test_nobody_opens_an_exercise_again_alone(both, controller, exercise):
    known = {"exercise_id": exercise.pk}
    close_exercise(actor=both, **known, expected_version=1, reason="Clos")
    with pytest.raises(WrongState):
        confirm_reopening(actor=controller, **known, expected_version=2)
    ask_reopening(actor=both, **known, expected_version=2, reason="Oubli")
    with pytest.raises(SamePerson):
        confirm_reopening(actor=both, **known, expected_version=3)
    opened = confirm_reopening(actor=controller, **known, expected_version=3)
    assert (opened.state, opened.reopening_asked_by, opened.reopened_by) == (
        "open",
        both,
        controller,
    )


def test_rights_part_who_asks_from_who_confirms(officer, controller, exercise):
    known = {"exercise_id": exercise.pk}
    with pytest.raises(PermissionDenied):
        close_exercise(actor=controller, **known, expected_version=1, reason="Clos")
    close_exercise(actor=officer, **known, expected_version=1, reason="Clos")
    with pytest.raises(PermissionDenied):
        ask_reopening(actor=controller, **known, expected_version=2, reason="Oubli")
    ask_reopening(actor=officer, **known, expected_version=2, reason="Oubli")
    with pytest.raises(PermissionDenied):
        confirm_reopening(actor=officer, **known, expected_version=3)


@pytest.mark.parametrize("who", ["nobody", "one"])
def test_raw_sql_does_not_open_a_closed_exercise_again(who, officer, exercise):
    close_exercise(actor=officer, exercise_id=exercise.pk, expected_version=1, reason="Clos")
    named = [None, None] if who == "nobody" else [officer.pk, officer.pk]
    statement = (
        "UPDATE budgets_exercise SET state = 'open', reopening_asked_by_id = %s, "
        "reopened_by_id = %s, reopening_reason = 'x' WHERE id = %s"
    )
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [*named, exercise.pk])
    exercise.refresh_from_db()
    assert exercise.is_closed


def test_the_next_day_is_the_first_that_nobody_did(officer, exercise):
    dates = [
        Due("crg1", day("2026-05-15"), day("2026-04-30"), done_on=day("2026-05-14")),
        Due("crg2", day("2026-09-15"), day("2026-08-31")),
    ]
    edit_exercise(actor=officer, exercise_id=exercise.pk, expected_version=1, dates=dates)
    crg2 = Deadline("crg2", 2026, exercise.pk, day("2026-08-31"), day("2026-09-15"))
    assert deadlines(officer, "operational", day("2026-06-01")) == Deadlines([], crg2)
    assert deadlines(officer, "operational", day("2026-09-15")) == Deadlines([], crg2)
    assert deadlines(officer, "operational", day("2026-09-16")) == Deadlines([crg2], None)
    assert deadlines(officer, "fictitious", day("2026-06-01")) == Deadlines()
    assert deadlines(person("partner", "EX-1"), "operational", day("2026-06-01")) == Deadlines()


def test_a_closed_exercise_expects_nothing(officer, exercise):
    close_exercise(actor=officer, exercise_id=exercise.pk, expected_version=1, reason="Clos")
    assert deadlines(officer, "operational", day("2026-06-01")) == Deadlines()


def test_the_next_day_is_read_in_one_query(officer, exercise, django_assert_num_queries):
    create_exercise(actor=officer, fiscal_year=2027)
    deadlines(officer, "operational", day("2026-06-01"))
    with django_assert_num_queries(1):
        deadlines(officer, "operational", day("2026-06-01"))


@pytest.mark.parametrize(
    ("language", "coming", "late"),
    [
        (
            "fr",
            "Prochaine échéance : CRG 2, arrêté au 31/08, dû le 15/09",
            "En retard : CRG 1 2026, échéance du 15/05",
        ),
        (
            "en",
            "Next date: CRG 2, data as of 31/08, due on 15/09",
            "Late: CRG 1 2026, expected on 15/05",
        ),
    ],
)
def test_the_home_page_says_the_next_day_in_one_line(language, coming, late):
    found = Deadlines(
        [Deadline("crg1", 2026, 1, None, day("2026-05-15"))],
        Deadline("crg2", 2026, 1, day("2026-08-31"), day("2026-09-15")),
    )
    with translation.override(language):
        lines = [one.text.replace("\xa0", " ") for one in deadline_lines(found, day("2026-06-01"))]
    assert lines == [late, coming]


def test_a_day_of_another_year_says_its_year():
    found = Deadlines([], Deadline("programming_sent", 2027, 1, None, day("2027-02-15")))
    with translation.override("fr"):
        (line,) = deadline_lines(found, day("2026-11-20"))
    assert line.text.endswith("le 15/02/2027")


def test_the_home_page_shows_it_and_says_nothing_when_there_is_none(client, officer):
    client.force_login(officer)
    assert "deadlines" not in client.get("/").content.decode()
    create_exercise(actor=officer, fiscal_year=timezone.localdate().year + 1)
    assert 'id="deadlines"' in client.get("/").content.decode()


def test_an_exercise_is_opened_edited_and_closed_in_pages(client, officer, controller):
    client.force_login(officer)
    made = {"fiscal_year": "2027", "data_origin": "operational", "opening_regime": "services_votes"}
    client.post(reverse("web:exercise_create"), made)
    row = Exercise.objects.get(fiscal_year=2027)
    page = client.get(reverse("web:exercise", args=[row.pk])).content.decode()
    assert "15/02/2027" in page
    edit = reverse("web:exercise_edit", args=[row.pk])
    typed = {
        "version": "1", "opening_regime": "lfi", "lfi_opens_on": "20/02/2027",
        "crg1-due_on": "15/05/2027", "crg1-data_on": "30/04/2027", "crg2-data_on": "31/08/2027",
    }  # fmt: skip
    refused = client.post(edit, typed)
    assert refused.status_code == 422
    assert "CRG 2" in refused.content.decode()
    assert client.post(edit, typed | {"crg2-due_on": "15/09/2027"}).status_code == 302
    row.refresh_from_db()
    assert (row.opening_regime, row.lfi_opens_on) == ("lfi", day("2027-02-20"))
    assert [date.kind for date in row.dates.all()] == ["crg1", "crg2"]
    client.post(reverse("web:exercise_close", args=[row.pk]), {"version": "2", "reason": "Clos"})
    client.post(reverse("web:exercise_reopen", args=[row.pk]), {"version": "3", "reason": "Oubli"})
    client.force_login(controller)
    assert "Oubli" in client.get(reverse("web:exercise", args=[row.pk])).content.decode()
    client.post(reverse("web:exercise_confirm", args=[row.pk]), {"version": "4"})
    row.refresh_from_db()
    assert row.state == "open"
    history = client.get(reverse("web:exercise_history", args=[row.pk])).content.decode()
    assert "Oubli" in history


def test_the_list_of_exercises_is_filtered_and_exported(client, officer, exercise):
    client.force_login(officer)
    url = reverse("web:exercises")
    assert ">2026<" in client.get(url).content.decode()
    assert ">2026<" not in client.get(url + "?state=closed").content.decode()
    assert b"2026" in b"".join(client.get(url + "?format=csv"))


def test_the_list_of_exercises_costs_the_same_whatever_their_number(
    client, officer, exercise, django_assert_max_num_queries
):
    client.force_login(officer)
    client.get(reverse("web:exercises"))
    with django_assert_max_num_queries(25) as one:
        client.get(reverse("web:exercises"))
    for year in range(2027, 2032):
        create_exercise(actor=officer, fiscal_year=year)
    with django_assert_max_num_queries(len(one)):
        client.get(reverse("web:exercises"))
    assert ExerciseDate.objects.count() == 42
