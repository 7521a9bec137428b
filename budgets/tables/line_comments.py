"""How many threads of comments are open on the lines of a version, and on their groups.

A thread belongs to the line of the version where it was written; it is counted on the same line of
the versions made after, for those who read it where it was written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from accounts.enums import Action, Resource
from budgets.models import ProgrammingLine, ProgrammingVersion
from budgets.tables.programming_grid import GROUPINGS
from records.models import Comment

LINE = "programming_line"


@dataclass(frozen=True, slots=True)
class OpenThreads:
    """Numbers of open threads, by line and by key of group; none is not held."""

    lines: Mapping[int, int] = field(default_factory=dict)
    groups: Mapping[str, int] = field(default_factory=dict)


def open_threads(user: Any, version: ProgrammingVersion, lines: Any, by: str) -> OpenThreads:
    """Return the open threads of lines of a version; three queries, whatever their number."""
    begun = Comment.objects.filter(subject_kind=LINE).open_threads().order_by()
    counted = begun.values_list("subject_code").annotate(Count("pk"))
    numbers = {int(code): int(number) for code, number in counted}
    if not numbers:
        return OpenThreads()
    written = ProgrammingLine.objects.filter(
        pk__in=numbers, programming_version_id__lte=version.pk
    ).visible_to(user)
    written = written.allowing(user, Action.READ, Resource.COMMENT).order_by()
    lineages: Counter[Any] = Counter()
    for pk, lineage in written.values_list("pk", "lineage"):
        lineages[lineage] += numbers[pk]
    standing = lines.filter(lineage__in=lineages).order_by()
    found: dict[int, int] = {}
    groups: Counter[str] = Counter()
    for pk, lineage, key in standing.values_list("pk", "lineage", GROUPINGS[by].key):
        found[pk] = lineages[lineage]
        groups[key or ""] += lineages[lineage]
    return OpenThreads(found, dict(groups))
