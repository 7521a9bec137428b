"""People: who reads names, who reads accounts, who writes them; pages and REST alike."""

from __future__ import annotations

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.enums import Role
from accounts.exceptions import IdentityTaken, LastAdministrator, NotAPerson, OwnAccount
from accounts.models import AuditEvent, Identity, User
from accounts.services.clients import create_client
from accounts.services.identities import link_identity
from accounts.services.people import (
    create_person,
    reactivate_person,
    suspend_person,
    update_person,
)
from common.exceptions import StaleEdit
from tests.accounts.conftest import person

PEOPLE, API = "/utilisateurs/", "/api/v1/users/"
NAMES_ALONE = (Role.PORTFOLIO_DIRECTOR, Role.BUDGET_OFFICER)
WHOLE_ACCOUNTS = (Role.TECHNICAL_ADMIN, Role.AUDITOR)
NOTHING = (Role.PROJECT_MANAGER, Role.CONTRACT_MANAGER, Role.MANAGEMENT_CONTROLLER, Role.PARTNER)


@pytest.fixture
def ines(db) -> User:
    return person("ines", first_name="Inès", last_name="Exemple")


@pytest.mark.parametrize("role", NAMES_ALONE)
def test_some_read_names_alone(client, ines, role):
    client.force_login(person("reader", role))
    for path in (PEOPLE, f"{PEOPLE}{ines.pk}/"):
        page = client.get(path).content.decode()
        assert "Inès Exemple" in page
        assert "ines@example.org" not in page
    row = client.get(f"{API}{ines.pk}/").json()
    assert (row["first_name"], row["email"], row["last_login"]) == ("Inès", None, None)
    assert client.get(PEOPLE, {"q": "ines@"}).context["table"] == []
    assert len(client.get(PEOPLE, {"q": "exemple"}).context["table"]) == 1


@pytest.mark.parametrize("role", WHOLE_ACCOUNTS)
def test_some_read_whole_accounts(client, ines, role):
    client.force_login(person("reader", role))
    for path in (PEOPLE, f"{PEOPLE}{ines.pk}/"):
        assert "ines@example.org" in client.get(path).content.decode()
    assert client.get(f"{API}{ines.pk}/").json()["email"] == "ines@example.org"
    assert len(client.get(PEOPLE, {"q": "ines@", "state": "invited"}).context["table"]) == 1


@pytest.mark.parametrize("role", NOTHING)
def test_the_others_read_nothing(client, ines, role):
    client.force_login(person("reader", role))
    for path in (PEOPLE, f"{PEOPLE}{ines.pk}/", API, f"{API}{ines.pk}/"):
        assert client.get(path).status_code == 403


@pytest.mark.parametrize("role", [*NAMES_ALONE, Role.AUDITOR, *NOTHING])
def test_only_a_technical_administrator_writes(client, ines, role):
    client.force_login(person("reader", role))
    for name in ("person-edit", "person-invite", "person-suspend", "person-reset-factor"):
        assert client.post(reverse(f"web:{name}", args=[ines.pk])).status_code == 403
    assert client.post(reverse("web:person-create")).status_code == 403
    headers = {"If-Match": '"1"'}
    body = {"reason": "x"}
    answers = [
        client.post(API, {}, content_type="application/json"),
        client.patch(f"{API}{ines.pk}/", {}, headers=headers, content_type="application/json"),
        client.post(
            f"{API}{ines.pk}/suspend/", body, headers=headers, content_type="application/json"
        ),
    ]
    assert [answer.status_code for answer in answers] == [403] * 3


def test_a_machine_is_nobody(client, admin):
    account = create_client(name="robot", scopes=["read"]).client.account
    client.force_login(admin)
    assert client.get(f"{PEOPLE}{account.pk}/").status_code == 404
    assert client.get(f"{API}{account.pk}/").status_code == 404
    with pytest.raises(NotAPerson):
        suspend_person(actor=admin, user_id=account.pk, expected_version=1, reason="x")


def test_an_administrator_creates_and_invites_in_one_page(client, admin):
    client.force_login(admin)
    answer = client.post(
        reverse("web:person-create"),
        {"username": "Yann.B", "email": "Yann@example.org", "first_name": "Yann", "last_name": "B"},
    )
    made = User.objects.get(username="yann.b")
    assert answer["Location"] == f"{PEOPLE}{made.pk}/"
    assert mail.outbox[0].to == ["yann@example.org"]
    client.post(reverse("web:person-invite", args=[made.pk]))
    assert len(mail.outbox) == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "INES"),
        ("username", "in\u0065s"),
        ("username", "\uff49nes"),
        ("email", "INES@example.org"),
    ],
)
def test_two_spellings_of_one_name_are_one(ines, admin, field, value):
    fields = {"username": "other", "email": "other@example.org", field: value}
    with pytest.raises(ValidationError):
        create_person(actor=admin, **fields)


