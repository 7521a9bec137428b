"""What a user may do: the grants of the day read through the policy table (rule 8)."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.apps import apps
from django.db.models import FilteredRelation, Q

from accounts.enums import Action, Reach, Resource, Role, ScopeKind
from accounts.policy import BUSINESS_ROLES, EXCLUSIVE_ROLES, NEVER_BY_MACHINE, POLICY, TOKEN_SCOPES
from accounts.scopes import GrantInForce, Scopes
from accounts.scoping import scopes_below
from common.fiscal import today

# What is read commits nobody: a name is written down for what is done.
_LOOKING = frozenset({Action.READ, Action.EXPORT, Action.VIEW_AS})
# What a delegation never lends: to grant in turn, and what is personal.
_NOT_LENT = frozenset(
    {
        Resource.GRANT, Resource.EMERGENCY_ACCESS, Resource.MACHINE_CLIENT, Resource.USER,
        Resource.JOB, Resource.AUDIT, Resource.IMPORT_BATCH,
    }
)  # fmt: skip
# The reaches that are those of a person: lent, they reach the records of who lends them.
_OWN_RECORDS = frozenset({Reach.OWN, Reach.CONTRACT})


def grants_of(user: Any) -> tuple[GrantInForce, ...]:
    """Return the grants in force today, lent ones included; one query, kept on the user object."""
    if not user.is_authenticated:
        return ()
    cached: tuple[GrantInForce, ...] | None = getattr(user, "_grants_in_force", None)
    if cached is None:
        cached = grants_in_force([user.pk])[user.pk]
        user._grants_in_force = cached
    return cached


def grants_in_force(people: Collection[int]) -> dict[int, tuple[GrantInForce, ...]]:
    """Return the grants in force today of some people by id: theirs, and those lent to them.

    A delegation is in force between its dates, until it is revoked, as long as its grant is and
    its giver has an account. One query; one more for each that lends a part of a scope.
    """
    # By name: the models of this room read their own rights here.
    grants = apps.get_model("accounts", "Grant")._default_manager.all()
    day = today()
    lent = FilteredRelation(
        "delegations",
        condition=Q(
            delegations__delegate__in=list(people),
            delegations__revoked_at__isnull=True,
            delegations__valid_from__lte=day,
            delegations__valid_to__gte=day,
        ),
    )
    rows = grants.active_on(day).annotate(lent=lent)
    rows = rows.filter(Q(user__in=list(people)) | Q(lent__isnull=False, user__is_active=True))
    columns = (
        "user_id", "role", "scope_kind", "scope_code", "pk", "ends_at", "lent__delegate_id",
        "lent__scope_kind", "lent__scope_code",
    )  # fmt: skip
    found: dict[int, set[GrantInForce]] = {person: set() for person in people}
    for row in rows.values_list(*columns):
        owner, role, kind, code, number, ends_at, delegate, part_kind, part_code = row
        if owner in found:
            emergency = number if ends_at else None
            found[owner].add(GrantInForce(role, kind, code, emergency, ends_at))
        if delegate is not None and not ends_at and _is_part(kind, code, part_kind, part_code):
            found[delegate].add(GrantInForce(role, part_kind, part_code, behalf=owner))
    return {person: _sorted(held) for person, held in found.items()}


def _is_part(kind: str, code: str, part_kind: str, part_code: str) -> bool:
    """Whether a scope lies inside that of a grant, now: trees move."""
    if not code or (part_kind, part_code) == (kind, code):
        return True
    return bool(part_code) and part_kind == kind and part_code in scopes_below(kind, [code])


def _sorted(held: set[GrantInForce]) -> tuple[GrantInForce, ...]:
    """Return grants in a constant order; who holds a role that stands alone is lent nothing."""
    alone = any(one.behalf is None and one.role in EXCLUSIVE_ROLES for one in held)
    kept = [one for one in held if one.behalf is None or not alone]
    return tuple(sorted(kept, key=lambda one: (*one[:3], one.emergency or 0, one.behalf or 0)))


def stands_in_for(user: Any) -> frozenset[int]:
    """Return the ids of the people whose grants are lent to `user` today."""
    return frozenset(one.behalf for one in grants_of(user) if one.behalf is not None)


def hats_of(user: Any) -> list[tuple[int | None, Any]]:
    """Return `user` in their own name (None), then in that of each person they stand in for.

    Each is the same person with the grants of one hat: what is allowed under none of them alone is
    not allowed by two of them together, where one name has to be written down.
    """
    names: list[int | None] = [None, *sorted(stands_in_for(user))]
    found = []
    for name in names:
        worn = copy.copy(user)
        worn._grants_in_force = tuple(one for one in grants_of(user) if one.behalf == name)
        found.append((name, worn))
    return found


def emergency_of(user: Any) -> GrantInForce | None:
    """Return the emergency access that `user` holds now, None outside of any (§3.3, 8)."""
    return next((grant for grant in grants_of(user) if grant.emergency is not None), None)


def roles_of(user: Any) -> frozenset[str]:
    """Return the roles in force today."""
    return frozenset(grant.role for grant in grants_of(user))


def is_of_the_house(user: Any) -> bool:
    """Whether `user` is a person with a role, who is no partner."""
    roles = roles_of(user)
    return bool(roles) and not user.is_machine and Role.PARTNER not in roles


def lends_some(user: Any) -> bool:
    """Whether `user` holds a grant of their own that a delegation may lend."""
    return any(
        one.role in BUSINESS_ROLES and one.behalf is None and one.emergency is None
        for one in grants_of(user)
    )


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
    held = grants_of(user)
    if action not in _LOOKING:
        user._acts_for = _acts_for(held, action, resource)
    return scopes_of_grants(held, action, resource)


def _acts_for(held: Iterable[GrantInForce], action: str, resource: str) -> int | None:
    """Return who lends the right to do `action`, when one's own grants do not give it at all."""
    givers = [one.behalf for one in held if _opens(one, action, resource)]
    lenders = [one for one in givers if one is not None]
    return min(lenders) if lenders and None not in givers else None


