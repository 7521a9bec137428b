"""Technical administration of jobs, read only."""

from __future__ import annotations

from django.contrib import admin

from jobs.models import Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    """Jobs as they are; they are asked for and cancelled by services."""

    list_display = ["id", "kind", "key", "state", "attempts", "created_at"]
    list_filter = ["state", "kind"]

    def has_add_permission(self, request: object) -> bool:
        """Jobs are asked for by services."""
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        """Jobs change by running."""
        return False
