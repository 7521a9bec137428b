"""axe-core on a page: what it finds, and what it leaves to a person.

Contrast is four fifths of its time and depends on the theme and on the classes alone: it is asked
for apart, once a theme, and of one row of each look in a table. What axe cannot decide is reviewed
and kept in `axe_incomplete.csv`, by rule, reason and page; anything new fails.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.urls import resolve

REVIEWED = Path(__file__).with_name("axe_incomplete.csv")
CONTRAST = ("color-contrast", "link-in-text-block")
# The script travels once a page, and what comes back is what is kept.
_READY = "() => typeof axe !== 'undefined'"
_RUN = """options => axe
  .run({resultTypes: ['violations', 'incomplete'], preload: false, ...options})
  .then(({violations, incomplete}) => ({violations, incomplete,
    theme: document.documentElement.dataset.frTheme, language: document.documentElement.lang}))"""
_ALL_BUT_CONTRAST = {"rules": {rule: {"enabled": False} for rule in CONTRAST}}
_CONTRAST_ALONE = {"runOnly": {"type": "rule", "values": list(CONTRAST)}}
# Before contrast: links underlined and lists without their arrow by other means than a background
# image, which axe gives up on; of the rows of a table that wear the same classes, the first.
_PREPARE = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('a, select { background-image: none !important; }'
    + ' a { text-decoration: underline !important; }');
  document.adoptedStyleSheets = [sheet];
  for (const body of document.querySelectorAll('tbody')) {
    const looks = new Set();
    for (const row of body.rows) {
      const look = [...row.querySelectorAll('*')].map(e => e.tagName + e.className).join();
      row.hidden = looks.has(look);
      looks.add(look);
    }
  }
}"""
_TURN = """() => {
  const root = document.documentElement;
  root.dataset.frTheme = root.dataset.frTheme === 'dark' ? 'light' : 'dark';
}"""


@dataclass
class Findings:
    """What is wrong, and what axe could not decide: (rule, reason, page)."""

    violations: list[str] = field(default_factory=list)
    incomplete: set[tuple[str, str, str]] = field(default_factory=set)

    def add(self, other: Findings) -> None:
        """Keep what another visit found."""
        self.violations += other.violations
        self.incomplete |= other.incomplete


def examine(page: Any) -> Findings:
    """Run every rule on a page but those of contrast."""
    return _run(page, _ALL_BUT_CONTRAST)


def examine_all(page: Any, *, themes: int = 1) -> Findings:
    """Run every rule on a page; those of contrast in its theme, then in the other when asked."""
    found = examine(page)
    page.evaluate(_PREPARE)
    for turn in range(themes):
        if turn:
            page.evaluate(_TURN)
        found.add(_run(page, _CONTRAST_ALONE))
    return found


def reviewed() -> set[tuple[str, str, str]]:
    """Return what a person has looked at."""
    with REVIEWED.open(encoding="utf-8", newline="") as file:
        return {(row["rule"], row["reason"], row["page"]) for row in csv.DictReader(file)}


def _run(page: Any, options: dict[str, Any]) -> Findings:
    if not page.evaluate(_READY):
        page.evaluate(Axe().axe_script)
    answer = page.evaluate(_RUN, options)
    where = urlsplit(page.url).path
    dress = f"{answer['language']}, {answer['theme']}"
    violations = [
        f"{where} ({dress}): {found['id']}: {found['nodes'][0]['html'][:120]}"
        for found in answer["violations"]
    ]
    route = resolve(where).route
    incomplete = {
        (found["id"], _reason(node), f"/{route}")
        for found in answer["incomplete"]
        for node in found["nodes"]
    }
    return Findings(violations, incomplete)


def _reason(node: dict[str, Any]) -> str:
    """Return why axe could not decide on an element: its key, else its sentence."""
    for check in (*node["any"], *node["all"], *node["none"]):
        data = check.get("data")
        key = data.get("messageKey") if isinstance(data, dict) else None
        return str(key or check["id"])
    return ""
