"""Somebody who works on a round by HTTP: random actions, on what they last read. A thread each.

Whatever they send names what they read: the cell's value, the version of a line or of a file. They
keep what they sent and what was answered, for whoever checks it afterwards.
"""

from __future__ import annotations

import http.client
import json
import random
from dataclasses import dataclass, field
from typing import Any

YEAR = 2027
CEILING = 800
Cell = tuple[int, int, str]
# What each person does, and how often.
BUDGET = {
    "read": 8, "cells": 30, "paste": 14, "undo": 8, "add": 6, "out": 6, "back": 8,
    "step": 12, "note": 4, "frozen": 4,
}  # fmt: skip
WORK = {
    "officer": BUDGET,
    "deputy": BUDGET,
    "manager": {**BUDGET, "step": 8},
    "director": {"read": 10, "step": 60, "note": 5, "cells": 10, "frozen": 5},
}
STEPS = {
    "officer": ("submit", "return", "review"),
    "deputy": ("submit", "return", "review"),
    "manager": ("submit",),
    "director": ("arbitrate", "return"),
}


@dataclass
class Sent:
    """What somebody sent and what was answered."""

    who: str
    kind: str
    body: Any
    status: int
    answer: Any
    about: Any = None


@dataclass
class Person:
    """Somebody at work; `told` is all they sent, in their order.

    `habits` are what they do and how often; `few` how many lines they know of, all when it is 0.
    """

    name: str
    username: str
    port: int
    chance: random.Random
    round: dict[str, Any]
    habits: dict[str, int]
    few: int = 0
    known: dict[Cell, str | None] = field(default_factory=dict)
    lines: dict[int, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    own: list[tuple[str, list[dict[str, Any]]]] = field(default_factory=list)
    told: list[Sent] = field(default_factory=list)
    link: Any = None
    done: int = 0

    def work(self, actions: int) -> None:
        """Read everything once, then act; `done` counts the actions."""
        self.link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        self.read()
        names, weights = zip(*self.habits.items(), strict=True)
        for _ in range(actions):
            (name,) = self.chance.choices(names, weights)
            getattr(self, name)()
            self.done += 1
        self.link.close()

    def ask(self, kind: str, path: str, body: Any = None, match: int | None = None) -> Any:
        """Send a request, keep it with its answer; a body makes it a POST."""
        headers = {"Content-Type": "application/json", "X-Person": self.username}
        if match is not None:
            headers["If-Match"] = f'"{match}"'
        data = None if body is None else json.dumps(body)
        self.link.request("GET" if body is None else "POST", f"/api/v1/{path}", data, headers)
        answer = self.link.getresponse()
        text = answer.read().decode()
        try:
            found = json.loads(text)
        except ValueError:
            found = text[:300]
        sent = Sent(self.name, kind, body, answer.status, found)
        self.told.append(sent)
        return sent

    def read(self) -> None:
        """Read the lines with their cells, and where the files stand."""
        version = self.round["version"]
        lines = self.ask("read", f"programming-lines/?programming_version={version}&limit=1000")
        for row in lines.answer["results"]:
            self.take(row)
        files = self.ask("read", f"programming-files/?programming_version={version}&limit=1000")
        self.files = {row["project"]: row for row in files.answer["results"]}

    def take(self, row: dict[str, Any]) -> None:
        """Know a line as the server has just told it."""
        self.lines[row["id"]] = row
        for one in row["amounts"]:
            for measure in ("ae", "cp"):
                self.known[row["id"], one["rank"], measure] = one[f"requested_{measure}"]

    def amount(self) -> str | None:
        if self.chance.random() < 0.1:
            return None
        return f"{self.chance.randint(0, 25_000) / 100:.2f}"

    def edits(self, cells: list[Cell]) -> list[dict[str, Any]]:
        return [
            {"line": line, "rank": rank, "measure": measure,
             "before": self.known[line, rank, measure], "after": self.amount()}
            for line, rank, measure in cells
        ]  # fmt: skip

    def standing(self) -> list[int]:
        """Return the lines that stand, as far as one knows."""
        standing = [pk for pk, one in self.lines.items() if one["taken_out_at"] is None]
        return standing[: self.few] if self.few else standing

    def cells(self) -> None:
        """Type in one to three cells."""
        standing = self.standing()
        places = [one for one in self.known if one[0] in standing and one[1] < 2]
        self.write("cells", self.chance.sample(places, min(self.chance.randint(1, 3), len(places))))

    def paste(self) -> None:
        """Paste a block: the eight first cells of a line or two."""
        standing = self.standing()
        lines = self.chance.sample(standing, min(2, len(standing)))
        self.write(
            "paste",
            [(line, rank, one) for line in lines for rank in (0, 1) for one in ("ae", "cp")],
        )

    def write(self, kind: str, cells: list[Cell]) -> None:
        if not cells:
            return
        edits = self.edits(cells)
        sent = self.ask(
            kind, f"programming-versions/{self.round['version']}/cells/", {"edits": edits}
        )
        self.learn(sent, edits)
        if sent.status == 200:
            self.own.append((sent.answer["operation"], edits))

    def learn(self, sent: Sent, edits: list[dict[str, Any]]) -> None:
        """Know what one wrote, or what a conflict shows of what somebody else wrote."""
        sent.about = edits
        if sent.status == 200:
            for one in edits:
                self.known[one["line"], one["rank"], one["measure"]] = one["after"]
        elif sent.status == 412:
            for one in sent.answer["context"]["cells"]:
                self.known[one["line"], one["rank"], one["measure"]] = one["stored"]

    def undo(self) -> None:
        """Undo one's last operation."""
        if not self.own:
            return
        operation, edits = self.own.pop()
        version = self.round["version"]
        sent = self.ask("undo", f"programming-versions/{version}/undo/", {"operation": operation})
        back = [
            {**one, "before": one["after"], "after": one["before"]}
            for one in edits if one["before"] != one["after"]
        ]  # fmt: skip
        self.learn(sent, back)

    def add(self) -> None:
        """Add a line to a project."""
        body = {
            "programming_version": self.round["version"], "node": self.round["node"],
            "project": self.chance.choice(self.round["projects"]), "nature": "new",
            "label": "Ligne", "amounts": [
                {"rank": 0, "ae": f"{self.chance.randint(0, 150)}.00", "cp": "0.00"}
            ],
        }  # fmt: skip
        sent = self.ask("add", "programming-lines/", body)
        if sent.status == 201:
            self.take(sent.answer)

    def out(self) -> None:
        self.move("out", "take-out", {"reason": "Abandon"})

    def back(self) -> None:
        self.move("back", "put-back", {})

    def move(self, kind: str, verb: str, body: Any) -> None:
        """Take a line out or put it back, as it was read: one that stands, or not."""
        lines = [
            one for one in self.lines.values() if (one["taken_out_at"] is None) == (kind == "out")
        ]
        if not lines:
            return
        line = self.chance.choice(lines)
        sent = self.ask(kind, f"programming-lines/{line['id']}/{verb}/", body, line["version"])
        sent.about = line["id"]
        if sent.status == 200:
            self.take(sent.answer)

    def step(self) -> None:
        """Take a step of a project's file, as it was read."""
        if not self.files:
            return
        project = self.chance.choice(list(self.files))
        file, verb = self.files[project], self.chance.choice(STEPS[self.name])
        body = {"verb": verb, "reason": "À revoir" if verb == "return" else ""}
        if not body["reason"]:
            del body["reason"]
        sent = self.ask("step", f"programming-files/{file['id']}/steps/", body, file["version"])
        sent.about = (project, verb)
        if sent.status in (201, 412):
            found = self.ask("read", f"programming-files/{file['id']}/")
            self.files[project] = found.answer

    def note(self) -> None:
        """Comment on a project."""
        if not self.files:
            return
        project = self.chance.choice(list(self.files))
        known = self.notes.get(project, 0)
        body = {"comment": f"Note {self.chance.randint(0, 99)}", "note_version": known}
        sent = self.ask("note", f"programming-files/{self.files[project]['id']}/note/", body)
        sent.about = project
        if sent.status == 200:
            self.notes[project] = sent.answer["note_version"]
        elif sent.status == 412:
            self.notes[project] = sent.answer["context"]["current"]

    def frozen(self) -> None:
        """Write in a version that is frozen."""
        place = self.round["frozen"]
        edit = {
            "line": place["line"],
            "rank": 0,
            "measure": "ae",
            "before": "1.00",
            "after": "2.00",
        }
        self.ask("frozen", f"programming-versions/{place['version']}/cells/", {"edits": [edit]})
