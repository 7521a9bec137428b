"""The policy: one declarative table, role × object × action × reach (`reliability.md` §3.2).

Pages, API, exports, jobs and search read this table and nothing else. A missing cell is a refusal.
A new role or right is one line here; the generated matrix test follows.
"""

from __future__ import annotations

from accounts.enums import Action, Reach, Resource, Role

A, R = Action, Resource
_READ_EXPORT = (A.READ, A.EXPORT)
_EDIT_PROJECT = (A.CREATE, A.UPDATE, A.ESTIMATE, A.REPORT, A.CLOSE)

_ROWS: tuple[tuple[Role, tuple[Resource, ...], tuple[Action, ...], Reach], ...] = (
    # Portfolio director: reads, creates and edits inside the granted node.
    (Role.PORTFOLIO_DIRECTOR, (R.PORTFOLIO, R.LEDGER, R.CONTRACT), _READ_EXPORT, Reach.NODE),
    (Role.PORTFOLIO_DIRECTOR, (R.PROJECT,), (*_READ_EXPORT, *_EDIT_PROJECT), Reach.NODE),
    (Role.PORTFOLIO_DIRECTOR, (R.INDICATOR_VALUE,), _READ_EXPORT, Reach.NODE),
    (Role.PORTFOLIO_DIRECTOR, (R.PARTNER, R.INDICATOR), _READ_EXPORT, Reach.ALL),
    (Role.PORTFOLIO_DIRECTOR, (R.JOB,), (A.READ,), Reach.OWN),
    # Project manager: own projects only, inside the granted node.
    (Role.PROJECT_MANAGER, (R.PORTFOLIO, R.LEDGER, R.CONTRACT), _READ_EXPORT, Reach.OWN),
    (Role.PROJECT_MANAGER, (R.PROJECT,), (*_READ_EXPORT, *_EDIT_PROJECT), Reach.OWN),
    (Role.PROJECT_MANAGER, (R.INDICATOR_VALUE,), _READ_EXPORT, Reach.OWN),
    (Role.PROJECT_MANAGER, (R.PARTNER,), _READ_EXPORT, Reach.OWN),
    (Role.PROJECT_MANAGER, (R.INDICATOR,), _READ_EXPORT, Reach.ALL),
    (Role.PROJECT_MANAGER, (R.JOB,), (A.READ,), Reach.OWN),
    # Budget officer: reads projects, holds the ledgers of the granted node.
    (Role.BUDGET_OFFICER, (R.PORTFOLIO, R.PROJECT, R.CONTRACT), _READ_EXPORT, Reach.NODE),
    (Role.BUDGET_OFFICER, (R.LEDGER,), (*_READ_EXPORT, A.IMPORT), Reach.NODE),
    (Role.BUDGET_OFFICER, (R.INDICATOR_VALUE,), _READ_EXPORT, Reach.NODE),
    (Role.BUDGET_OFFICER, (R.PARTNER, R.INDICATOR), _READ_EXPORT, Reach.ALL),
    (Role.BUDGET_OFFICER, (R.JOB, R.IMPORT_BATCH), (A.READ,), Reach.OWN),
    # Management controller: reads everything, recomputes, imports facts.
    (
        Role.MANAGEMENT_CONTROLLER,
        (R.PORTFOLIO, R.PROJECT, R.CONTRACT, R.PARTNER, R.INDICATOR),
        _READ_EXPORT,
        Reach.ALL,
    ),
    (Role.MANAGEMENT_CONTROLLER, (R.LEDGER,), (*_READ_EXPORT, A.IMPORT), Reach.ALL),
    (Role.MANAGEMENT_CONTROLLER, (R.INDICATOR_VALUE,), (*_READ_EXPORT, A.RECOMPUTE), Reach.ALL),
    (Role.MANAGEMENT_CONTROLLER, (R.JOB, R.IMPORT_BATCH), (A.READ,), Reach.ALL),
    # Machine client: its perimeter, narrowed further by the scopes of its token.
    (
        Role.API_CLIENT,
        (R.PORTFOLIO, R.LEDGER, R.CONTRACT, R.INDICATOR_VALUE),
        _READ_EXPORT,
        Reach.NODE,
    ),
    (Role.API_CLIENT, (R.PROJECT,), (*_READ_EXPORT, *_EDIT_PROJECT), Reach.NODE),
    (Role.API_CLIENT, (R.PARTNER, R.INDICATOR), _READ_EXPORT, Reach.ALL),
    (Role.API_CLIENT, (R.INDICATOR_VALUE,), (A.RECOMPUTE,), Reach.NODE),
    (Role.API_CLIENT, (R.JOB,), (A.READ,), Reach.OWN),
)

POLICY: dict[tuple[str, str, str], Reach] = {
    (role.value, resource.value, action.value): reach
    for role, resources, actions, reach in _ROWS
    for resource in resources
    for action in actions
}

# What a token's scope opens, whatever the policy of the client's role allows.
TOKEN_SCOPES: dict[str, frozenset[tuple[str, str]]] = {
    "read": frozenset((r.value, a.value) for r in Resource for a in _READ_EXPORT),
    "indicators:read": frozenset(
        (r.value, a.value)
        for r in (R.INDICATOR, R.INDICATOR_VALUE, R.PROJECT)
        for a in _READ_EXPORT
    ),
    "projects:write": frozenset((R.PROJECT.value, a.value) for a in _EDIT_PROJECT),
    "jobs:write": frozenset({(R.INDICATOR_VALUE.value, A.RECOMPUTE.value)}),
}
