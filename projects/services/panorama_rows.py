"""The editions, published rows and aliases that an import of the panorama writes and replaces."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from projects.models import Ministry, PanoramaEdition, PanoramaEntry, Project, ProjectAlias
from projects.services.panorama_plan import Plan
from projects.services.panorama_state import EntryFacts, Known, State
from projects.services.panorama_traces import ALIASES, EDITIONS, ENTRIES, Done, trace_row
from records.enums import RowChange
from records.models import ImportBatch


def created_project(known: Known) -> Project:
    """Return the project of a recognised row, once it is created."""
    if known.project is None:
        raise LookupError(known.code)
    return known.project


def known_editions(plan: Plan, state: State) -> list[PanoramaEdition]:
    """Return the stored editions whose rows are replaced."""
    codes = [item.edition for item in plan.editions]
    return [state.editions[code] for code in codes if code in state.editions]


def create_aliases(plan: Plan, batch: ImportBatch, done: Done) -> None:
    """Record the titles by which a project is recognised beside its own."""
    touched = [created_project(known).pk for known in plan.touched.values()]
    stored = list(ProjectAlias.objects.filter(project__in=touched).select_related("project"))
    told = {(alias.project_id, alias.normalised_title) for alias in stored}
    aliases = {
        (project.pk, key[:200]): ProjectAlias(
            project=project, title=title[:200], normalised_title=key[:200]
        )
        for known in plan.touched.values()
        if (project := created_project(known))
        for key, title in known.keys.items()
        if key != project.normalised_title and (project.pk, key[:200]) not in told
    }
    fresh = ProjectAlias.objects.bulk_create(aliases.values())
    # A former alias that became the title of its project is no alias any more.
    gone = [alias for alias in stored if alias.normalised_title == alias.project.normalised_title]
    done.rows += [trace_row(batch, ALIASES, RowChange.CREATED, alias) for alias in fresh]
    done.rows += [trace_row(batch, ALIASES, RowChange.UPDATED, alias) for alias in gone]
    ProjectAlias.objects.filter(pk__in=[alias.pk for alias in gone]).delete()


def replace_entries(
    plan: Plan, state: State, ministries: dict[str, Ministry], batch: ImportBatch, done: Done
) -> None:
    """Write the rows of the editions that are new or differ."""
    codes = [edition.edition for edition in plan.editions]
    former = PanoramaEntry.objects.filter(edition__code__in=codes)
    replaced = [*known_editions(plan, state), *former.order_by("pk")]
    for row in replaced:
        table = ENTRIES if isinstance(row, PanoramaEntry) else EDITIONS
        done.rows.append(trace_row(batch, table, RowChange.UPDATED, row))
    former.delete()
    fresh = [
        PanoramaEdition(code=item.edition, published_on=item.published_on, batch=batch)
        for item in plan.editions
        if item.edition not in state.editions
    ]
    PanoramaEdition.objects.bulk_create(fresh)
    done.rows += [trace_row(batch, EDITIONS, RowChange.CREATED, edition) for edition in fresh]
    editions = state.editions | {edition.code: edition for edition in fresh}
    for item in plan.editions:
        editions[item.edition].published_on = item.published_on
        editions[item.edition].batch = batch
    PanoramaEdition.objects.bulk_update(
        [editions[code] for code in codes], ["published_on", "batch"]
    )
    PanoramaEntry.objects.bulk_create(
        [
            _entry(entry.facts, ministries, edition=editions[item.edition], line=entry.row.line,
                   project=created_project(entry.known))
            for item in plan.editions
            for entry in item.entries
        ]
    )  # fmt: skip


def _entry(facts: EntryFacts, ministries: dict[str, Ministry], **fields: Any) -> PanoramaEntry:
    """Build one stored row."""
    values = asdict(facts)
    ministry = ministries.get(values.pop("ministry_code"))
    line = fields.pop("line")
    return PanoramaEntry(ministry=ministry, source_line=line, **fields, **values)
