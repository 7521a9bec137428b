"""Grants: proposed by one person, approved by another, refused where the rule says so."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.enums import Role, ScopeKind
from accounts.exceptions import (
    GrantBeyondReach,
    GrantEnded,
    IncompatibleRoles,
    OwnGrant,
    RoleForMachines,
    SamePerson,
)
from accounts.models import AuditEvent, Grant, User
from accounts.permissions import covers, roles_of
from accounts.services.grants import approve_grant, end_grant, establish_grant, propose_grant
from projects.models import PortfolioNode
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def admins():
    return person(Role.TECHNICAL_ADMIN, username="first"), person(
        Role.TECHNICAL_ADMIN, username="second"
    )


@pytest.fixture
def newcomer():
    return User.objects.create_user("newcomer")


def roles(user):
    return roles_of(User.objects.get(pk=user.pk))


def test_a_grant_is_in_force_once_a_second_person_approved_it(admins, newcomer):
    first, second = admins
    grant = propose_grant(actor=first, user=newcomer, role=Role.AUDITOR, reason="Audit annuel")
    assert roles(newcomer) == frozenset()
    approve_grant(actor=second, grant_id=grant.pk)
    assert roles(newcomer) == {Role.AUDITOR}
    verbs = AuditEvent.objects.filter(object_kind="grant", object_code="newcomer")
    assert set(verbs.values_list("verb", flat=True)) == {"grant_proposed", "grant_approved"}


def test_neither_the_author_nor_the_one_concerned_approves(admins, newcomer):
    first, second = admins
    grant = propose_grant(actor=first, user=newcomer, role=Role.AUDITOR, reason="x")
    with pytest.raises(SamePerson):
        approve_grant(actor=first, grant_id=grant.pk)
    own = propose_grant(actor=first, user=second, role=Role.TECHNICAL_ADMIN, reason="x")
    with pytest.raises(SamePerson):
        approve_grant(actor=second, grant_id=own.pk)


def test_nobody_grants_to_themselves(admins):
    with pytest.raises(OwnGrant):
        propose_grant(actor=admins[0], user=admins[0], role=Role.AUDITOR, reason="x")


@pytest.mark.parametrize("field", ["granted_by", "approved_by"])
def test_the_database_refuses_a_grant_that_breaks_the_second_person(admins, newcomer, field):
    first, second = admins
    fields = {"granted_by": first, "approved_by": second, "approved_at": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.bulk_create(
            [
                Grant(
                    user=newcomer,
                    role=Role.AUDITOR,
                    valid_from=dt.date(2026, 1, 1),
                    **(fields | {field: newcomer}),
                )
            ]
        )


def test_the_database_refuses_an_author_who_approves_and_an_approval_by_nobody(admins, newcomer):
    first, _second = admins
    for approved_by in (first, None):
        grant = Grant(
            user=newcomer,
            role=Role.AUDITOR,
            valid_from=dt.date(2026, 1, 1),
            granted_by=first,
            approved_by=approved_by,
            approved_at=timezone.now(),
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            Grant.objects.bulk_create([grant])


@pytest.mark.parametrize(
    ("held", "asked"),
    [
        (Role.TECHNICAL_ADMIN, Role.PROJECT_MANAGER),
        (Role.AUDITOR, Role.BUDGET_OFFICER),
        (Role.PARTNER, Role.CONTRACT_MANAGER),
        (Role.MANAGEMENT_CONTROLLER, Role.AUDITOR),
        (Role.PORTFOLIO_DIRECTOR, Role.TECHNICAL_ADMIN),
    ],
)
def test_incompatible_roles_are_refused_even_while_one_waits(admins, newcomer, held, asked):
    if held == Role.PARTNER:
        establish_grant(user=newcomer, role=held, scope_code="EX-1")
    else:
        propose_grant(actor=admins[0], user=newcomer, role=held, reason="x")
    with pytest.raises(IncompatibleRoles):
        propose_grant(actor=admins[0], user=newcomer, role=asked, reason="x")


def test_compatible_roles_are_held_together(admins, newcomer):
    for role in (Role.PROJECT_MANAGER, Role.CONTRACT_MANAGER):
        grant = propose_grant(actor=admins[0], user=newcomer, role=role, reason="x")
        approve_grant(actor=admins[1], grant_id=grant.pk)
    assert roles(newcomer) == {Role.PROJECT_MANAGER, Role.CONTRACT_MANAGER}


def test_a_revoked_grant_opens_nothing_at_once(admins, newcomer):
    grant = propose_grant(actor=admins[0], user=newcomer, role=Role.AUDITOR, reason="x")
    approve_grant(actor=admins[1], grant_id=grant.pk)
    end_grant(actor=admins[0], grant_id=grant.pk, reason="Départ")
    assert roles(newcomer) == frozenset()
    with pytest.raises(GrantEnded):
        end_grant(actor=admins[0], grant_id=grant.pk, reason="Encore")
    with pytest.raises(GrantEnded):
        approve_grant(actor=admins[1], grant_id=grant.pk)


def test_a_grant_holds_between_its_dates(newcomer):
    establish_grant(
        user=newcomer,
        role=Role.AUDITOR,
        valid_from=dt.date(2020, 1, 1),
        valid_to=dt.date(2020, 12, 31),
    )
    assert roles(newcomer) == frozenset()


def test_a_director_proposes_inside_the_own_portfolio_alone(node, newcomer):
    inside = PortfolioNode.objects.create(code="IN", name="In", kind="programme", parent=node)
    PortfolioNode.objects.create(code="OUT", name="Out", kind="portfolio")
    director = person(Role.PORTFOLIO_DIRECTOR, node.code)
    propose_grant(
        actor=director, user=newcomer, role=Role.PROJECT_MANAGER, scope_code=inside.code, reason="x"
    )
    for role, scope in (
        (Role.PROJECT_MANAGER, "OUT"),
        (Role.PROJECT_MANAGER, ""),
        (Role.AUDITOR, ""),
        (Role.TECHNICAL_ADMIN, ""),
    ):
        with pytest.raises((GrantBeyondReach, IncompatibleRoles)):
            propose_grant(actor=director, user=newcomer, role=role, scope_code=scope, reason="x")


def test_a_scope_that_does_not_exist_or_that_the_role_does_not_take_is_refused(admins, newcomer):
    for fields in (
        {"role": Role.PROJECT_MANAGER, "scope_code": "NOWHERE"},
        {"role": Role.PROJECT_MANAGER, "scope_kind": ScopeKind.ENTITY, "scope_code": "X"},
        {"role": Role.AUDITOR, "scope_code": "X"},
        {"role": Role.PARTNER},
    ):
        with pytest.raises(ValidationError):
            propose_grant(actor=admins[0], user=newcomer, reason="x", **fields)


def test_a_machine_has_its_own_role_and_a_person_never_has_it(admins, newcomer):
    with pytest.raises(RoleForMachines):
        propose_grant(actor=admins[0], user=newcomer, role=Role.API_CLIENT, reason="x")
    robot = User.objects.create_user("robot", is_machine=True)
    with pytest.raises(RoleForMachines):
        propose_grant(actor=admins[0], user=robot, role=Role.AUDITOR, reason="x")


def test_one_sees_as_somebody_else_only_what_one_sees_oneself(node):
    director = person(Role.PORTFOLIO_DIRECTOR)
    of_node = person(Role.PORTFOLIO_DIRECTOR, node.code)
    manager = person(Role.PROJECT_MANAGER)
    manager_there = person(Role.PROJECT_MANAGER, node.code)
    admin = person(Role.TECHNICAL_ADMIN)
    assert covers(director, manager)
    assert covers(director, manager_there)
    assert covers(of_node, manager_there)
    assert not covers(of_node, manager)
    assert not covers(admin, manager)
    assert not covers(manager, director)
