"""Personal data: exported for oneself, made anonymous for leavers, purged after a year."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.enums import Role
from accounts.exceptions import AlreadyPseudonymised, StillActive
from accounts.models import AuditEvent, Preferences, SavedView, User
from accounts.services.audit import record_event
from accounts.services.grants import establish_grant
from accounts.services.people import reactivate_person, suspend_person
from accounts.services.preferences import keep_preferences
from accounts.services.pseudonyms import pseudonymise_user
from accounts.services.retention import purge_security_events
from accounts.services.saved_views import save_view
from jobs.models import Job
from projects.models import Project
from tests.samples import Sample
from web.personal.retention import request_purge
from web.personal.selectors import keys_to_people, personal_data


@pytest.fixture
def admin(db: None) -> User:
    """A technical administrator."""
    user = User.objects.create_user(username="admin", password="secret-of-tests")
    establish_grant(user=user, role=Role.TECHNICAL_ADMIN)
    return user


def of(user: User) -> Client:
    """A browser in which a person is logged in."""
    client = Client()
    client.force_login(user)
    return client


def leaver(manager: User) -> User:
    """A suspended person who left traces."""
    User.objects.filter(pk=manager.pk).update(
        first_name="Paule", last_name="Martin", email="paule.martin@example.org"
    )
    manager.refresh_from_db()
    keep_preferences(actor=manager, unit="keur")
    save_view(actor=manager, list_name="/projets/", name="V", query="q=x")
    record_event(actor=manager, verb="exported", object_kind="projects")
    record_event(
        actor=None, verb="suspended", object_kind="user", object_code="manager",
        detail={"name": "Paule Martin", "rows": ["manager", 3]},
    )  # fmt: skip
    manager.refresh_from_db()
    return suspend_person(
        actor=None, user_id=manager.pk, expected_version=manager.version, reason="Paule est partie"
    )


def test_a_person_reads_and_exports_their_own_data(sample: Sample, manager: User) -> None:
    page = of(manager).get(f"/administration/personnes/{manager.pk}/donnees/")
    assert page.status_code == 200
    answer = of(manager).get(f"/administration/personnes/{manager.pk}/donnees/?format=json")
    assert "attachment" in answer.headers["Content-Disposition"]
    data = json.loads(answer.content)
    assert data["account"]["username"] == "manager"
    assert data["grants"][0]["role"] == Role.PROJECT_MANAGER
    managed = [line for line in data["written"] if "P-1" in line["rows"]]
    assert managed[0]["count"] == Project.objects.filter(manager=manager).count()
    assert AuditEvent.objects.filter(verb="exported", object_kind="person").count() == 2


@pytest.mark.parametrize("reader", ["director", "controller", "stranger"])
def test_nobody_else_reads_it_but_who_administers_accounts(
    request: Any, manager: User, admin: User, reader: str
) -> None:
    url = f"/administration/personnes/{manager.pk}/donnees/"
    assert of(request.getfixturevalue(reader)).get(url).status_code == 404
    assert of(request.getfixturevalue(reader)).get(f"{url}?format=json").status_code == 404
    assert of(admin).get(url).status_code == 200


def test_the_export_holds_no_secret(manager: User) -> None:
    text = json.dumps(personal_data(manager))
    assert manager.password not in text
    assert "password" not in text


def test_every_key_to_a_person_is_in_the_export() -> None:
    named = {(model._meta.label, field) for model, field in keys_to_people()}
    assert ("projects.Project", "manager") in named
    assert ("partners.Contract", "manager") in named
    assert ("budgets.Payment", "recorded_by") in named
    assert ("accounts.Grant", "granted_by") not in named


def test_a_leaver_keeps_no_name_and_what_they_wrote_stays(sample: Sample, manager: User) -> None:
    person = leaver(manager)
    pseudonymise_user(actor=None, user=person)
    person.refresh_from_db()
    assert person.username == f"parti-{person.pk}"
    assert (person.first_name, person.last_name, person.email) == ("", "", "")
    assert not person.has_usable_password()
    assert Project.objects.get(code="P-1").manager == person
    assert not Preferences.objects.exists()
    assert not SavedView.objects.exists()
    everything = json.dumps(
        [*AuditEvent.objects.values("object_code", "detail"), personal_data(person)], default=str
    )
    for name in ("Paule", "Martin", '"manager"'):
        assert name not in everything
    assert AuditEvent.objects.filter(actor=person, verb="exported").exists()


def test_only_a_suspended_account_is_pseudonymised_once_and_for_ever(manager: User) -> None:
    with pytest.raises(StillActive):
        pseudonymise_user(actor=None, user=manager)
    person = pseudonymise_user(actor=None, user=leaver(manager))
    with pytest.raises(AlreadyPseudonymised):
        pseudonymise_user(actor=None, user=person)
    with pytest.raises(AlreadyPseudonymised):
        reactivate_person(
            actor=None, user_id=person.pk, expected_version=person.version, reason="retour"
        )


def test_the_page_wants_the_user_name_typed(manager: User, admin: User, director: User) -> None:
    person = leaver(manager)
    url = f"/administration/personnes/{person.pk}/pseudonymiser/"
    assert of(director).get(url).status_code == 404
    assert of(person).get(url).status_code == 302
    client = of(admin)
    assert client.post(url, {"confirmation": "autre"}).status_code == 422
    assert client.post(url, {"confirmation": "manager"}).status_code == 302
    person.refresh_from_db()
    assert person.pseudonymised_at is not None


def test_security_events_go_after_a_year_and_one_event_says_so(manager: User) -> None:
    old = timezone.now() - dt.timedelta(days=400)
    for verb in ("login_failed", "refused", "refused", "granted"):
        event = record_event(actor=manager, verb=verb)
        AuditEvent.objects.filter(pk=event.pk).update(at=old)
    record_event(actor=manager, verb="refused")
    assert purge_security_events() == 3
    kept = AuditEvent.objects.exclude(verb__in=["purged", "grant_established"])
    assert sorted(kept.values_list("verb", flat=True)) == ["granted", "refused"]
    summary = AuditEvent.objects.get(verb="purged")
    assert summary.detail["purged"] == {"login_failed": 1, "refused": 2}
    assert purge_security_events() == 0
    call_command("purge_security_events", verbosity=0)


def test_the_purge_is_a_daily_job(db: None, after_commit: Any) -> None:
    with after_commit():
        job = request_purge(dt.date(2026, 11, 26))
    assert Job.objects.get(pk=job.pk).state == "succeeded"
