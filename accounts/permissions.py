"""What a user may do: the grants of the day read through the policy table (rule 8)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps

from accounts.enums import Action, Reach, Resource, ScopeKind
from accounts.policy import NEVER_BY_MACHINE, POLICY, TOKEN_SCOPES
from accounts.scopes import GrantInForce, Scopes
from accounts.scoping import scopes_below
from common.fiscal import today


def grants_of(user: Any) -> tuple[GrantInForce, ...]:
    """Return the grants in force today; one query, kept on the user object."""
    if not user.is_authenticated:
        return ()
    cached: tuple[GrantInForce, ...] | None = getattr(user, "_grants_in_force", None)
    if cached is None:
        # By name: the models of this room read their own rights here.
        grants = apps.get_model("accounts", "Grant")._default_manager.all()
        rows = grants.filter(user_id=user.pk).active_on(today())
        ordered = rows.order_by("role", "scope_kind", "scope_code")
        columns = ("role", "scope_kind", "scope_code", "pk", "ends_at")
        cached = tuple(
            GrantInForce(role, kind, code, number if ends_at else None, ends_at)
            for role, kind, code, number, ends_at in ordered.values_list(*columns)
        )
        user._grants_in_force = cached
    return cached


def emergency_of(user: Any) -> GrantInForce | None:
    """Return the emergency access that `user` holds now, None outside of any (§3.3, 8)."""
    return next((grant for grant in grants_of(user) if grant.emergency is not None), None)


def roles_of(user: Any) -> frozenset[str]:
    """Return the roles in force today."""
    return frozenset(grant.role for grant in grants_of(user))


def scopes_of(user: Any, action: str, resource: str) -> Scopes:
    """Return where `user` may do `action` on `resource`.

    A machine client's token narrows what its role allows (`token_scopes` is set by the API
    authentication), and no machine validates.
    """
    token_scopes = getattr(user, "token_scopes", None)
    if token_scopes is not None and not any(
        (resource, action) in TOKEN_SCOPES.get(scope, ()) for scope in token_scopes
    ):
        return Scopes()
    if getattr(user, "is_machine", False) and action in NEVER_BY_MACHINE:
        return Scopes()
    return scopes_of_grants(grants_of(user), action, resource)


def scopes_of_grants(grants: Iterable[GrantInForce], action: str, resource: str) -> Scopes:
    """Return where these grants allow `action` on `resource`, whoever holds them."""
    codes: dict[str, set[str]] = {}
    for grant in grants:
        reach = POLICY.get((grant.role, resource, action))
        if reach is None:
            continue
        if reach == Reach.BUDGET and grant.scope_kind == ScopeKind.PORTFOLIO:
            reach = Reach.NODE  # a budget officer of a portfolio, not of a BOP
        if reach == Reach.ALL or (reach in (Reach.NODE, Reach.BUDGET) and not grant.scope_code):
            return Scopes(everywhere=True)
        if reach == Reach.ENTITY and not grant.scope_code:
            continue  # a partner without an entity is nobody's
        codes.setdefault(reach, set()).add(grant.scope_code)
    return Scopes(codes={reach: frozenset(found) for reach, found in codes.items()})


def can(user: Any, action: str, resource: str) -> bool:
    """Whether `user` may do `action` on some object of this kind; rows are checked apart."""
    return not scopes_of(user, action, resource).empty


# What is personal: seen as somebody else, one's own jobs and events tell nothing of their rights.
_PERSONAL = frozenset({Resource.JOB, Resource.AUDIT, Resource.IMPORT_BATCH})


def covers(viewer: Any, target: Any) -> bool:
    """Whether everything that `target` reads lies inside what `viewer` reads.

    What « voir comme » asks for: nobody sees through another what they may not see themselves; a
    technical administrator, who reads no amount, sees nobody's pages.
    """
    return all(
        _inside(
            scopes_of_grants(grants_of(target), Action.READ, resource),
            scopes_of(viewer, Action.READ, resource),
        )
        for resource in Resource
        if resource not in _PERSONAL
    )


def _inside(inner: Scopes, outer: Scopes) -> bool:
    if outer.everywhere or inner.empty:
        return True
    if inner.everywhere:
        return False
    nodes = scopes_below(ScopeKind.PORTFOLIO, outer.nodes)
    held = {
        Reach.NODE: nodes,
        Reach.OWN: nodes,
        Reach.CONTRACT: nodes,
        Reach.BUDGET: scopes_below(ScopeKind.NOMENCLATURE, outer.budget_nodes),
    }
    return all(codes <= held.get(Reach(reach), frozenset()) for reach, codes in inner.codes.items())
