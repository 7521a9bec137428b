"""What the steps of the programming bind to: the content of a version and of its files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import BigIntegerField, F
from django.db.models.functions import Cast

from budgets.models import ProgrammingAmount, ProgrammingFile, ProgrammingLine, ProgrammingStep
from budgets.models.programming_cells import CELLS
from budgets.models.rows import AXES
from budgets.rules.rounds import Content, Taken, content_digest

_RAW = BigIntegerField()
# What a line says, by name; what it is known by in a database is no content.
_TEXTS = (
    "node__code", "project__code", *(f"{axis}__code" for axis in AXES), "credit_type",
    "is_earmarked", "nature", "label", "contract_code", "legal_reference", "act_label",
    "act_procedure", "act_supplier", "is_take_back",
)  # fmt: skip


def digests_of(version_id: int) -> tuple[str, dict[int, str]]:
    """Return the digest of a version, and those of its files by project; two queries.

    A line that was taken out is no content: to take it out changes the digest.
    """
    by_project: dict[int, list[Content]] = defaultdict(list)
    lines = list(_contents(ProgrammingLine.objects.filter(programming_version=version_id)))
    for project, content in lines:
        if project is not None:
            by_project[project].append(content)
    files = {project: content_digest(some) for project, some in by_project.items()}
    return content_digest(content for _, content in lines), files


def digest_of_file(file: ProgrammingFile) -> str:
    """Return the digest of what a project holds in a version; two queries."""
    lines = ProgrammingLine.objects.filter(
        programming_version=file.programming_version_id, project=file.project_id
    )
    return content_digest(content for _, content in _contents(lines))


def _contents(lines: Any) -> Iterable[tuple[int | None, Content]]:
    live = lines.live()
    amounts: dict[int, dict[int, dict[str, int | None]]] = defaultdict(dict)
    cells = [Cast(F(cell), _RAW) for cell in CELLS]
    rows = ProgrammingAmount.objects.filter(line__in=live).order_by()
    for line_id, rank, *values in rows.values_list("line_id", "rank", *cells):
        amounts[line_id][rank] = dict(zip(CELLS, values, strict=True))
    columns = ("pk", "lineage", "project_id", "act_month", *_TEXTS)
    opening = Cast(F("opening_left_to_pay"), _RAW)
    for pk, lineage, project, month, *texts in live.order_by("pk").values_list(*columns, opening):
        said: dict[str, Any] = dict(zip((*_TEXTS, "opening"), texts, strict=True))
        said["act_month"] = month.isoformat() if month else None
        yield project, Content(lineage.hex, said, amounts.get(pk, {}))


def steps_of(version_id: int) -> list[Taken]:
    """Return every step of a version and of its files, the oldest first; one query."""
    rows = ProgrammingStep.objects.filter(programming_version=version_id).order_by("pk")
    columns = ("pk", "verb", "content_digest", "project_id", "actor_id", "on_behalf_of_id")
    return [Taken(*row) for row in rows.values_list(*columns)]


def open_files(version_id: int, projects: Collection[int | None] | None = None) -> None:
    """Open the files that the projects of the lines of a version do not have yet.

    `projects` are those to look at, all without. Called under the lock of the version, which is
    not frozen; two queries, three when a file is opened.
    """
    lines = ProgrammingLine.objects.filter(programming_version=version_id, project__isnull=False)
    if projects is not None:
        lines = lines.filter(project__in=[one for one in projects if one is not None])
    wanted = set(lines.order_by().values_list("project_id", flat=True).distinct())
    held = ProgrammingFile.objects.filter(programming_version=version_id, project__in=wanted)
    missing = wanted - set(held.values_list("project_id", flat=True))
    ProgrammingFile.objects.bulk_create(
        [
            ProgrammingFile(programming_version_id=version_id, project_id=project)
            for project in sorted(missing)
        ]
    )
