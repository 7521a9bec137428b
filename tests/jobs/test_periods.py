"""Periodic jobs: once a period, whatever the number of schedulers, and none missed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from jobs import registry
from jobs.models import Job, JobPeriod
from jobs.services import request_due_periods, request_job, request_period

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, tzinfo=PARIS)


@pytest.fixture(autouse=True)
def days(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dt.date]]:
    """One daily job, asked for from four o'clock on; the list tells for which days."""
    asked: list[dt.date] = []

    def ask(day: dt.date) -> Job:
        asked.append(day)
        return request_job(kind="tests.daily", key=day.isoformat())

    monkeypatch.setattr(registry, "_DAILY", {})
    registry.register_daily("tests.daily", ask)
    return iter([asked])  # type: ignore[return-value]


def test_two_schedulers_ask_once(days: Iterator[list[dt.date]]) -> None:
    asked = next(days)
    moment = at(2026, 11, 26, 4, 1)
    assert request_due_periods(moment) == ["tests.daily"]
    for minute in range(2, 60):
        assert request_due_periods(at(2026, 11, 26, 4, minute)) == []
    assert asked == [dt.date(2026, 11, 26)]
    assert JobPeriod.objects.get().job == Job.objects.get()


def test_without_the_row_of_the_period_two_schedulers_ask_twice() -> None:
    """The twin: with the protection off, the promise above fails."""
    moment = at(2026, 11, 26, 4, 1)
    request_due_periods(moment)
    Job.objects.update(state="running", lease_until=timezone.now() + dt.timedelta(minutes=1))
    JobPeriod.objects.all().delete()
    assert request_due_periods(moment) == ["tests.daily"]
    assert Job.objects.count() == 2


def test_the_base_itself_refuses_the_same_period_twice() -> None:
    JobPeriod.objects.create(name="n", period="2026-11-26", asked_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        JobPeriod.objects.create(name="n", period="2026-11-26", asked_at=timezone.now())


def test_before_its_hour_nothing_is_asked_and_a_late_scheduler_still_asks(
    days: Iterator[list[dt.date]],
) -> None:
    asked = next(days)
    assert request_due_periods(at(2026, 11, 26, 3, 59)) == []
    assert request_due_periods(at(2026, 11, 26, 22)) == ["tests.daily"]
    assert asked == [dt.date(2026, 11, 26)]


@pytest.mark.parametrize("start", [at(2027, 3, 27, 12), at(2026, 10, 24, 12)])
def test_a_change_of_clock_neither_doubles_nor_skips_a_day(
    days: Iterator[list[dt.date]], start: dt.datetime
) -> None:
    asked = next(days)
    moment = start.astimezone(dt.UTC)
    for _ in range(48 * 4):
        request_due_periods(moment)
        moment += dt.timedelta(minutes=15)
    assert asked == [start.date() + dt.timedelta(days=n) for n in range(3)]


def test_a_day_whose_job_cannot_be_asked_for_is_not_marked_as_done() -> None:
    def fail() -> Job:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        request_period(name="n", period="p", ask=fail)
    assert not JobPeriod.objects.filter(name="n").exists()
