"""Jobs of the imports: check a deposit, record it, purge those left alone."""

from __future__ import annotations

from typing import Any

from jobs.services import JobContext
from records.services.checking import STEPS, check_draft, commit_draft
from records.services.drafts import oldest_kept, purge_drafts


def run_check(context: JobContext) -> dict[str, Any]:
    """Handle `records.check`."""
    draft = check_draft(draft_id=context.payload["draft"])
    return {"draft": draft.pk}


def run_import(context: JobContext) -> dict[str, Any]:
    """Handle `records.import`: effects and end are one commit."""
    return commit_draft(
        draft_id=context.payload["draft"],
        tell=lambda step: context.heartbeat(done=step, total=STEPS),
        hold=context.hold,
        done=context.complete,
    )


def run_purge(_context: JobContext) -> dict[str, Any]:
    """Handle `records.purge`."""
    return {"abandoned": purge_drafts(before=oldest_kept())}
