"""Tell who has to act of a step that was taken: few people, and each once."""

from __future__ import annotations

from accounts.models import Grant
from budgets.enums import StepVerb
from budgets.models import ProgrammingFile, ProgrammingStep, ProgrammingVersion
from budgets.rules.rounds import holder_of_version, is_given
from budgets.services.round_content import steps_of
from common.fiscal import today
from records.enums import Event
from records.services.notifications import notify
from records.services.people import active_people


def tell_file(step: ProgrammingStep, file: ProgrammingFile) -> None:
    """Tell the manager of a project that their file came back.

    Who examines and arbitrates hundreds of files looks at those that they hold in their page.
    """
    if step.verb != StepVerb.RETURN or file.project.manager is None:
        return
    notify(
        event=Event.WAITS,
        kind="programming_file",
        code=str(file.pk),
        key=f"step-{step.pk}",
        people=[file.project.manager],
        actor=step.actor,
    )


def tell_version(step: ProgrammingStep, version: ProgrammingVersion) -> None:
    """Tell those who hold the role that has to act on a version; nobody once it is archived."""
    own = [one for one in steps_of(version.pk) if one.project is None]
    is_attested = is_given(own, step.content_digest, StepVerb.ATTEST)
    holder = holder_of_version(version.state, is_attested=is_attested)
    held = Grant.objects.active_on(today()).filter(role=holder).values("user_id")
    notify(
        event=Event.WAITS,
        kind="programming_version",
        code=str(version.pk),
        key=f"step-{step.pk}",
        people=active_people().filter(pk__in=held) if holder else [],
        actor=step.actor,
    )
