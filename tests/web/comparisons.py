"""Versions of an exercise drawn at random, and what any two of them differ by, told by the rows."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from accounts.enums import Role
from budgets.models import (
    NomenclatureNode,
    ProgrammingAmount,
    ProgrammingLine,
    ProgrammingVersion,
)
from budgets.rules.programming import stage_of
from budgets.services.entries import Imputation
from budgets.services.programming_cells import CellEdit, edit_cells
from budgets.services.programming_lines import (
    NewLine,
    add_lines,
    put_line_back,
    take_line_out,
    update_line,
)
from budgets.services.programming_versions import create_version
from projects.models import Project
from tests.budgets.ledger import make_project, make_uo
from tests.people import person

KINDS = ("requests", "conference", "arbitration", "initial", "crg1", "crg2", "year_end")
MEASURES = ("ae", "cp")
# From a cent to ten thousand billion euros, in cents; a fifth of the cells are not said.
AMOUNT = st.one_of(
    st.none(), st.just(0), st.integers(1, 99), st.integers(100, 10**9), st.integers(1, 10**15)
)
FOUR_YEARS = st.lists(st.tuples(AMOUNT, AMOUNT), min_size=1, max_size=4)
INDEX = st.integers(0, 30)
# What is done in a version, and on which of its lines.
ACT = st.one_of(
    st.tuples(st.just("add"), st.integers(0, 3), st.booleans(), FOUR_YEARS),
    st.tuples(st.just("out"), INDEX),
    st.tuples(st.just("back"), INDEX),
    st.tuples(st.just("cell"), INDEX, st.integers(0, 3), st.sampled_from(MEASURES), AMOUNT),
    st.tuples(st.just("move"), INDEX, st.integers(0, 3)),
)
# Whatever it comes from: nothing, or one of the former versions.
STEP = st.tuples(st.integers(-1, 30), st.sampled_from(KINDS), st.lists(ACT, min_size=1, max_size=4))
PLAN = st.lists(STEP, min_size=10, max_size=10)


def euros(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents).scaleb(-2)


@dataclass
class Drawn:
    """Ten versions of an exercise, written by the services as a plan says."""

    actor: Any
    projects: list[Project | None]
    node: NomenclatureNode
    versions: list[ProgrammingVersion] = field(default_factory=list)

    def write(self, plan: list[Any]) -> None:
        """Create the versions of a plan, and do in each what it says."""
        for parent, kind, acts in plan:
            former = (
                self.versions[parent % len(self.versions)]
                if parent >= 0 and self.versions
                else None
            )
            version = create_version(
                actor=self.actor, fiscal_year=2027, kind=kind, former=former,
                basis="version" if former else "empty",
            )  # fmt: skip
            self.versions.append(version)
            for name, *given in acts:
                acts_by_name[name](self, version, *given)

    def line(self, version: ProgrammingVersion, index: int, *, out: bool) -> ProgrammingLine | None:
        """Return one of the lines that stand, or of those taken out."""
        rows = version.lines.filter(taken_out_at__isnull=not out).order_by("pk")
        found = list(rows)
        return found[index % len(found)] if found else None

    def add(self, version: Any, project: int, is_take_back: bool, years: list[Any]) -> None:
        sign = -1 if is_take_back else 1
        amounts = {
            rank: tuple(None if cents is None else euros(sign * cents) for cents in pair)
            for rank, pair in enumerate(years)
        }
        new = NewLine(
            imputation=Imputation(node=self.node, project=self.projects[project]),
            fields={"label": "Ligne", "nature": "planned", "is_take_back": is_take_back},
            amounts=amounts,  # type: ignore[arg-type]
        )
        add_lines(actor=self.actor, version_id=version.pk, lines=[new])

    def out(self, version: Any, index: int) -> None:
        if line := self.line(version, index, out=False):
            take_line_out(
                actor=self.actor, line_id=line.pk, expected_version=line.version, reason="Abandon"
            )

    def back(self, version: Any, index: int) -> None:
        if line := self.line(version, index, out=True):
            put_line_back(actor=self.actor, line_id=line.pk, expected_version=line.version)

    def cell(self, version: Any, index: int, rank: int, measure: str, cents: int | None) -> None:
        if (line := self.line(version, index, out=False)) is None:
            return
        column = f"{stage_of(version.kind)}_{measure}"
        before = ProgrammingAmount.objects.values_list(column, flat=True).get(line=line, rank=rank)
        after = euros(-cents if cents and line.is_take_back else cents)
        edit = CellEdit(line=line.pk, rank=rank, measure=measure, before=before, after=after)
        edit_cells(actor=self.actor, version_id=version.pk, edits=[edit])

    def move(self, version: Any, index: int, project: int) -> None:
        if line := self.line(version, index, out=False):
            update_line(
                actor=self.actor, line_id=line.pk, expected_version=line.version,
                changes={"project": self.projects[project]}, reason="Transfert",
            )  # fmt: skip


acts_by_name: dict[str, Callable[..., None]] = {
    "add": Drawn.add, "out": Drawn.out, "back": Drawn.back, "cell": Drawn.cell, "move": Drawn.move,
}  # fmt: skip


def draw(plan: list[Any]) -> Drawn:
    """Write the versions of a plan, for three projects and for none."""
    projects: list[Project | None] = [make_project(f"P-{number}") for number in range(3)]
    found = Drawn(person(Role.BUDGET_OFFICER), [*projects, None], make_uo())
    found.write(plan)
    return found


# What a cell holds, cents, by lineage, project, rank and ledger.
Held = dict[tuple[Any, str, int, str], int]


def held(version: ProgrammingVersion) -> Held:
    """Return what a version holds where it says something, read row by row."""
    stage = stage_of(version.kind)
    found: Held = {}
    for line in ProgrammingLine.objects.filter(programming_version=version, taken_out_at=None):
        for row in ProgrammingAmount.objects.filter(line=line):
            for measure in MEASURES:
                amount = getattr(row, f"{stage}_{measure}")
                code = line.project.code if line.project else ""
                if amount:
                    found[line.lineage, code, row.rank, measure] = int(amount * 100)
    return found


@dataclass
class Gains:
    """What a version gains on another: in all, by project, by place; cents."""

    before: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    after: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    projects: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    cells: dict[tuple[Any, str, int, str], tuple[int, int]] = field(default_factory=dict)

    def total(self, measure: str) -> int:
        ends = [
            sum(sums.values())
            for sums in (
                {place: cents for place, cents in side.items() if place.endswith(measure)}
                for side in (self.before, self.after)
            )
        ]
        return ends[1] - ends[0]


def gains(former: ProgrammingVersion, version: ProgrammingVersion) -> Gains:
    """Recompute what differs, from the rows alone."""
    return gained(held(former), held(version))


def gained(old: Held, new: Held) -> Gains:
    """Add up what differs between two versions, cell by cell."""
    found = Gains()
    for cells, side, sign in ((old, found.before, -1), (new, found.after, 1)):
        for (_lineage, project, rank, measure), cents in cells.items():
            side[f"{rank}.{measure}"] += cents
            found.projects[project, measure] += sign * cents
    for key in old.keys() | new.keys():
        pair = old.get(key, 0), new.get(key, 0)
        if pair[0] != pair[1]:
            found.cells[key] = pair
    return found


def cents(text: str) -> int:
    """Return the cents of an amount as a page or a file in French writes it."""
    plain = re.sub(r"[\u00a0\u202f\s€▲+]", "", html.unescape(text)).replace("−", "-")
    return int(Decimal(plain.replace(",", ".") or "0").scaleb(2))


def texts(page: str, start: str, end: str, tag: str = "td") -> list[list[str]]:
    """Return the texts of the cells of the rows of a table body, from a text of the page on."""
    part = page.split(start, 1)[1].split(end, 1)[0]
    body = part.split("<tbody>", 1)[1].split("</tbody>", 1)[0]
    return [
        [
            re.sub(r"<[^>]+>", "", cell).strip()
            for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S)
        ]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.S)
    ]


def read_csv(answer: Any) -> list[list[str]]:
    """Return the rows of an export, its heading and its notes left out."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    lines = csv.reader(io.StringIO(body.decode("utf-8-sig")), delimiter=",")
    return [row for row in lines if len(row) > 5][1:]


def script(page: str, name: str) -> Any:
    """Return a JSON that a page gives to its scripts."""
    found = re.search(rf'<script id="{name}"[^>]*>(.*?)</script>', page, re.S)
    assert found
    return json.loads(found[1])
