"""What the table of delegations refuses, whoever writes to it: another's grant, and any change."""

from __future__ import annotations

from common.triggers import Guard

_DELEGATIONS, _GRANTS = "accounts_delegation", "accounts_grant"
_KEPT = (
    "grant_id", "giver_id", "delegate_id", "scope_kind", "scope_code", "valid_from", "valid_to",
    "reason", "given_at",
)  # fmt: skip
_CHANGED = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _KEPT)
_NOT_OWN = (
    f"NOT EXISTS (SELECT 1 FROM {_GRANTS} g "  # noqa: S608 (names of this module)
    "WHERE g.id = NEW.grant_id AND g.user_id = NEW.giver_id AND NOT g.is_emergency)"
)

DELEGATION_GUARDS: tuple[Guard, ...] = (
    Guard(
        "accounts_delegation_of_own_grant", _DELEGATIONS, "INSERT", _NOT_OWN,
        "a delegation lends a grant of its giver, never an emergency access",
    ),
    Guard(
        "accounts_delegation_kept", _DELEGATIONS, "UPDATE", _CHANGED,
        "a delegation is not changed: it is revoked",
    ),
    Guard(
        "accounts_delegation_revoked_once", _DELEGATIONS, "UPDATE",
        "OLD.revoked_at IS NOT NULL AND (NEW.revoked_at IS DISTINCT FROM OLD.revoked_at "
        "OR NEW.revoked_by_id IS DISTINCT FROM OLD.revoked_by_id)",
        "a delegation is revoked once",
    ),
)  # fmt: skip
