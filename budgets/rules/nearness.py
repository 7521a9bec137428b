"""When two references are written almost the same: one character of difference."""

from __future__ import annotations

from collections.abc import Iterable

# Shorter codes are near too many others.
_SHORTEST = 4


def is_near(one: str, other: str) -> bool:
    """Whether two texts differ by one character: replaced, missing, added, or two exchanged."""
    short, long = sorted((one.casefold(), other.casefold()), key=len)
    if short == long or len(short) < _SHORTEST or len(long) - len(short) > 1:
        return False
    start = 0
    while start < len(short) and short[start] == long[start]:
        start += 1
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    rest, exchanged = short[start + 1 :], short[start : start + 2][::-1]
    return rest == long[start + 1 :] or exchanged + short[start + 2 :] == long[start:]


def nearest(text: str, known: Iterable[str]) -> str:
    """Return the one known text that is near; empty when none is, or several are."""
    found = [other for other in known if is_near(text, other)]
    return found[0] if len(found) == 1 else ""
