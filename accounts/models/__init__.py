"""Users, how they enter, grants, machine clients, audit events, preferences and saved views."""

from __future__ import annotations

from accounts.models.access import AccountLink, Identity, RecoveryCode, SessionRecord, TryCounter
from accounts.models.clients import MachineClient
from accounts.models.delegations import Absence, Delegation
from accounts.models.emergency import EmergencyReport
from accounts.models.events import AuditEvent
from accounts.models.grants import Grant, GrantQuerySet
from accounts.models.merges import RecordMerge
from accounts.models.preferences import Preferences
from accounts.models.saved_views import DefaultView, SavedView
from accounts.models.usage import IdempotencyKey, RateCounter
from accounts.models.users import User, folded

__all__ = [
    "Absence",
    "AccountLink",
    "AuditEvent",
    "DefaultView",
    "Delegation",
    "EmergencyReport",
    "Grant",
    "GrantQuerySet",
    "IdempotencyKey",
    "Identity",
    "MachineClient",
    "Preferences",
    "RateCounter",
    "RecordMerge",
    "RecoveryCode",
    "SavedView",
    "SessionRecord",
    "TryCounter",
    "User",
    "folded",
]
