"""Pages of the grants, « voir comme », administration and the audit log."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import AuditEvent, Grant, User
from accounts.services.audit import record_event
from accounts.services.grants import end_grant
from projects.models import Project
from tests.people import person

pytestmark = pytest.mark.django_db


def client_for(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def first():
    return client_for(person(Role.TECHNICAL_ADMIN, username="first"))


@pytest.fixture
def second():
    return client_for(person(Role.TECHNICAL_ADMIN, username="second"))


def test_a_grant_goes_from_one_administrator_to_the_other(first, second):
    newcomer = User.objects.create_user("newcomer")
    sent = first.post(
        "/habilitations/nouvelle/", {"user": newcomer.pk, "role": "auditor", "reason": "Audit"}
    )
    grant = Grant.objects.get(user=newcomer)
    assert sent.url == f"/habilitations/{grant.pk}/"
    assert "approuver" not in first.get(sent.url).content.decode()
    assert "approuver" in second.get(sent.url).content.decode()
    first.post(f"{sent.url}approuver/")
    grant.refresh_from_db()
    assert grant.approved_at is None
    second.post(f"{sent.url}approuver/")
    grant.refresh_from_db()
    assert grant.approved_by.username == "second"
    assert first.post(f"{sent.url}terminer/", {"reason": ""}).status_code == 422
    first.post(f"{sent.url}terminer/", {"reason": "Fin de mission"})
    grant.refresh_from_db()
    assert grant.end_reason == "Fin de mission"


def test_the_form_says_why_roles_do_not_go_together(first):
    auditor = person(Role.AUDITOR)
    answer = first.post(
        "/habilitations/nouvelle/", {"user": auditor.pk, "role": "project_manager", "reason": "x"}
    )
    assert answer.status_code == 422
    assert Grant.objects.filter(user=auditor).count() == 1


def test_the_list_is_filtered_by_state(first):
    waiting = User.objects.create_user("zoe")
    first.post("/habilitations/nouvelle/", {"user": waiting.pk, "role": "auditor", "reason": "x"})
    shown = first.get("/habilitations/?state=pending").content.decode()
    assert ">zoe</a>" in shown
    assert ">zoe</a>" not in first.get("/habilitations/?state=current").content.decode()


def test_a_director_sees_the_site_as_a_manager_read_only(project):
    manager = person(Role.PROJECT_MANAGER, username="manager")
    director = person(Role.PORTFOLIO_DIRECTOR, username="director")
    Project.objects.update(manager=manager)
    Project.objects.create(code="P-2", title="Autre", normalised_title="autre", node=project.node)
    client = client_for(director)
    assert client.get("/projets/P-2/").status_code == 200
    begun = client.post("/habilitations/personnes/manager/")
    assert begun.status_code == 302
    first_page = client.get(begun.url, follow=True).content.decode()
    assert first_page.count("Vous voyez le site") == 1
    page = client.get("/projets/").content.decode()
    assert "fin-de-vue" in page
    assert "P-1" in page
    assert client.get("/projets/P-2/").status_code == 404
    assert client.get("/projets/?format=csv").status_code == 403
    assert client.post("/projets/P-1/modifier/", {"title": "x"}).status_code == 403
    event = AuditEvent.objects.get(verb="viewing_as")
    assert (event.actor, event.object_code) == (director, "manager")
    assert client.post("/habilitations/fin-de-vue/").status_code == 302
    assert client.get("/projets/P-2/").status_code == 200


def test_the_view_ends_with_the_grant_that_gives_it(project):
    manager = person(Role.PROJECT_MANAGER, username="manager")
    director = person(Role.PORTFOLIO_DIRECTOR, username="director")
    client = client_for(director)
    client.post("/habilitations/personnes/manager/")
    assert "fin-de-vue" in client.get("/").content.decode()
    grant = Grant.objects.get(user=director)
    end_grant(actor=manager, grant_id=grant.pk, reason="x")
    assert "fin-de-vue" not in client.get("/").content.decode()


def test_an_administrator_reads_the_rights_but_not_the_pages_of_a_manager(first):
    person(Role.PROJECT_MANAGER, username="manager")
    page = first.get("/habilitations/personnes/manager/")
    assert page.status_code == 200
    assert 'class="fr-btn fr-btn--sm" type="submit"' not in page.content.decode()
    assert first.post("/habilitations/personnes/manager/").status_code == 403


def test_home_leads_to_the_work_of_who_reads_no_project(first, sample):
    partner = client_for(person(Role.PARTNER, sample.contract.holder.code))
    assert partner.get("/").url == "/projets-partages/"
    shared = partner.get("/projets-partages/").content.decode()
    assert "P-1" in shared
    assert "P-2" not in shared
    assert "700" not in partner.get("/projets-partages/P-1/").content.decode()
    assert partner.get("/projets-partages/P-2/").status_code == 404
    assert first.get("/").status_code in (200, 302)


def test_a_section_that_one_cannot_open_is_absent_from_the_menu(first, project):
    menu = first.get("/administration/").content.decode()
    assert 'href="/projets/"' not in menu
    assert 'href="/habilitations/"' in menu
    manager = client_for(person(Role.PROJECT_MANAGER))
    assert 'href="/projets/"' in manager.get("/").content.decode()


def test_the_log_shows_everything_to_an_auditor_technical_events_to_an_administrator(first):
    writer = person(Role.PROJECT_MANAGER)
    record_event(actor=writer, verb="edited", object_kind="project", object_code="P-SECRET")
    record_event(actor=writer, verb="logged_in", object_kind="session", object_code="S-SHOWN")
    seen = {
        name: client.get("/administration/journal/").content.decode()
        for name, client in (
            ("auditor", client_for(person(Role.AUDITOR))),
            ("admin", first),
            ("writer", client_for(writer)),
            ("other", client_for(person(Role.BUDGET_OFFICER))),
        )
    }
    assert {name for name, page in seen.items() if "P-SECRET" in page} == {"auditor", "writer"}
    assert {name for name, page in seen.items() if "S-SHOWN" in page} == {
        "auditor",
        "admin",
        "writer",
    }
