"""Technical administration of accounts."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from accounts.models import AuditEvent, Grant, MachineClient, User

admin.site.register(User, UserAdmin)


@admin.register(Grant)
class GrantAdmin(admin.ModelAdmin):
    """Grants by user."""

    list_display = ["user", "role", "scope_code", "valid_from", "valid_to"]
    list_select_related = ["user"]


@admin.register(MachineClient)
class MachineClientAdmin(admin.ModelAdmin):
    """Machine clients; secrets are never shown."""

    list_display = ["name", "scopes", "created_at"]
    readonly_fields = ["application", "account"]


@admin.register(AuditEvent)
class AuditEventAdmin(admin.ModelAdmin):
    """Audit events, read only."""

    list_display = ["at", "actor", "verb", "object_kind", "object_code"]

    def has_add_permission(self, request: object) -> bool:
        """Nobody writes an event by hand."""
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        """Nobody edits an event."""
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        """Nobody deletes an event."""
        return False
