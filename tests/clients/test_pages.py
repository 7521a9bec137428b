"""Pages of the accesses: a secret shown once, versions kept, the rights of the policy."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.enums import ClientState, Role
from accounts.models import Grant, MachineClient, User
from accounts.services.clients import create_client
from accounts.services.grants import approve_grant, end_grant, establish_grant
from common.fiscal import add_months, today


def person(name: str, role: Role | None) -> User:
    user = User.objects.create_user(username=name, password="secret-of-tests")
    if role:
        establish_grant(user=user, role=role, valid_from=dt.date(2020, 1, 1))
    return user


def log_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def admin(db):
    return person("administrator", Role.TECHNICAL_ADMIN)


@pytest.fixture
def visitor(admin, settings):
    settings.SECOND_FACTOR_ROLES = ()
    return log_in(admin)


@pytest.fixture
def access(node):
    return create_client(name="Entrepôt", scopes=["read"], scope_code="DNE")


def typed(admin, **changes):
    return {
        "name": "Entrepôt",
        "scopes": ["read"],
        "scope_code": "DNE",
        "ends_on": today().strftime("%d/%m/%Y"),
        "networks": "192.0.2.0/24\n2001:db8::1",
        "contact": admin.pk,
        **changes,
    }


def test_the_secret_is_shown_once_and_nowhere_else(visitor, admin, node):
    answer = visitor.post(reverse("web:client-create"), typed(admin))
    assert answer.status_code == 200, answer.content
    assert "no-store" in answer.headers["Cache-Control"]
    client = MachineClient.objects.get()
    new = answer.context["new"]
    assert new.secret in answer.content.decode()
    assert client.networks == ["192.0.2.0/24", "2001:db8::1/128"]
    for name in ("client", "client-edit", "client-rotate", "client-revoke"):
        shown = visitor.get(reverse(f"web:{name}", args=[client.pk]))
        assert shown.status_code == 200, name
        assert new.secret not in shown.content.decode()
    assert new.secret not in visitor.get(reverse("web:clients")).content.decode()


def test_the_form_proposes_reading_for_a_year(visitor):
    form = visitor.get(reverse("web:client-create")).context["form"]
    assert form["scopes"].initial == ["read"]
    assert form["ends_on"].initial == add_months(today(), 12)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"scopes": []}, "scopes"),
        ({"ends_on": "01/01/2090"}, "ends_on"),
        ({"networks": "10.0.0.1/8"}, "networks"),
        ({"contact": ""}, "contact"),
        ({"scope_code": "nowhere"}, "scope_code"),
    ],
)
def test_what_is_wrong_is_said_on_its_field(visitor, admin, node, changes, field):
    answer = visitor.post(reverse("web:client-create"), typed(admin, **changes))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not MachineClient.objects.exists()


def test_a_stale_edit_shows_both_versions_and_loses_nothing(visitor, admin, access):
    url = reverse("web:client-edit", args=[access.client.pk])
    first = visitor.post(url, typed(admin, name="Premier", version=1))
    assert first.status_code == 302
    second = visitor.post(url, typed(admin, name="Second", version=1))
    assert second.status_code == 422
    html = second.content.decode()
    assert "Premier" in html
    assert 'value="Second"' in html
    again = visitor.post(
        url, typed(admin, name="Second", version=second.context["form"]["version"].value())
    )
    assert again.status_code == 302
    assert MachineClient.objects.get().name == "Second"


def test_an_access_waits_until_a_second_person_approves_its_role(visitor, admin, node):
    second = person("second", Role.TECHNICAL_ADMIN)
    visitor.post(reverse("web:client-create"), typed(admin))
    client = MachineClient.objects.get()
    pages = [reverse("web:clients"), reverse("web:client", args=[client.pk])]

    def states() -> set[ClientState]:
        with translation.override("fr"):
            words = {state: str(state.label) for state in ClientState}
        contents = [visitor.get(page).content.decode() for page in pages]
        return {state for state, word in words.items() if all(f">{word}<" in c for c in contents)}

    assert states() == {ClientState.WAITING}
    grant = Grant.objects.get(user=client.account)
    approve_grant(actor=second, grant_id=grant.pk)
    assert states() == {ClientState.ACTIVE}
    end_grant(actor=second, grant_id=grant.pk, reason="Fin")
    assert states() == {ClientState.NO_ROLE}


def test_a_secret_is_renewed_with_an_overlap(visitor, access):
    url = reverse("web:client-rotate", args=[access.client.pk])
    answer = visitor.post(url, {"version": 1, "overlap_hours": "8"})
    assert answer.status_code == 200
    assert answer.context["new"].secret != access.secret
    assert MachineClient.objects.get().has_former_secret


def test_a_revocation_needs_no_version(visitor, access):
    url = reverse("web:client-revoke", args=[access.client.pk])
    assert visitor.post(url).status_code == 302
    assert MachineClient.objects.get().revoked_at is not None
    shown = visitor.get(reverse("web:client", args=[access.client.pk]))
    assert not shown.context["may_edit"]


def test_who_reads_and_who_decides(access, settings):
    settings.SECOND_FACTOR_ROLES = ()
    pk = access.client.pk
    auditor = log_in(person("auditor", Role.AUDITOR))
    assert auditor.get(reverse("web:client", args=[pk])).status_code == 200
    for name in ("client-edit", "client-rotate", "client-revoke"):
        assert auditor.get(reverse(f"web:{name}", args=[pk])).status_code == 403
    assert auditor.get(reverse("web:client-create")).status_code == 403
    director = log_in(person("a-director", Role.PORTFOLIO_DIRECTOR))
    for address in (reverse("web:clients"), reverse("web:client", args=[pk])):
        assert director.get(address).status_code == 403
    assert Client().get(reverse("web:clients")).status_code == 302


def test_everybody_reads_the_documentation_and_its_code_can_be_reached_by_keyboard(db):
    html = log_in(person("somebody", None)).get("/api/").content.decode()
    assert html.count('<pre class="pf-code" tabindex="0"') == html.count("<pre") >= 6
    for word in ("curl", "requests", "httr2", "Web.Contents", "RateLimit-Limit", "projects:write"):
        assert word in html
    assert "http://testserver/api/v1/projects/" in html
    assert Client().get("/api/").status_code == 302
