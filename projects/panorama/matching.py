"""Titles that look alike: told, never merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from projects.panorama.reference import distinct_pairs

NEAR = 0.85
_SHORTEST = 5


@dataclass(frozen=True, slots=True)
class Named:
    """A project by its key, its title and its ministry (a code, or the label when unknown)."""

    key: str
    title: str
    ministry: str


def is_near(first: str, second: str) -> bool:
    """Tell whether two different keys look alike (ratio of difflib, at least 0.85)."""
    if first == second or min(len(first), len(second)) < _SHORTEST:
        return False
    if frozenset((first, second)) in distinct_pairs():
        return False
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return (
        matcher.real_quick_ratio() >= NEAR
        and matcher.quick_ratio() >= NEAR
        and matcher.ratio() >= NEAR
    )


def near_misses(
    candidates: Iterable[Named], known: Iterable[Named] = ()
) -> Iterator[tuple[Named, Named]]:
    """Yield (candidate, earlier project) for titles that look alike within one ministry.

    Each candidate is compared with the known projects and the candidates before it; a key is
    compared once.
    """
    seen: dict[str, dict[str, Named]] = {}
    for project in known:
        seen.setdefault(project.ministry, {}).setdefault(project.key, project)
    for candidate in candidates:
        family = seen.setdefault(candidate.ministry, {})
        if candidate.key in family:
            continue
        for other in family.values():
            if is_near(candidate.key, other.key):
                yield candidate, other
        family[candidate.key] = candidate
