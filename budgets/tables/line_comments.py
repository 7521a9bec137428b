"""How many threads of comments are open on lines of the programming, and on their groups.

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
from budgets.models import ProgrammingLine
from budgets.tables.programming_grid import GROUPINGS
from records.models import Comment

LINE = "programming_line"


@dataclass(frozen=True, slots=True)
class OpenThreads:
    """Numbers of open threads, by line and by key of group; none is not held."""

    lines: Mapping[int, int] = field(default_factory=dict)
    groups: Mapping[str, int] = field(default_factory=dict)


def open_threads(user: Any, lines: Any, by: str = "project") -> OpenThreads:
    """Return the open threads of lines, of any version; three queries, whatever their number."""
    begun = Comment.objects.filter(subject_kind=LINE).open_threads().order_by()
    counted = begun.values_list("subject_code").annotate(Count("pk"))
    numbers = {int(code): int(number) for code, number in counted}
    if not numbers:
        return OpenThreads()
    rows = ProgrammingLine.objects.filter(pk__in=numbers).visible_to(user)
    rows = rows.allowing(user, Action.READ, Resource.COMMENT).order_by()
    written: dict[Any, list[tuple[int, int]]] = {}
    for pk, lineage, version in rows.values_list("pk", "lineage", "programming_version_id"):
        written.setdefault(lineage, []).append((version, numbers[pk]))
    standing = lines.filter(lineage__in=written).order_by()
    found: dict[int, int] = {}
    groups: Counter[str] = Counter()
    columns = ("pk", "lineage", "programming_version_id", GROUPINGS[by].key)
    for pk, lineage, version, key in standing.values_list(*columns):
        number = sum(some for since, some in written[lineage] if since <= version)
        if number:
            found[pk] = number
            groups[key or ""] += number
    return OpenThreads(found, dict(groups))
