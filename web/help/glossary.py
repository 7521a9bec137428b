"""The glossary of the pages: `docs/glossary.md` is the single table, read once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.text import slugify

from common.folding import folded
from common.templatetags.amounts import is_french

PATH = Path("docs") / "glossary.md"
_CODE = re.compile(r"`([^`]*)`")


@dataclass(frozen=True)
class Term:
    """One line: the French term of the field, its meaning in both languages, its name in code."""

    key: str
    name: str
    english: str
    french: str
    code: tuple[str, ...]

    @property
    def meaning(self) -> str:
        """Return the meaning in the language of the page, in English where no French is written."""
        return self.french if is_french() and self.french else self.english

    @property
    def language(self) -> str:
        """Return the language of the meaning."""
        return "fr" if is_french() and self.french else "en"

    def matches(self, words: str) -> bool:
        """Whether every word stands in the term or in its meanings, accents and case ignored."""
        text = folded(f"{self.name} {self.english} {self.french} {' '.join(self.code)}")
        return all(word in text for word in folded(words).split())


@dataclass(frozen=True)
class Chapter:
    """One table of the glossary."""

    key: str
    title: str
    terms: tuple[Term, ...]


def read_glossary(text: str) -> tuple[Chapter, ...]:
    """Return the tables of terms: three columns, or four with the meaning in French.

    Tables of another shape (the words of the software) are not of the pages.
    """
    chapters: list[Chapter] = []
    terms: list[Term] = []
    title, is_open = "", False
    for line in [*text.splitlines(), "## "]:
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("## "):
            if terms:
                chapters.append(Chapter(slugify(title), title, tuple(terms)))
            title, terms, is_open = line[3:].strip(), [], False
        elif line.startswith("| French term"):
            is_open = True
        elif is_open and line.startswith("| ") and len(cells) in (3, 4):
            terms.append(_term(cells))
    return tuple(chapters)


def _term(cells: list[str]) -> Term:
    name = cells[0].replace("`", "").replace("'", "’")
    french = cells[3] if len(cells) == 4 else ""
    english = cells[2].replace("`", "")
    return Term(slugify(name)[:60], name, english, french, tuple(_CODE.findall(cells[1])))


@cache
def chapters() -> tuple[Chapter, ...]:
    """Return the glossary of this installation; empty when the page is not installed."""
    path = Path(settings.BASE_DIR) / PATH
    return read_glossary(path.read_text(encoding="utf-8")) if path.is_file() else ()


@cache
def terms_by_code() -> dict[str, Term]:
    """Return the terms by each of their names in code."""
    return {code: term for chapter in chapters() for term in chapter.terms for code in term.code}
