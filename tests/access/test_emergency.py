"""Emergency access: two people open it, four hours, everything logged, a report by itself."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts import middleware
from accounts.enums import Role
from accounts.exceptions import (
    EmergencyApart,
    GrantEnded,
    IncompatibleRoles,
    NotOneOfTheTwo,
    OwnGrant,
    SamePerson,
)
from accounts.models import AuditEvent, EmergencyReport, Grant, User
from accounts.permissions import roles_of
from accounts.services.emergency import (
    ask_emergency_access,
    close_emergency_access,
    open_emergency_access,
    produce_report,
)
from accounts.services.grants import approve_grant, end_grant, establish_grant, propose_grant
from accounts.services.retention import purge_security_events
from jobs.models import Job
from jobs.services import run_job
from tests.people import person

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 26, 12, 0, tzinfo=dt.UTC)
FOUR_HOURS = dt.timedelta(hours=4)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def clock():
    """The clock is held, and moved by the tests alone."""
    with time_machine.travel(NOON, tick=False) as held:
        yield held


@pytest.fixture
def admins():
    return [person(Role.TECHNICAL_ADMIN, username=name) for name in ("first", "second", "third")]


@pytest.fixture
def helper():
    """Somebody of the house who holds nothing."""
    return User.objects.create_user("helper")


def asked(admins, helper, **changes) -> Grant:
    wanted = {"role": Role.BUDGET_OFFICER, "reason": "Clôture de l’exercice"}
    return ask_emergency_access(actor=admins[0], user=helper, **(wanted | changes))


@pytest.fixture
def opened(clock, admins, helper) -> Grant:
    return open_emergency_access(actor=admins[1], grant_id=asked(admins, helper).pk)


def roles(user: User) -> frozenset[str]:
    return roles_of(User.objects.get(pk=user.pk))


def page_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_an_access_opens_for_four_hours_to_the_second(clock, admins, helper):
    grant = asked(admins, helper)
    assert roles(helper) == frozenset()
    open_emergency_access(actor=admins[1], grant_id=grant.pk)
    assert roles(helper) == {Role.BUDGET_OFFICER}
    clock.move_to(NOON + FOUR_HOURS - SECOND)
    assert roles(helper) == {Role.BUDGET_OFFICER}
    clock.move_to(NOON + FOUR_HOURS)
    assert roles(helper) == frozenset()


def test_an_access_opened_before_midnight_is_still_open_after(clock, admins, helper):
    clock.move_to(dt.datetime(2026, 11, 26, 22, 30, tzinfo=dt.UTC))
    open_emergency_access(actor=admins[1], grant_id=asked(admins, helper).pk)
    clock.shift(FOUR_HOURS - SECOND)
    assert roles(helper) == {Role.BUDGET_OFFICER}


def test_neither_who_asks_nor_who_receives_opens_it(admins, helper):
    grant = asked(admins, helper)
    for actor in (admins[0], helper):
        with pytest.raises(SamePerson):
            open_emergency_access(actor=actor, grant_id=grant.pk)
    with pytest.raises(OwnGrant):
        asked(admins, admins[0])
    open_emergency_access(actor=admins[1], grant_id=grant.pk)
    with pytest.raises(GrantEnded):
        open_emergency_access(actor=admins[2], grant_id=grant.pk)


@pytest.mark.parametrize(
    "role", [Role.TECHNICAL_ADMIN, Role.AUDITOR, Role.PARTNER, Role.API_CLIENT]
)
def test_it_gives_a_business_role_for_a_reason_in_a_scope_that_exists(admins, helper, role):
    for changes in ({"role": role}, {"reason": " "}, {"scope_code": "NOWHERE"}):
        with pytest.raises(ValidationError):
            asked(admins, helper, **changes)


def test_incompatible_roles_stay_refused_at_the_request_and_at_the_opening(admins, helper):
    with pytest.raises(IncompatibleRoles):
        asked(admins, admins[1])
    grant = asked(admins, helper)
    Grant.objects.filter(pk=grant.pk).update(role=Role.MANAGEMENT_CONTROLLER)
    establish_grant(user=person(Role.AUDITOR, username="auditor"), role=Role.AUDITOR)
    Grant.objects.filter(user__username="auditor").update(user=helper)
    with pytest.raises(IncompatibleRoles):
        open_emergency_access(actor=admins[1], grant_id=grant.pk)


def test_a_role_that_was_incompatible_is_possible_again_once_the_hours_are_over(
    clock, opened, admins, helper
):
    with pytest.raises(IncompatibleRoles):
        propose_grant(actor=admins[0], user=helper, role=Role.AUDITOR, reason="x")
    clock.move_to(NOON + FOUR_HOURS)
    propose_grant(actor=admins[0], user=helper, role=Role.AUDITOR, reason="x")


@pytest.mark.parametrize(
    "changes",
    [
        {"ends_at": NOON + FOUR_HOURS + SECOND},
        {"ends_at": NOON + SECOND},
        {"ends_at": None},
        {"is_emergency": False},
        {"approved_at": None, "approved_by": None},
        {"granted_by": None},
    ],
)
def test_the_database_keeps_to_four_hours_and_to_two_people(opened, changes):
    assert opened.ends_at == NOON + FOUR_HOURS
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(pk=opened.pk).update(**changes)


def test_it_is_not_approved_nor_ended_as_any_grant(admins, helper):
    grant = asked(admins, helper)
    with pytest.raises(EmergencyApart):
        approve_grant(actor=admins[1], grant_id=grant.pk)
    with pytest.raises(EmergencyApart):
        end_grant(actor=admins[1], grant_id=grant.pk, reason="x")


@pytest.mark.parametrize("closer", [0, 1])
def test_either_of_the_two_closes_it_early_and_nobody_else(opened, admins, helper, closer):
    for other in (admins[2], helper):
        with pytest.raises(NotOneOfTheTwo):
            close_emergency_access(actor=other, grant_id=opened.pk, reason="x")
    close_emergency_access(actor=admins[closer], grant_id=opened.pk, reason="Réglé")
    assert roles(helper) == frozenset()
    with pytest.raises(GrantEnded):
        close_emergency_access(actor=admins[0], grant_id=opened.pk, reason="x")


def test_a_request_is_refused_with_a_reason_and_leaves_no_report(admins, helper):
    grant = asked(admins, helper)
    with pytest.raises(ValidationError):
        close_emergency_access(actor=admins[2], grant_id=grant.pk, reason=" ")
    close_emergency_access(actor=admins[2], grant_id=grant.pk, reason="Inutile")
    with pytest.raises(GrantEnded):
        open_emergency_access(actor=admins[1], grant_id=grant.pk)
    assert not Job.objects.filter(kind="accounts.emergency_report").exists()


def run_due_jobs() -> list[int]:
    due = Job.objects.due(timezone.now()).filter(kind="accounts.emergency_report")
    return [job.pk for job in due if run_job(job.pk) is not None]


def test_the_report_is_produced_by_a_job_due_at_the_end(clock, opened):
    job = Job.objects.get(kind="accounts.emergency_report")
    assert job.due_at == NOON + FOUR_HOURS
    clock.move_to(NOON + FOUR_HOURS - SECOND)
    assert run_due_jobs() == []
    clock.move_to(NOON + FOUR_HOURS)
    assert run_due_jobs() == [job.pk]
    report = EmergencyReport.objects.get(grant=opened)
    opened.refresh_from_db()
    assert (report.produced_at, opened.ended_at) == (NOON + FOUR_HOURS, NOON + FOUR_HOURS)
    assert produce_report(grant_id=opened.pk) == report


def test_closed_early_the_report_comes_at_once_and_only_one(clock, opened, admins):
    clock.shift(SECOND)
    close_emergency_access(actor=admins[0], grant_id=opened.pk, reason="Réglé")
    assert len(run_due_jobs()) == 1
    assert EmergencyReport.objects.get(grant=opened).produced_at == NOON + SECOND
    clock.move_to(NOON + FOUR_HOURS)
    assert len(run_due_jobs()) == 1
    assert EmergencyReport.objects.filter(grant=opened).count() == 1


def test_a_job_that_runs_too_early_asks_for_the_end_again(clock, opened):
    job = Job.objects.get(kind="accounts.emergency_report")
    Job.objects.filter(pk=job.pk).update(due_at=NOON)
    run_job(job.pk)
    assert not EmergencyReport.objects.exists()
    again = Job.objects.get(kind="accounts.emergency_report", state="queued")
    assert again.due_at == NOON + FOUR_HOURS


def marked(grant: Grant) -> list[tuple[str, Any, Any]]:
    events = grant.emergency_events.order_by("pk")
    return [(event.verb, event.detail.get("path"), event.detail.get("status")) for event in events]


def test_every_request_and_every_operation_of_the_holder_is_marked(opened, helper, sample):
    client = page_of(helper)
    client.get("/projets/P-1/")
    client.get("/api/v1/commitments/")
    client.get("/habilitations/")
    client.post("/projets/P-1/modifier/", {"title": "x"})
    client.get("/health/live")
    page_of(person(Role.PORTFOLIO_DIRECTOR)).get("/projets/")
    assert marked(opened) == [
        ("emergency_request", "/projets/P-1/", 200),
        ("emergency_request", "/api/v1/commitments/", 200),
        ("emergency_request", "/habilitations/", 200),
        ("emergency_request", "/projets/P-1/modifier/", 403),
    ]
    client.get("/projets/?format=csv")
    assert [row[0] for row in marked(opened)][-2:] == ["exported", "emergency_request"]


def test_what_was_done_before_and_after_is_not_marked(clock, admins, helper, sample):
    grant = asked(admins, helper)
    client = page_of(helper)
    client.get("/projets/")
    open_emergency_access(actor=admins[1], grant_id=grant.pk)
    client.get("/projets/")
    clock.move_to(NOON + FOUR_HOURS)
    client.get("/projets/")
    assert marked(grant) == [("emergency_request", "/projets/", 200)]


def test_what_cannot_be_logged_is_not_answered(opened, helper, sample, monkeypatch):
    def broken(**_fields: Any) -> None:
        raise OSError("the log is full")

    monkeypatch.setattr(middleware, "record_request", broken)
    client = page_of(helper)
    client.raise_request_exception = False
    answer = client.get("/projets/P-1/")
    assert answer.status_code == 500
    assert "Projet un" not in answer.content.decode()


def test_the_report_counts_what_was_read_sent_refused_and_recorded(clock, opened, helper, sample):
    client = page_of(helper)
    client.get("/projets/P-1/")
    client.get("/projets/?format=csv")
    client.get("/projets/none/")
    client.post("/deconnexion/")
    clock.move_to(NOON + FOUR_HOURS)
    report = produce_report(grant_id=opened.pk)
    assert report is not None
    counts = (report.reads, report.writes, report.refusals, report.operations)
    assert counts == (2, 1, 1, 2)  # operations: the export and the log-out


def test_events_under_an_emergency_access_are_never_purged(opened, helper):
    page_of(helper).post("/deconnexion/")
    assert AuditEvent.objects.filter(verb="logout", emergency=opened).exists()
    AuditEvent.objects.update(at=NOON - dt.timedelta(days=1000))
    purge_security_events()
    assert AuditEvent.objects.filter(verb="logout", emergency=opened).exists()


def test_the_pages_lead_from_the_request_to_the_report(clock, admins, helper, sample):
    first, second = page_of(admins[0]), page_of(admins[1])
    typed = {"user": helper.pk, "role": Role.BUDGET_OFFICER, "reason": "Clôture"}
    place = first.post("/acces-urgence/nouveau/", typed).url
    grant = Grant.objects.get(is_emergency=True)
    assert place == f"/acces-urgence/{grant.pk}/"
    assert first.get(f"/habilitations/{grant.pk}/").url == place
    assert "ouvrir" not in first.get(place).content.decode()
    assert "ouvrir" in second.get(place).content.decode()
    assert first.get(f"{place}rapport/").status_code == 404
    second.post(f"{place}ouvrir/")
    holder = page_of(helper)
    for page in ("/projets/", "/compte/", "/projets/none/"):
        assert "fr-notice--warning" in holder.get(page).content.decode(), page
    assert "fr-notice--warning" not in first.get(place).content.decode()
    assert first.post(f"{place}fermer/", {"reason": ""}).status_code == 422
    first.post(f"{place}fermer/", {"reason": "Réglé"})
    run_due_jobs()
    assert "fr-notice--warning" not in holder.get("/compte/").content.decode()
    report = second.get(f"{place}rapport/").content.decode()
    for words in ("helper", "first", "second", "Clôture", "Réglé", "/projets/none/"):
        assert words in report, words


def test_auditors_and_administrators_read_the_report_and_its_csv_and_nobody_else(
    clock, opened, admins, helper, sample
):
    page_of(helper).get("/projets/P-1/")
    clock.move_to(NOON + FOUR_HOURS)
    produce_report(grant_id=opened.pk)
    url = f"/acces-urgence/{opened.pk}/rapport/"
    for reader in (admins[2], person(Role.AUDITOR)):
        assert page_of(reader).get(url).status_code == 200
        content = b"".join(page_of(reader).get(f"{url}?format=csv")).decode()
        assert "GET /projets/P-1/" in content
    for other in (helper, person(Role.PORTFOLIO_DIRECTOR), person(Role.MANAGEMENT_CONTROLLER)):
        assert page_of(other).get(url).status_code == 403
        assert page_of(other).get(f"{url}?format=csv").status_code == 403


def test_the_same_by_the_api(clock, admins, helper, sample):
    first, second, holder = page_of(admins[0]), page_of(admins[1]), page_of(helper)
    url = "/api/v1/emergency-accesses/"
    body = {"user": "helper", "role": "budget_officer", "reason": "Clôture"}
    json = "application/json"
    refused = first.post(url, body | {"role": "auditor"}, json)
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (400, "role")
    answer = first.post(url, body, json)
    assert (answer.status_code, answer.json()["state"]) == (201, "waiting")
    place = answer.headers["Location"]
    own = first.post(f"{place}open/")
    assert (own.status_code, own.json()["code"]) == (409, "same_person")
    answer = second.post(f"{place}open/").json()
    assert (answer["state"], answer["ends_at"]) == ("open", "2026-11-26T17:00:00+01:00")
    assert holder.get("/api/v1/commitments/").status_code == 200
    assert second.get(f"{place}report/").status_code == 404
    answer = second.post(f"{place}close/", {"reason": "Réglé"}, json).json()
    assert (answer["state"], answer["closed_by"]) == ("closed_early", "second")
    run_due_jobs()
    report = first.get(f"{place}report/").json()
    assert (report["reads"], report["operations"], report["access"]["opened_by"]) == (
        1,
        0,
        "second",
    )
    (line,) = report["lines"]
    assert (line["nature"], line["path"], line["status"]) == ("read", "/api/v1/commitments/", 200)
