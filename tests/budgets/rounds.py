"""A round of the programming for tests: its people, two projects with a line each, its steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from accounts.enums import Role
from accounts.models import User
from budgets.enums import RANKS
from budgets.models import (
    NomenclatureNode,
    ProgrammingAmount,
    ProgrammingFile,
    ProgrammingLine,
    ProgrammingStep,
    ProgrammingVersion,
)
from budgets.rules.programming import stage_of
from budgets.services.programming_cells import CellEdit, edit_cells
from budgets.services.rounds import take_step
from projects.models import Project
from tests.budgets.ledger import make_project, make_uo
from tests.budgets.programming import make_line, make_version
from tests.people import person

# The steps that bring a file, then the version, to each state, and who takes each of them.
FILE_PATH = {
    "submitted": [("submit", "manager")],
    "arbitrated": [("submit", "manager"), ("arbitrate", "director")],
    "validated": [("submit", "manager"), ("arbitrate", "director"), ("validate", "officer")],
}
VERSION_PATH = [
    ("submit", "officer", "submitted"), ("arbitrate", "director", "arbitrated"),
    ("attest", "controller", "attested"), ("validate", "director", "validated"),
    ("notify", "officer", "notified"), ("archive", "officer", "archived"),
]  # fmt: skip


@dataclass
class Round:
    """A version with the lines of P-1 and P-2, and who takes its steps."""

    version: ProgrammingVersion
    uo: NomenclatureNode
    lines: list[ProgrammingLine]
    projects: list[Project]
    people: dict[str, User] = field(default_factory=dict)

    def step(self, verb: str, who: Any, project: Any = None, **more: Any) -> ProgrammingStep:
        """Take a step now, on what stands; `who` is a name of `people` or a person."""
        target: Any = self.version if project is None else self.file(project)
        target.refresh_from_db()
        self.version.refresh_from_db()
        given = {"reason": "À revoir" if verb == "return" else "", **more}
        given.setdefault("expected_version", target.version)
        step = take_step(
            actor=self.people[who] if isinstance(who, str) else who,
            version_id=self.version.pk,
            project_id=None if project is None else project.pk,
            verb=verb,
            **given,
        )
        self.version.refresh_from_db()
        return step

    def file(self, project: Any) -> ProgrammingFile:
        """Return the file of a project, opened when nothing opened it yet."""
        return ProgrammingFile.objects.get_or_create(
            programming_version=self.version, project=project
        )[0]

    def files_at(self, state: str) -> None:
        """Bring every file from draft to a state."""
        for project in self.projects:
            for verb, who in FILE_PATH[state]:
                self.step(verb, who, project)

    def at(self, state: str) -> None:
        """Bring the version, from draft, to a state, or to arbitrated and attested."""
        self.files_at("arbitrated")
        for verb, who, reached in VERSION_PATH:
            self.step(verb, who)
            if reached == state:
                return

    def edit(self, who: str, line: ProgrammingLine, ae: str | None) -> Any:
        """Write the AE of the first year of a line, in the stage of the version."""
        column = f"{stage_of(self.version.kind)}_ae"
        before = ProgrammingAmount.objects.values_list(column, flat=True).get(line=line, rank=0)
        edit = CellEdit(
            line=line.pk, rank=0, measure="ae", before=before,
            after=None if ae is None else Decimal(ae),
        )  # fmt: skip
        return edit_cells(actor=self.people[who], version_id=self.version.pk, edits=[edit])


def make_round(kind: str = "requests", **fields: Any) -> Round:
    """Return a draft version with a sustainable line for P-1 and for P-2, and its people."""
    cast = {
        "manager": person(Role.PROJECT_MANAGER),
        "officer": person(Role.BUDGET_OFFICER),
        "deputy": person(Role.BUDGET_OFFICER, username="deputy"),
        "director": person(Role.PORTFOLIO_DIRECTOR),
        "controller": person(Role.MANAGEMENT_CONTROLLER),
    }
    projects = [make_project(code, manager=cast["manager"]) for code in ("P-1", "P-2")]
    bop = NomenclatureNode.objects.create(code="BOP-1", name="BOP", kind="bop")
    uo = make_uo("UO-1", parent=bop)
    version = make_version(kind, **fields)
    stage = stage_of(kind).value
    amounts = {stage: [("100", "100"), *[("0", "0")] * (len(RANKS) - 1)]}
    lines = [make_line(version, uo, project=project, **amounts) for project in projects]
    return Round(version, uo, lines, projects, cast)
