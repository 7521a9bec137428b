"""Filters of the jobs room."""

from __future__ import annotations

from common.api.filtersets import CodeFilter, Filters, OneOf
from jobs.enums import JobState


class JobFilters(Filters):
    """Filters of `jobs`."""

    kind = CodeFilter("kind")
    key = CodeFilter("key")
    state = OneOf("state", JobState.choices)
    requested_by = CodeFilter("requested_by__username")
