"""What an examination showed, carried by its page to the confirmation; nothing is kept meanwhile.

It is signed: what is written is what was shown, to whom it was shown, for half a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core import signing

from budgets.models import ProgrammingVersion
from budgets.rules.workbook import Change

_SALT = "programming.workbook"
SECONDS = 12 * 3600


def sealed(user: Any, version: ProgrammingVersion, changes: Sequence[Change]) -> str:
    """Return the changes as a text that the page holds."""
    rows = [[*one.key, one.base, one.mine, one.held, one.place] for one in changes]
    told = {"by": user.pk, "version": version.pk, "rows": rows}
    return signing.dumps(told, salt=_SALT, compress=True)


def opened(user: Any, version: ProgrammingVersion, text: str) -> list[Change] | None:
    """Return the changes that a page showed; None when it did not, or too long ago."""
    try:
        told = signing.loads(text, salt=_SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    if (told["by"], told["version"]) != (user.pk, version.pk):
        return None
    return [
        Change((line, rank, measure), base, mine, held, place)
        for line, rank, measure, base, mine, held, place in told["rows"]
    ]
