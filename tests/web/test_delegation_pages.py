"""My delegations: a role lent by a form, told to who holds it, and the log that says for whom."""

from __future__ import annotations

import pytest

from accounts.enums import Role
from accounts.models import Absence, Delegation, User
from accounts.services.delegations import give_delegation
from common.fiscal import today
from records.models import Notification
from records.services.watch import tell_news
from tests.budgets.rounds import make_round
from tests.people import person

PLACE = "/compte/delegations/"
DAY = f"{today():%d/%m/%Y}"


@pytest.fixture
def director(db):
    return person(Role.PORTFOLIO_DIRECTOR)


@pytest.fixture
def officer(db):
    return person(Role.BUDGET_OFFICER)


def lend(giver, delegate):
    return give_delegation(
        actor=giver, grant_id=giver.grants.get().pk, delegate=delegate, valid_from=today(),
        valid_to=today(), reason="Congés",
    )  # fmt: skip


def test_a_role_is_lent_seen_by_both_and_revoked(client, director, officer):
    client.force_login(director)
    sent = {
        "grant": director.grants.get().pk, "delegate": officer.pk, "valid_from": DAY,
        "valid_to": DAY, "reason": "Congés",
    }  # fmt: skip
    assert client.post(f"{PLACE}nouvelle/", sent)["Location"] == PLACE
    lent = Delegation.objects.get()
    for who in (director, officer):
        client.force_login(who)
        assert f'data-delegation="{lent.pk}"' in client.get(PLACE).content.decode()
    assert str(director) in client.get("/compte/").content.decode()
    client.post(f"{PLACE}{lent.pk}/revoquer/")
    assert Delegation.objects.get().revoked_by == officer


def test_what_goes_beyond_the_grant_is_told_in_the_form(client, director, officer):
    client.force_login(director)
    sent = {
        "grant": director.grants.get().pk, "delegate": officer.pk, "valid_from": DAY,
        "valid_to": DAY, "reason": "Congés", "scope_code": "N-404",
    }  # fmt: skip
    assert client.post(f"{PLACE}nouvelle/", sent).status_code == 422
    assert not Delegation.objects.exists()


def test_the_role_of_somebody_else_is_not_in_the_list(client, director, officer):
    client.force_login(officer)
    sent = {
        "grant": director.grants.get().pk, "delegate": director.pk, "valid_from": DAY,
        "valid_to": DAY, "reason": "Essai",
    }  # fmt: skip
    assert client.post(f"{PLACE}nouvelle/", sent).status_code == 422


def test_an_absence_is_declared_shown_to_its_replacement_and_cancelled(client, director):
    manager = person(Role.PROJECT_MANAGER)
    client.force_login(director)
    sent = {"starts_on": DAY, "ends_on": DAY, "replaced_by": manager.pk}
    assert client.post("/compte/absences/nouvelle/", sent).status_code == 302
    absence = Absence.objects.get()
    client.force_login(manager)
    assert f'data-absence="{absence.pk}"' in client.get(PLACE).content.decode()
    assert client.post(f"/compte/absences/{absence.pk}/annuler/").status_code == 404
    client.force_login(director)
    client.post(f"/compte/absences/{absence.pk}/annuler/")
    assert Absence.objects.get().cancelled_at is not None


def test_who_is_lent_a_role_is_told_once(director, officer):
    lend(director, officer)
    tell_news()
    tell_news()
    note = Notification.objects.get(event="lent")
    assert (note.recipient, note.actor) == (officer, director)


def test_the_page_of_the_steps_and_the_log_say_for_whom(client, db):
    held = make_round()
    other = person(Role.MANAGEMENT_CONTROLLER, username="stand-in")
    lend(held.people["director"], other)
    held.step("submit", "manager", held.projects[0])
    held.step("arbitrate", User.objects.get(pk=other.pk), held.projects[0])
    client.force_login(held.people["director"])
    page = client.get(f"/budget/programmation/dossiers/{held.file(held.projects[0]).pk}/")
    name = held.people["director"]
    assert f"stand-in pour {name}" in page.content.decode()
    client.force_login(person(Role.AUDITOR))
    log = client.get("/administration/journal/?verb=step_arbitrate").content.decode()
    assert f"stand-in pour {name}" in log
