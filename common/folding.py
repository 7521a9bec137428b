"""Search that ignores accents and case, the same on PostgreSQL and on SQLite.

Neither engine folds accents by itself without an extension. The words are folded here, and each
letter asks for its accented forms: a GLOB class on SQLite, a regular expression on PostgreSQL.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.db.models import CharField, Lookup, Q, TextField

_LETTERS = {
    "a": "aàáâãäå",
    "c": "cç",
    "e": "eèéêë",
    "i": "iìíîï",
    "n": "nñ",
    "o": "oòóôõö",
    "u": "uùúûü",
    "y": "yýÿ",
}
_SIGNS = {"'": "'’", "’": "'’", "-": "\u2010\u2011–-"}
_LIGATURES = {"oe": "œ", "ae": "æ"}
MOST_WORDS = 8


def folded(text: str) -> str:
    """Return a text in lower case, without accents nor ligatures."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("æ", "ae"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def spellings(word: str) -> list[str]:
    """Return a folded word, and the same with its ligatures: “coeur”, “cœur”."""
    joined = word
    for letters, ligature in _LIGATURES.items():
        joined = joined.replace(letters, ligature)
    return [word] if joined == word else [word, joined]


def forms(sign: str) -> str:
    """Return the signs that one folded sign stands for."""
    found = _LETTERS.get(sign) or _SIGNS.get(sign) or sign
    return "".join(dict.fromkeys(found + found.upper())) if sign not in _SIGNS else found


class Folded(Lookup):
    """`title__folded="ecole"` keeps what contains école, École or ECOLE."""

    lookup_name = "folded"

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Match by GLOB: case matters to it, hence both cases in each class."""
        lhs, params = self.process_lhs(compiler, connection)
        pattern = "".join(_glob_class(sign) for sign in str(self.rhs))
        return f"{lhs} GLOB %s", [*params, f"*{pattern}*"]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Match by a regular expression made of classes only."""
        lhs, params = self.process_lhs(compiler, connection)
        pattern = "".join(_regex_class(sign) for sign in str(self.rhs))
        return f"{lhs} ~ %s", [*params, pattern]


def _glob_class(sign: str) -> str:
    # Inside a class, a bracket stands first, a caret and a hyphen last.
    found = sorted(forms(sign), key=lambda s: (s != "]", s in "^-", s))
    return "^" if found == ["^"] else f"[{''.join(found)}]"


def _regex_class(sign: str) -> str:
    return "[" + "".join(re.escape(s) if s in "\\]^-[" else s for s in forms(sign)) + "]"


def folded_q(words: str, *paths: str) -> Q:
    """Return the condition that every word stands in one of the fields, accents and case ignored.

    An empty search keeps everything; words beyond the eighth are ignored.
    """
    wanted = Q()
    for word in folded(words).split()[:MOST_WORDS]:
        found = Q()
        for path in paths:
            for spelling in spellings(word):
                found |= Q(**{f"{path}__folded": spelling})
        wanted &= found
    return wanted


def register_lookups() -> None:
    """Give the look-up to every field of text."""
    CharField.register_lookup(Folded)
    TextField.register_lookup(Folded)
