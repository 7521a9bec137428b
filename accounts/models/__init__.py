"""Users, grants, machine clients and audit events."""

from __future__ import annotations

from accounts.models.clients import MachineClient
from accounts.models.events import AuditEvent
from accounts.models.grants import Grant, GrantQuerySet
from accounts.models.users import User

__all__ = ["AuditEvent", "Grant", "GrantQuerySet", "MachineClient", "User"]
