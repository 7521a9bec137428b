"""Delegations: dated, not lent again, never wider than the grant, told in every event (§3.3, 5)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.enums import Action, Reach, Resource, Role
from accounts.exceptions import (
    DelegationBeyond,
    DelegationEnded,
    IncompatibleRoles,
    OwnGrant,
    RoleForMachines,
)
from accounts.models import Absence, AuditEvent, Delegation, Grant, User
from accounts.permissions import can, grants_of, scopes_of, scopes_of_grants
from accounts.policy import BUSINESS_ROLES
from accounts.scopes import GrantInForce
from accounts.services.audit import record_event
from accounts.services.delegations import (
    cancel_absence,
    declare_absence,
    give_delegation,
    revoke_delegation,
)
from accounts.services.grants import end_grant
from common.fiscal import today
from projects.models import PortfolioNode, Project
from tests.budgets.ledger import make_project
from tests.people import person

VALIDATE = (Action.VALIDATE, Resource.PROGRAMMING_VERSION)
DAY = dt.timedelta(days=1)


@pytest.fixture
def director(db):
    return person(Role.PORTFOLIO_DIRECTOR)


@pytest.fixture
def officer(db):
    return person(Role.BUDGET_OFFICER)


def fresh(user):
    return User.objects.get(pk=user.pk)


def lend(giver, delegate, first=0, last=0, **more):
    return give_delegation(
        actor=giver,
        grant_id=giver.grants.get().pk,
        delegate=delegate,
        valid_from=today() + first * DAY,
        valid_to=today() + last * DAY,
        **{"reason": "Congés", **more},
    )


def may(user, right=VALIDATE):
    return can(fresh(user), *right)


@pytest.mark.parametrize(
    ("first", "last", "held"), [(0, 0, True), (-5, 0, True), (0, 5, True), (1, 5, False)]
)
def test_what_is_lent_is_held_between_its_dates_bounds_included(
    director, officer, first, last, held
):
    lend(director, officer, first, last)
    assert may(officer) is held


def test_what_is_lent_is_over_the_day_after(director, officer, monkeypatch):
    lend(director, officer, -3, 0)
    assert may(officer)
    late = today() + DAY
    monkeypatch.setattr("accounts.permissions.today", lambda: late)
    assert not may(officer)


def test_days_that_are_over_are_not_lent(director, officer):
    with pytest.raises(ValidationError):
        lend(director, officer, -3, -1)


def test_revoked_by_either_it_ends_at_once_and_once(director, officer):
    given_one = lend(director, officer)
    revoke_delegation(actor=officer, delegation_id=given_one.pk)
    assert not may(officer)
    with pytest.raises(DelegationEnded):
        revoke_delegation(actor=director, delegation_id=given_one.pk)


def test_nobody_else_sees_or_revokes_it(director, officer):
    given_one = lend(director, officer)
    other = person(Role.PROJECT_MANAGER)
    with pytest.raises(Delegation.DoesNotExist):
        revoke_delegation(actor=other, delegation_id=given_one.pk)
    with pytest.raises(PermissionDenied):
        revoke_delegation(actor=person(Role.AUDITOR), delegation_id=given_one.pk)
    admin = person(Role.TECHNICAL_ADMIN)
    assert revoke_delegation(actor=admin, delegation_id=given_one.pk).revoked_by == admin


def test_it_ends_with_the_grant_that_it_lends(director, officer):
    lend(director, officer, 0, 30)
    grant = director.grants.get()
    end_grant(actor=person(Role.TECHNICAL_ADMIN), grant_id=grant.pk, reason="Départ")
    assert not may(officer)


def test_it_ends_with_the_account_of_who_lends_it(director, officer):
    lend(director, officer)
    User.objects.filter(pk=director.pk).update(is_active=False)
    assert not may(officer)


def test_what_is_lent_is_not_lent_again(director, officer):
    lend(director, officer)
    third = person(Role.BUDGET_OFFICER, username="third")
    with pytest.raises(Grant.DoesNotExist):
        give_delegation(
            actor=fresh(officer), grant_id=director.grants.get().pk, delegate=third,
            valid_from=today(), valid_to=today(), reason="Encore",
        )  # fmt: skip
    lend(fresh(officer), third)
    assert {one.behalf for one in grants_of(fresh(third))} == {None, officer.pk}
    assert not may(third)


def test_who_stands_in_grants_nothing_in_the_name_of_who_lends(director, db):
    manager = person(Role.PROJECT_MANAGER)
    lend(director, manager)
    assert may(manager)
    for action in (Action.CREATE, Action.VIEW_AS, Action.READ):
        assert not may(manager, (action, Resource.GRANT))


def test_a_part_of_the_scope_is_lent_and_no_more(db, officer):
    top = PortfolioNode.objects.create(code="N-1", name="Un")
    PortfolioNode.objects.create(code="N-1-A", name="A", parent=top)
    PortfolioNode.objects.create(code="N-2", name="Deux")
    head = person(Role.PORTFOLIO_DIRECTOR, "N-1")
    lend(head, officer, scope_code="N-1-A")
    assert scopes_of(fresh(officer), *VALIDATE).nodes == {"N-1-A"}
    for wider in ("N-2", "N-3"):
        with pytest.raises(DelegationBeyond):
            lend(head, officer, scope_code=wider)
    with pytest.raises(DelegationBeyond):
        lend(head, officer, scope_kind="nomenclature", scope_code="BOP-1")


def test_a_part_that_leaves_the_scope_of_the_giver_is_lent_no_more(db, officer):
    top, other = (PortfolioNode.objects.create(code=code, name=code) for code in ("N-1", "N-2"))
    node = PortfolioNode.objects.create(code="N-1-A", name="A", parent=top)
    lend(person(Role.PORTFOLIO_DIRECTOR, "N-1"), officer, scope_code="N-1-A")
    assert may(officer)
    node.parent = other
    node.save()
    assert not may(officer)


def test_it_lasts_no_longer_than_the_grant(director, officer):
    Grant.objects.filter(user=director).update(valid_to=today() + 3 * DAY)
    with pytest.raises(DelegationBeyond):
        lend(director, officer, 0, 4)


def test_own_projects_that_are_lent_are_those_of_who_lends_them(db):
    manager, other = (person(Role.PROJECT_MANAGER, username=name) for name in ("a", "b"))
    third = make_project("P-9", manager=person(Role.PROJECT_MANAGER, username="c"))
    mine, theirs = make_project("P-1", manager=manager), make_project("P-2", manager=other)
    lend(manager, other)
    seen = Project.objects.all().visible_to(fresh(other))
    assert set(seen) == {mine, theirs}
    assert third not in seen


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.TECHNICAL_ADMIN, Role.PARTNER])
def test_who_stands_alone_neither_lends_nor_is_lent_anything(db, director, role):
    alone = person(role, "E-1" if role == Role.PARTNER else "")
    with pytest.raises(IncompatibleRoles):
        lend(director, alone)
    with pytest.raises(IncompatibleRoles):
        lend(alone, director)


def test_nobody_lends_to_themselves_nor_to_a_machine(director, db):
    with pytest.raises(OwnGrant):
        lend(director, director)
    with pytest.raises(RoleForMachines):
        lend(director, person(Role.API_CLIENT))


def test_an_event_says_in_whose_name_it_was_done(director, officer):
    lend(director, officer)
    actor = fresh(officer)
    assert can(actor, *VALIDATE)
    assert record_event(actor=actor, verb="done").on_behalf_of == director
    assert can(actor, Action.CREATE, Resource.PROGRAMMING_VERSION)  # one's own
    assert record_event(actor=actor, verb="done").on_behalf_of is None
    assert AuditEvent.objects.get(verb="delegation_given").on_behalf_of is None


def test_grants_of_somebody_cost_one_query_with_or_without_what_is_lent(director, officer):
    def count():
        with CaptureQueriesContext(connection) as caught:
            grants_of(fresh(officer))
        return len(caught) - 1

    before = count()
    lend(director, officer)
    assert before == count() == 1


HELD = st.tuples(
    st.sampled_from([role.value for role in BUSINESS_ROLES]),
    st.just("portfolio"),
    st.sampled_from(["", "N-1", "N-2"]),
).map(lambda held: GrantInForce(*held))


@settings(max_examples=60)
@given(st.lists(HELD, max_size=3), st.lists(HELD, max_size=3))
def test_with_what_is_lent_nobody_may_more_than_both_may(own, theirs):
    lent = [one._replace(behalf=7) for one in theirs]
    for resource in Resource:
        for action in Action:
            both = scopes_of_grants([*own, *lent], action, resource)
            mine, other = (scopes_of_grants(some, action, resource) for some in (own, theirs))
            assert not both.everywhere or mine.everywhere or other.everywhere
            for reach, codes in both.codes.items():
                assert codes <= mine.codes.get(reach, set()) | other.codes.get(reach, set())
            assert set(both.lent) <= {7}
            for reach, codes in both.lent.get(7, {}).items():
                assert reach in (Reach.OWN, Reach.CONTRACT)
                assert codes <= other.codes[reach]


@pytest.mark.parametrize(
    "change",
    ["valid_to = '2099-01-01'", "delegate_id = giver_id", "reason = ''", "scope_code = 'N-9'"],
)
def test_a_delegation_is_not_changed_by_raw_sql(director, officer, change):
    lend(director, officer)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE accounts_delegation SET {change}")


def test_the_grant_of_somebody_else_is_not_lent_by_raw_sql(director, officer):
    lend(director, officer)
    third = person(Role.PROJECT_MANAGER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delegation.objects.create(
            grant=director.grants.get(), giver=officer, delegate=third, scope_kind="portfolio",
            valid_from=today(), valid_to=today(), reason="Essai",
        )  # fmt: skip


def test_an_absence_is_seen_by_its_replacement_and_gives_no_right(director, officer):
    third = person(Role.PROJECT_MANAGER)
    absence = declare_absence(actor=director, starts_on=today(), ends_on=today(), replaced_by=third)
    assert list(Absence.objects.all().visible_to(third).on(today())) == [absence]
    assert not Absence.objects.all().visible_to(person(Role.PROJECT_MANAGER, username="x"))
    assert not may(third)
    with pytest.raises(Absence.DoesNotExist):
        cancel_absence(actor=third, absence_id=absence.pk)
    cancel_absence(actor=director, absence_id=absence.pk)
    with pytest.raises(DelegationEnded):
        cancel_absence(actor=director, absence_id=absence.pk)
    assert not Absence.objects.all().on(today())
