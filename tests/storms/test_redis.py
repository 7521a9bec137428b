"""Redis emptied, then silent: jobs are found again by the sweeper, edits hardly wait."""

from __future__ import annotations

import pytest

from tests.storms.conftest import Size
from tests.storms.harness import Storm, say, wait_until

pytestmark = pytest.mark.worker

# What people do: log in with a password, edit five times, read a page that bears the banner. Only
# the first edit waits for Redis; afterwards its process leaves it alone.
VISIT = """
import time
from django.test import Client
from accounts.models import User
from jobs.services import broker_is_paused, request_job
client = Client()
def timed(work):
    began = time.monotonic(); answer = work(); return answer, time.monotonic() - began
page, spent_login = timed(lambda: client.post(
    "/connexion/", {"username": "someone", "password": "secret-of-tests"}))
assert page.status_code == 302, page.status_code
assert "sessionid" in client.cookies
assert not broker_is_paused(), "log-in asked something of Redis"
edits = [timed(lambda: request_job(kind="storm.write", key=f"silent-{n}"))[1] for n in range(5)]
page, spent_page = timed(lambda: client.get("/"))
assert page.status_code == 200, page.status_code
assert broker_is_paused() and "fr-notice--warning" in page.content.decode()
print(edits[0], max(edits[1:]), spent_login, spent_page)
"""
PERSON = """
import datetime as dt
from accounts.enums import Role
from accounts.models import Grant, User
user = User.objects.create_user(username="someone", password="secret-of-tests")
Grant.objects.create(user=user, role=Role.MANAGEMENT_CONTROLLER, valid_from=dt.date(2020, 1, 1))
"""


def begin(storm: Storm, jobs: int) -> None:
    """One worker of two processes on so many jobs; Redis is emptied at the first effect."""
    storm.ask(jobs)
    storm.start_worker()
    wait_until(lambda: bool(storm.effects("debit")), 60, "the first effect")
    storm.broker.client.flushall()


def test_redis_emptied_then_silent_loses_no_job_and_edits_hardly_wait(
    storm: Storm, size: Size
) -> None:
    storm.python(PERSON)
    storm.start_beat()
    begin(storm, size.jobs)
    assert storm.states().get("queued", 0) > 0, "Redis was emptied too late to prove anything"
    storm.broker.fall_silent()
    first, others, login, page = map(float, storm.python(VISIT).split()[-4:])
    say(f"first edit {first:.2f} s, others {others:.2f} s, log-in {login:.2f} s, page {page:.2f} s")
    storm.broker.speak_again()
    # What an edit takes on a busy machine is told by the others, which do not wait.
    assert first - others < 2.0
    assert others < first
    wait_until(lambda: storm.over(size.jobs + 5), 300, "the end of every job")
    say(f"{storm.states()}")
    storm.check(size.jobs)
    assert {f"silent-{n}" for n in range(5)} <= set(storm.effects("debit"))


def test_without_the_sweeper_an_emptied_redis_loses_jobs(storm: Storm, size: Size) -> None:
    """The twin: with the protection off, the promise above fails."""
    storm.off = "sweep"
    storm.start_beat()
    begin(storm, size.jobs)
    wait_until(lambda: not storm.states().get("running"), 60, "the end of what was running")
    assert storm.messages() == 0, "no worker has anything to do any more"
    assert storm.states().get("queued", 0) > 0
    with pytest.raises(AssertionError):
        storm.check(size.jobs)
