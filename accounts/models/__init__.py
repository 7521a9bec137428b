"""Users, grants, machine clients, audit events, preferences and saved views."""

from __future__ import annotations

from accounts.models.clients import MachineClient
from accounts.models.events import AuditEvent
from accounts.models.grants import Grant, GrantQuerySet
from accounts.models.preferences import Preferences
from accounts.models.saved_views import DefaultView, SavedView
from accounts.models.users import User

__all__ = [
    "AuditEvent",
    "DefaultView",
    "Grant",
    "GrantQuerySet",
    "MachineClient",
    "Preferences",
    "SavedView",
    "User",
]
