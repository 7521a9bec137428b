"""The programming of record of the demonstration: the exercise under way, by its steps."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from budgets.enums import StepVerb, VersionBasis, VersionKind
from budgets.models import ProgrammingFile, ProgrammingVersion
from budgets.services.programming_versions import create_version
from budgets.services.rounds import FileStep, take_step, take_steps
from common.models import DataOrigin
from web.demo.accounts import CONTROLLER, DIRECTOR, OFFICER
from web.demo.ledger import LAST_YEAR

# The distribution of credits (DRICE) of the example is not recorded: rule R-09 compares with it.
_OVERRIDE = "DRICE non enregistrée dans l'exemple"
_FILES = ((StepVerb.SUBMIT, OFFICER), (StepVerb.ARBITRATE, DIRECTOR))
_VERSION = (
    (StepVerb.SUBMIT, OFFICER),
    (StepVerb.ARBITRATE, DIRECTOR),
    (StepVerb.ATTEST, CONTROLLER),
    (StepVerb.VALIDATE, DIRECTOR),
    (StepVerb.NOTIFY, OFFICER),
)


def put_on_record() -> None:
    """Start the initial programming of the exercise under way from its conference, and bring it
    to the budget controller: who submits, arbitrates and attests are three persons.
    """
    people = {user.username: user for user in User.objects.filter(
        username__in=(OFFICER, DIRECTOR, CONTROLLER)
    )}  # fmt: skip
    former = ProgrammingVersion.objects.get(
        fiscal_year=LAST_YEAR, data_origin=DataOrigin.FICTITIOUS, kind=VersionKind.CONFERENCE
    )
    version = create_version(
        actor=people[OFFICER], fiscal_year=LAST_YEAR, kind=VersionKind.INITIAL,
        basis=VersionBasis.VERSION, former=former, label="Programmation initiale (exemple)",
        data_on=dt.date(LAST_YEAR, 1, 31), data_origin=former.data_origin,
    )  # fmt: skip
    for verb, who in _FILES:
        files = ProgrammingFile.objects.filter(programming_version=version).order_by("pk")
        moved = [
            FileStep(project_id=project, expected_version=seen)
            for project, seen in files.values_list("project_id", "version")
        ]
        for done in take_steps(actor=people[who], version_id=version.pk, verb=verb, files=moved):
            if done.error:
                raise done.error
    for verb, who in _VERSION:
        version.refresh_from_db()
        take_step(
            actor=people[who], version_id=version.pk, verb=verb,
            expected_version=version.version,
            override_reason=_OVERRIDE if verb == StepVerb.VALIDATE else "",
        )  # fmt: skip
