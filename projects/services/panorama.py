"""Import the DINUM panorama: published projects, editions, estimates; all or nothing, once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from accounts.services.audit import record_event
from projects.panorama.facts import PanoramaFile, SummaryDict, summarise
from projects.services.figures import mark_figures_changed
from projects.services.panorama_apply import apply_plan, counts_of, lock_root
from projects.services.panorama_plan import Plan, make_plan
from projects.services.panorama_state import load_state
from projects.services.panorama_traces import Done
from records.services.imports import follow_one_another


@dataclass(frozen=True, slots=True)
class PanoramaImport:
    """What an import found and did.

    `editions` are the summaries, with the warnings of the file and those of the comparison with
    the database; `batch` is the code of the import batch, empty when nothing had to be written.
    """

    editions: list[SummaryDict]
    applied: bool
    batch: str
    counts: dict[str, dict[str, int]]


@transaction.atomic
def import_panorama(*, actor: Any, panorama: PanoramaFile, dry_run: bool = False) -> PanoramaImport:
    """Import the editions of a file that was read; `dry_run` tells the same and writes nothing.

    Projects are those of published origin, recognised by their normalised title and aliases
    (domain §3.6). The same figures again change nothing. Rows of a known edition that differ
    replace the former with a warning; estimates are only added; a field that people changed is
    kept. The number of queries does not depend on the number of rows.
    """
    root, done = None, Done()
    if not dry_run:
        follow_one_another()
        root, is_new = lock_root()
        done.nodes += [root] if is_new else []
    state = load_state(lock=not dry_run)
    plan = make_plan(panorama, state)
    counts = counts_of(plan)
    editions = _summaries(panorama, plan)
    if root is None or plan.is_empty:
        return PanoramaImport(editions, applied=not dry_run, batch="", counts=counts)
    person = actor if actor is not None and actor.is_authenticated else None
    batch, changed = apply_plan(
        plan=plan, state=state, root=root, done=done, file=panorama.file, actor=person
    )
    record_event(
        actor=actor,
        verb="imported",
        object_kind="import_batch",
        object_code=batch.code,
        detail={"file": panorama.file, "editions": [item.edition for item in panorama.editions]},
    )
    mark_figures_changed(changed, actor=actor)
    return PanoramaImport(editions, applied=True, batch=batch.code, counts=counts)


def _summaries(panorama: PanoramaFile, plan: Plan) -> list[SummaryDict]:
    """Summarise each edition, with the warnings of the comparison after those of the file."""
    return [
        summarise(replace(facts, warnings=(*facts.warnings, *plan.warnings.get(facts.edition, ()))))
        for facts in panorama.editions
    ]
