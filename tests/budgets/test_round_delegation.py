"""Steps taken for somebody else: written down, and two pairs of eyes stay two (§3.3, 1 and 5)."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AuditEvent, User
from accounts.services.delegations import give_delegation, revoke_delegation
from budgets.exceptions import OwnSubmission
from budgets.models import ProgrammingStep
from common.fiscal import today
from projects.models import Project
from tests.budgets.rounds import make_round
from tests.people import person


@pytest.fixture
def held(db):
    return make_round()


def lend(giver, delegate):
    return give_delegation(
        actor=giver, grant_id=giver.grants.get().pk, delegate=delegate, valid_from=today(),
        valid_to=today(), reason="Congés",
    )  # fmt: skip


def fresh(user):
    return User.objects.get(pk=user.pk)


def test_a_step_of_a_delegate_says_for_whom_it_is_taken(held):
    deputy = person(Role.MANAGEMENT_CONTROLLER, username="stand-in")
    first, _second = held.projects
    held.step("submit", "manager", first)
    with pytest.raises(PermissionDenied):
        held.step("arbitrate", deputy, first)
    lend(held.people["director"], deputy)
    step = held.step("arbitrate", fresh(deputy), first)
    assert (step.actor, step.on_behalf_of) == (deputy, held.people["director"])
    event = AuditEvent.objects.get(verb="step_arbitrate")
    assert (event.actor, event.on_behalf_of) == (deputy, held.people["director"])


def test_what_one_may_in_person_is_done_in_person(held):
    lend(held.people["officer"], held.people["deputy"])
    first, _second = held.projects
    step = held.step("submit", fresh(held.people["deputy"]), first)
    assert step.on_behalf_of is None


def test_own_projects_are_submitted_in_the_name_of_their_manager(held):
    other = person(Role.PROJECT_MANAGER, username="colleague")
    lend(held.people["manager"], other)
    step = held.step("submit", fresh(other), held.projects[0])
    assert step.on_behalf_of == held.people["manager"]


def test_nobody_approves_what_the_person_they_act_for_submitted(held):
    held.step("submit", "officer", held.projects[0])
    lend(held.people["officer"], held.people["director"])
    with pytest.raises(OwnSubmission):
        held.step("arbitrate", fresh(held.people["director"]), held.projects[0])


def test_nor_does_that_person_approve_what_was_submitted_for_them(held):
    director = held.people["director"]
    other = person(Role.PROJECT_MANAGER, username="colleague")
    lend(director, other)
    step = held.step("submit", fresh(other), held.projects[0])
    assert step.on_behalf_of == director
    with pytest.raises(OwnSubmission):
        held.step("arbitrate", director, held.projects[0])


def test_a_delegation_that_is_revoked_takes_no_step_any_more(held):
    deputy = person(Role.MANAGEMENT_CONTROLLER, username="stand-in")
    given_one = lend(held.people["director"], deputy)
    held.step("submit", "manager", held.projects[0])
    revoke_delegation(actor=held.people["director"], delegation_id=given_one.pk)
    with pytest.raises(PermissionDenied):
        held.step("arbitrate", fresh(deputy), held.projects[0])


def test_an_edit_says_in_whose_name_its_lines_are_written_own_rights_first(held):
    first, second = held.lines
    other = person(Role.PROJECT_MANAGER, username="colleague")
    Project.objects.filter(pk=second.project_id).update(manager=other)
    lend(held.people["manager"], other)
    held.people["colleague"] = fresh(other)
    held.edit("colleague", second, "90")
    held.edit("colleague", first, "90")
    told = AuditEvent.objects.filter(verb="cells_edited").order_by("pk")
    assert [event.on_behalf_of for event in told] == [None, held.people["manager"]]


def test_the_trigger_counts_both_persons_of_a_step(held):
    first, _second = held.projects
    other = person(Role.PROJECT_MANAGER, username="colleague")
    lend(held.people["manager"], other)
    submitted = held.step("submit", fresh(other), first)
    for actor, name in (
        (held.people["manager"], None), (other, None), (held.people["director"], other),
        (held.people["director"], held.people["manager"]),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            ProgrammingStep.objects.create(
                programming_version=held.version, project=first, verb="arbitrate",
                from_state="submitted", to_state="arbitrated", actor=actor, on_behalf_of=name,
                at=timezone.now(), content_digest=submitted.content_digest,
            )  # fmt: skip