def _opens(grant: GrantInForce, action: str, resource: str) -> bool:
    if grant.behalf is not None and resource in _NOT_LENT:
        return False
    return (grant.role, resource, action) in POLICY


def acting_for(user: Any) -> int | None:
    """Return in whose name `user` does what was checked last, None in their own (§3.3, 5)."""
    found: int | None = getattr(user, "_acts_for", None)
    return found


def scopes_of_grants(grants: Iterable[GrantInForce], action: str, resource: str) -> Scopes:
    """Return where these grants allow `action` on `resource`, whoever holds them."""
    codes: dict[str, set[str]] = {}
    lent: dict[int, dict[str, set[str]]] = {}
    for grant in grants:
        reach = POLICY.get((grant.role, resource, action))
        if reach is None or not _opens(grant, action, resource):
            continue
        if reach == Reach.BUDGET and grant.scope_kind == ScopeKind.PORTFOLIO:
            reach = Reach.NODE  # a budget officer of a portfolio, not of a BOP
        if reach == Reach.ALL or (reach in (Reach.NODE, Reach.BUDGET) and not grant.scope_code):
            return Scopes(everywhere=True)
        if reach == Reach.ENTITY and not grant.scope_code:
            continue  # a partner without an entity is nobody's
        is_others = grant.behalf is not None and reach in _OWN_RECORDS
        opened = lent.setdefault(grant.behalf or 0, {}) if is_others else codes
        opened.setdefault(reach, set()).add(grant.scope_code)
    return Scopes(
        codes=_frozen(codes), lent={giver: _frozen(found) for giver, found in lent.items()}
    )


def _frozen(codes: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {reach: frozenset(found) for reach, found in codes.items()}


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
    return all(
        codes <= held.get(Reach(reach), frozenset())
        for opened in (inner.codes, *inner.lent.values())
        for reach, codes in opened.items()
    )
