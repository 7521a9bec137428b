"""Reading `tests/policy_matrix.csv`, and asking the site what it answers for each cell.

A row is a route, a method and the kind of object that its address names; a pair of columns a role
gives what is expected inside and outside of the scope. The words of a cell:

    yes      the verb is allowed: 2xx, 3xx, or a refusal of the shape (400, 409, 412, 415, 422, 428)
    403      the verb is refused        404      the object is not there for them
    shown    a list holds the object    hidden   it does not
    login    nobody is logged in: machines have no session
    -        no object to be outside of
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.enums import Role
from common.fiscal import today
from tests.access.world import ROLES, World

FILE = Path(__file__).resolve().parent.parent / "policy_matrix.csv"
PASSED = frozenset({200, 201, 202, 204, 302, 303, 304, 400, 409, 412, 413, 415, 422, 428})
_UPLOADS = ("/^attachments/$", "/files/$", "/^import-drafts/$", "/workbook/$")
# The technical administration of Django is closed to all of the nine roles, whatever its page.
CLOSED = "administration-technique/"
# The key of the object is the last of what these routes name.
KEY_LAST = (
    "<slug:kind>/<path:code>/", "ligne/<int:pk>/", "ligne/<int:pk>/commentaires/",
    "<int:pk>/retirer/", "<int:pk>/remettre/",
)  # fmt: skip
_NAMED = re.compile(r"\(\?P<(\w+)>(?:[^()\[\]]|\[[^\]]*\])*\)|<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Cell:
    """One question: a role, a side, and the answer that is expected."""

    route: str
    method: str
    kind: str
    role: str
    side: str
    expected: str

    def __str__(self) -> str:
        return f"{self.method} {self.route} [{self.kind}] {self.role} {self.side}"


def read_cells() -> list[Cell]:
    """Return every cell of the file."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return [
            Cell(row["route"], row["method"], row["kind"], role.value, side, row[f"{role}_{side}"])
            for row in csv.DictReader(lines)
            for role in ROLES
            for side in ("in", "out")
        ]


def routes() -> Iterator[tuple[str, str]]:
    """Yield every (route, method) that the site serves."""
    for route, pattern in _walk(get_resolver().url_patterns, ""):
        if route.startswith(CLOSED):
            continue
        for method in _methods(pattern.callback):
            yield route, method


def _walk(patterns: Any, prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield route, pattern


def _methods(view: Any) -> list[str]:
    actions = getattr(view, "actions", None)
    if actions:
        return sorted(method.upper() for method in actions if method != "head")
    handler = getattr(view, "view_class", None) or getattr(view, "cls", None)
    if handler is None:
        return ["GET"]
    served = set(getattr(handler, "http_method_names", ()))
    named = {
        name.upper()
        for name in ("get", "post", "put", "patch", "delete")
        if hasattr(handler, name) and name in served
    }
    return sorted(named)


def address(cell: Cell, world: World) -> str:
    """Return the address of a cell: its placeholders filled with the object of its side."""
    kind, *words = cell.kind.split("+")
    key = str(key_of(kind, cell, world))
    first = [*words, key] if cell.route.endswith(KEY_LAST) else [key, *words]
    if kind.startswith("list "):
        first = words or [key]
    values = iter(first)
    bare = cell.route.replace("^", "").replace("$", "").replace("\\Z", "")
    last = ""

    def fill(_match: re.Match[str]) -> str:
        nonlocal last
        last = next(values, last)
        return last

    filled = _NAMED.sub(fill, bare)
    query = f"?on={today():%Y-%m-%d}" if filled.endswith("/known/") else ""
    return f"/{filled}{query}"


def key_of(kind: str, cell: Cell, world: World) -> Any:
    """Return what names the object; one's own objects are those of the role's person."""
    own = f"{kind}:{world.people[cell.role].username}"
    if cell.side == "in" and own in world.keys:
        return world.keys[own]["in"]
    return world.keys[kind][cell.side] if kind in world.keys else ""


def answer(client: Client, cell: Cell, world: World, headers: dict[str, str]) -> str:
    """Return the word of what the site answers."""
    url = address(cell, world)
    method = cell.method.lower()
    if cell.expected in ("shown", "hidden") or cell.kind.startswith("list "):
        response = client.get(url, headers=headers)
        if response.status_code != 200:
            return _word(response)
        kind = cell.kind.removeprefix("list ").partition("+")[0]
        body = b"".join(response) if response.streaming else response.content
        return "shown" if sign_of(kind, cell, world) in body.decode() else "hidden"
    send = getattr(client, method)
    if method != "get":
        headers = {**headers, "If-Match": '"1"'}
    is_json = url.startswith("/api/v1/") and not cell.route.endswith(_UPLOADS)
    sent = {"data": {}, "content_type": "application/json"} if is_json else {"data": {}}
    response = send(url, headers=headers, **(sent if method != "get" else {}))
    if response.streaming:
        response.getvalue()
    return _word(response)


def sign_of(kind: str, cell: Cell, world: World) -> str:
    """Return the text by which a list shows the object of a side."""
    code = cell.side.upper()
    name = world.people[cell.role].username if cell.side == "in" else "stranger"
    signs = {
        "project": f"P-{code}", "node": f"N-{code}", "nomenclature": f"BOP-{code}",
        "partner": f"E-{code}", "contract": f"CT-{code}", "movement": f"MVT-{code}",
        "commitment": f"EJ-{code}", "service": f"SF-{code}", "payment": f"DP-{code}",
        "payment request": f"PO-{code}", "scheduled payment": f"ECH-{code}",
        "reservation": f"RES-{code}", "landing": f"ATT-{code}",
        "waiting line": f"WL-{code}", "matching rule": f"RULE-{code}",
        "alert": f"EJ-{code}", "override": f"EJ-{code}",
        "ceiling": f"BOP-{code}", "opinion": f"BOP-{code}", "trajectory": f"BOP-{code}",
        "programming key": f"BOP-{code}",
        "programmed line": f"PROG-{code}", "programming edit": f"EDIT-{code}",
        "scenario change": {"IN": "11.01", "OUT": "12.02"}[code],
        "programming file": f"P-{code}", "programming step": f"STEP-{code}",
        "estimate": f"EST-{code}", "attachment": f"PJ-{code}", "comment": f"Commentaire {code}",
        "event": f"EV-{name}", "batch": f"LOT-{name}", "user": "newcomer",
    }  # fmt: skip
    return signs.get(kind, f"P-{code}")


def _word(response: Any) -> str:
    if response.status_code in (301, 302) and "/connexion/" in response.headers["Location"]:
        return "login"
    if response.status_code == 401:
        return "login"
    if response.status_code == 410:  # a link that is over: what it would open is not there
        return "404"
    if response.status_code in PASSED:
        return "yes"
    return str(response.status_code)


def without_session(role: str, route: str) -> bool:
    """Whether the role has no session there: machines have none on pages."""
    return role == Role.API_CLIENT and not route.startswith("api/")
