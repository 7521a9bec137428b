"""What was acknowledged of a storm on a round, done again by hand: nothing lost, nothing beyond."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from tests.storms.round_client import CEILING, Cell, Sent

CELLS = ("cells", "paste", "undo")


def key_of(edit: dict[str, Any]) -> Cell:
    return edit.get("line", edit.get("line_id")), edit["rank"], edit["measure"]


def values(rows: list[list[Any]]) -> dict[Cell, str | None]:
    """Return cells by their place."""
    found: dict[Cell, str | None] = {}
    for line, rank, ae, cp in rows:
        found |= {(line, rank, "ae"): ae, (line, rank, "cp"): cp}
    return found


class Replay:
    """The events of the base, one by one, on what it held at first; each must be one of those sent.

    `history` is all that each cell ever held.
    """

    def __init__(self, first: dict[str, Any], last: dict[str, Any], told: list[Sent]) -> None:
        self.first, self.last, self.told = first, last, told
        self.cells = values(first["cells"])
        self.live = {one["id"]: one["live"] for one in first["lines"]}
        self.project = {one["id"]: one["project"] for one in last["lines"]}
        self.state: dict[str, str] = defaultdict(lambda: "draft")
        self.history: dict[Cell, set[str | None]] = defaultdict(set)
        for cell, value in self.cells.items():
            self.history[cell].add(value)
        self.operations: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for edit in last["edits"]:
            self.operations[edit["operation"]].append(edit)

    def run(self) -> None:
        """Do every event again, then compare with what the base holds."""
        for verb, who, detail in self.last["events"]:
            getattr(self, verb, self.other)(who, detail)
            self.hold_ceilings(verb, detail)
        assert self.cells == values(self.last["cells"])
        assert self.live == {one["id"]: one["live"] for one in self.last["lines"]}
        self.compare_operations()
        self.compare_lines()
        self.compare_steps()
        self.compare_notes()
        self.check_conflicts()

    def cells_edited(self, who: str, detail: dict[str, Any]) -> None:
        edits = self.operations[detail["operation"]]
        assert len(edits) == detail["cells"]
        for edit in edits:
            cell = key_of(edit)
            assert edit["by__username"] == who
            assert self.cells[cell] == edit["before"], f"lost: {cell} held {self.cells[cell]}"
            assert self.live[cell[0]]
            if who == self.first["people"]["manager"]:
                assert self.state[self.project[cell[0]]] == "draft"
            self.cells[cell] = edit["after"]
            self.history[cell].add(edit["after"])

    cells_undone = cells_edited

    def line_programmed(self, _who: str, detail: dict[str, Any]) -> None:
        for line in detail["lines"]:
            (sent,) = [
                one for one in self.told
                if one.kind == "add" and one.status == 201 and one.answer["id"] == line
            ]  # fmt: skip
            given = {one["rank"]: one for one in sent.body["amounts"]}
            for rank in range(4):
                for measure in ("ae", "cp"):
                    value = given.get(rank, {}).get(measure)
                    self.cells[line, rank, measure] = value
                    self.history[line, rank, measure].add(value)
            self.live[line] = True

    def line_taken_out(self, _who: str, detail: dict[str, Any]) -> None:
        assert self.live[detail["line"]]
        self.live[detail["line"]] = False

    def line_put_back(self, _who: str, detail: dict[str, Any]) -> None:
        assert not self.live[detail["line"]]
        self.live[detail["line"]] = True

    def other(self, _who: str, detail: dict[str, Any]) -> None:
        if "state" in detail and detail.get("project"):
            self.state[detail["project"]] = detail["state"]

    def hold_ceilings(self, verb: str, detail: Any) -> None:
        """No ceiling that blocks is ever beyond, after any event."""
        for measure in ("ae", "cp"):
            total = sum(
                Decimal(value or 0)
                for (line, rank, one), value in self.cells.items()
                if rank == 0 and one == measure and self.live[line]
            )
            assert total <= CEILING, f"beyond: {total} after {verb} {detail}"

    def sent(self, *kinds: str, status: int = 200) -> list[Sent]:
        return [one for one in self.told if one.kind in kinds and one.status == status]

    def compare_operations(self) -> None:
        """The operations of the base are those acknowledged, with what was sent."""
        wanted: dict[str, list[tuple[Any, ...]]] = {}
        for one in self.sent(*CELLS):
            rows = [
                (key_of(edit), edit["before"], edit["after"])
                for edit in one.about if edit["before"] != edit["after"]
            ]  # fmt: skip
            if rows:
                wanted[one.answer["operation"]] = sorted(rows)
        held = {
            name: sorted((key_of(edit), edit["before"], edit["after"]) for edit in edits)
            for name, edits in self.operations.items()
        }
        assert held == wanted

    def compare_lines(self) -> None:
        """A line has as many versions as moves acknowledged."""
        moves: dict[int, int] = defaultdict(lambda: 1)
        for one in self.sent("out", "back"):
            moves[one.about] += 1
        assert {one["id"]: one["version"] for one in self.last["lines"]} == {
            one["id"]: moves[one["id"]] for one in self.last["lines"]
        }

    def compare_steps(self) -> None:
        """The steps of the base are those acknowledged, each from where the former one ended."""
        taken = [
            row for row in self.last["steps"] if row["verb"] != "void" and row["project__code"]
        ]
        asked = sorted(
            (one.about[0], one.about[1], self.first["people"][one.who])
            for one in self.sent("step", status=201)
        )
        assert asked == sorted(
            (row["project__code"], row["verb"], row["actor__username"]) for row in taken
        )
        state: dict[str, str] = defaultdict(lambda: "draft")
        for row in self.last["steps"]:
            assert row["from_state"] == state[row["project__code"]]
            state[row["project__code"]] = row["to_state"]

    def compare_notes(self) -> None:
        """A note has as many versions as were acknowledged, and says what the last one said."""
        written: dict[str, list[Sent]] = defaultdict(list)
        for one in self.sent("note"):
            written[one.about].append(one)
        for project, version, comment in self.last["notes"]:
            ordered = sorted(written[project], key=lambda one: one.answer["note_version"])
            assert [one.answer["note_version"] for one in ordered] == list(range(1, version + 1))
            assert ordered[-1].body["comment"] == comment

    def check_conflicts(self) -> None:
        """A refused edit was told both values of each cell, the one stored having been written."""
        for one in self.sent(*CELLS, status=412):
            asked = {key_of(edit): edit for edit in one.about}
            assert one.answer["context"]["cells"]
            for cell in one.answer["context"]["cells"]:
                edit = asked[key_of(cell)]
                assert (cell["before"], cell["yours"]) == (edit["before"], edit["after"])
                assert cell["stored"] != cell["before"]
                assert cell["stored"] in self.history[key_of(cell)]