def test_a_stale_edit_is_refused_and_shown(client, ines, admin):
    client.force_login(admin)
    update_person(actor=admin, user_id=ines.pk, expected_version=1, changes={"last_name": "Deux"})
    with pytest.raises(StaleEdit):
        update_person(actor=admin, user_id=ines.pk, expected_version=1, changes={"last_name": "3"})
    typed = {"username": "ines", "email": "ines@example.org", "last_name": "Trois", "version": 1}
    page = client.post(reverse("web:person-edit", args=[ines.pk]), typed)
    assert page.status_code == 422
    assert [line.saved for line in page.context["comparison"] if line.differs][:2]
    again = client.post(reverse("web:person-edit", args=[ines.pk]), typed | {"version": 2})
    assert again.status_code == 302


def test_suspension_asks_for_a_reason_and_is_undone(client, ines, admin):
    client.force_login(admin)
    url = reverse("web:person-suspend", args=[ines.pk])
    assert client.post(url, {"version": 1, "reason": " "}).status_code == 422
    assert client.post(url, {"version": 1, "reason": "Départ"}).status_code == 302
    assert "Départ" in client.get(f"{PEOPLE}{ines.pk}/").content.decode()
    reactivate_person(actor=admin, user_id=ines.pk, expected_version=2, reason="Retour")
    ines.refresh_from_db()
    assert (ines.is_active, ines.suspended_at, ines.version) == (True, None, 3)
    assert {"suspended", "reactivated"} <= set(AuditEvent.objects.values_list("verb", flat=True))


def test_nobody_suspends_themselves_nor_the_last_administrator(admin, ines):
    with pytest.raises(OwnAccount):
        suspend_person(actor=admin, user_id=admin.pk, expected_version=1, reason="x")
    with pytest.raises(LastAdministrator):
        suspend_person(actor=ines, user_id=admin.pk, expected_version=1, reason="x")
    second = person("second", Role.TECHNICAL_ADMIN)
    assert not suspend_person(
        actor=second, user_id=admin.pk, expected_version=1, reason="x"
    ).is_active


def test_the_api_creates_edits_and_suspends_with_the_version(client, admin):
    client.force_login(admin)
    json = {"content_type": "application/json"}
    made = client.post(
        API, {"username": "Zoé", "email": "zoe@example.org", "first_name": "Zoé"}, **json
    )
    assert (made.status_code, made.json()["username"], made["ETag"]) == (201, "zoé", '"1"')
    url = made["Location"]
    assert client.patch(url, {"last_name": "Z"}, **json).status_code == 428
    edited = client.patch(url, {"last_name": "Z"}, headers={"If-Match": '"1"'}, **json)
    assert (edited.status_code, edited["ETag"]) == (200, '"2"')
    stale = client.patch(url, {"last_name": "Y"}, headers={"If-Match": '"1"'}, **json)
    assert stale.status_code == 412
    unknown = client.patch(url, {"is_superuser": True}, headers={"If-Match": '"2"'}, **json)
    assert unknown.status_code == 400
    closed = client.post(f"{url}suspend/", {"reason": "x"}, headers={"If-Match": '"2"'}, **json)
    assert (closed.status_code, closed.json()["is_active"]) == (200, False)
    opened = client.post(f"{url}reactivate/", {"reason": "y"}, headers={"If-Match": '"3"'}, **json)
    assert opened.json()["is_active"] is True
    assert client.post(f"{url}invite/").status_code == 200
    taken = client.post(API, {"username": "zoe2", "email": "ZOE@example.org"}, **json)
    assert taken.status_code == 400
    assert len(client.get(API, {"search": "Zoé"}).json()["results"]) == 1


def test_an_administrator_links_and_unlinks_an_identity(client, ines, admin, settings):
    client.force_login(admin)
    url = reverse("web:person-link", args=[ines.pk])
    assert client.post(url, {"subject": "s-1"}).status_code == 404  # no provider
    settings.OIDC_ISSUER = "https://provider.example"
    assert client.post(url, {"subject": "s-1"}).status_code == 302
    assert client.post(url, {"subject": "s-2"}).status_code == 422
    identity = Identity.objects.get()
    assert (identity.user, identity.linked_by) == (ines, admin)
    with pytest.raises(IdentityTaken):
        link_identity(actor=admin, user=admin, issuer=identity.issuer, subject="s-1")
    client.post(reverse("web:person-unlink", args=[ines.pk, identity.pk]))
    assert not Identity.objects.exists()
