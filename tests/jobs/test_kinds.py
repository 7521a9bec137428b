"""Kinds of jobs: every one is in the policy, within the limits, labelled."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts.models import User
from accounts.policy import POLICY
from jobs.permissions import may_request
from jobs.registry import SYSTEM, JobKind, job_kind, kinds, register
from jobs.services.dispatch import GRACE_SECONDS

OURS = [kind for kind in kinds() if not kind.startswith(("tests.", "storm."))]


def unserved(kind: JobKind) -> str:
    """Return what is wrong with the rights of a kind: no verb, or a verb that nobody has."""
    if kind.needs is None:
        return "no verb"
    if kind.needs == SYSTEM:
        return ""
    action, resource = kind.needs
    allowed = any((row[1], row[2]) == (resource, action) for row in POLICY)
    return "" if allowed else f"nobody may {action} {resource}"


@pytest.mark.parametrize("kind", OURS)
def test_every_kind_of_job_is_asked_for_by_a_verb_of_the_policy(kind: str) -> None:
    assert unserved(job_kind(kind)) == ""


def test_a_kind_without_a_verb_or_with_an_unknown_one_is_found() -> None:
    """The twin: the check above sees what it is for."""
    assert unserved(JobKind("x", print, "x")) == "no verb"
    assert "nobody" in unserved(JobKind("x", print, "x", ("recompute", "partner")))


@pytest.mark.django_db
def test_nobody_may_ask_for_a_job_of_the_system(controller: User) -> None:
    register("tests.system", "x", needs=SYSTEM)
    register("tests.computing", "x", needs=("recompute", "indicator_value"))
    assert not may_request(controller, "tests.system")
    assert may_request(controller, "tests.computing")


@pytest.mark.parametrize("kind", OURS)
def test_every_kind_has_a_label_and_a_time_limit_below_what_the_broker_waits(kind: str) -> None:
    found = job_kind(kind)
    assert str(found.label) != kind
    waits = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    assert 2 * (found.time_limit + GRACE_SECONDS) <= waits


@pytest.mark.parametrize("limit", [0, -1, 100_000])
def test_a_time_limit_beyond_the_common_one_is_refused(limit: int) -> None:
    def nothing(context: Any) -> dict[str, Any]:
        return {}

    with pytest.raises(ImproperlyConfigured):
        register("tests.long", nothing, time_limit=limit)


def test_the_broker_waits_the_same_time_on_every_key() -> None:
    waits = {
        settings.CELERY_VISIBILITY_TIMEOUT,
        settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"],
        settings.CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS["visibility_timeout"],
        settings.WORKER_TRANSPORT_OPTIONS["visibility_timeout"],
    }
    assert waits == {2 * settings.CELERY_TASK_TIME_LIMIT}


def test_a_page_waits_less_for_the_broker_than_a_worker() -> None:
    page, worker = settings.CELERY_BROKER_TRANSPORT_OPTIONS, settings.WORKER_TRANSPORT_OPTIONS
    for name in ("socket_timeout", "socket_connect_timeout"):
        assert page[name] < 1 < worker[name]
