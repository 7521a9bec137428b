"""The policy: one declarative table, role × object × action × reach (`reliability.md` §3.2).

Pages, API, exports, jobs and search read this table and nothing else. A missing cell is a refusal.
A new role or right is one line here; `tests/policy_matrix.csv` says what is expected of it.
"""

from __future__ import annotations

from accounts.enums import Action, Reach, Resource, Role, ScopeKind

A, R = Action, Resource
_SEE = (A.READ, A.EXPORT)
_EDIT_PROJECT = (A.UPDATE, A.ESTIMATE, A.REPORT, A.CLOSE)
_EDIT = (A.CREATE, A.UPDATE, A.CLOSE, A.DELETE)
_NOTE = (A.READ, A.CREATE, A.UPDATE)
_PROGRAMMING = (R.PROGRAMMING_REQUEST, R.PROGRAMMING_VERSION)
_MONEY = (R.CREDIT, R.LEDGER, R.CONTRACT)
_STEER = (A.READ, A.CANCEL, A.RETRY)
# What the whole house reads of the budget: it bears no amount.
_SETTINGS = (R.NOMENCLATURE, R.EXERCISE, R.BUDGET_RULE)

_Row = tuple[tuple[Resource, ...], tuple[Action, ...], Reach]

_ROWS: dict[Role, tuple[_Row, ...]] = {
    # Reads everything of the granted portfolio, edits and validates its projects.
    Role.PORTFOLIO_DIRECTOR: (
        ((R.PORTFOLIO,), (*_SEE, *_EDIT), Reach.NODE),
        ((R.PROJECT,), (*_SEE, *_EDIT_PROJECT, A.VALIDATE, A.MERGE), Reach.NODE),
        ((*_MONEY, R.RESERVATION, R.INDICATOR_VALUE), _SEE, Reach.NODE),
        ((R.LEDGER,), (A.ESTIMATE,), Reach.NODE),
        # Whoever may go beyond a ceiling with a reason decides in their own name.
        ((R.RESERVATION,), (A.CREATE,), Reach.NODE),
        (_PROGRAMMING, _SEE, Reach.NODE),
        ((R.PROGRAMMING_REQUEST,), (A.SUBMIT,), Reach.NODE),
        ((R.PROGRAMMING_VERSION,), (A.VALIDATE,), Reach.NODE),
        ((R.CONTRACT,), (A.VALIDATE,), Reach.NODE),
        ((R.PARTNER, R.INDICATOR, *_SETTINGS), _SEE, Reach.ALL),
        ((R.ATTACHMENT, R.COMMENT), _NOTE, Reach.NODE),
        ((R.ALERT,), (*_SEE, A.UPDATE), Reach.NODE),
        ((R.USER,), (A.READ,), Reach.ALL),
        ((R.GRANT,), (A.READ, A.CREATE, A.VIEW_AS), Reach.NODE),
        ((R.JOB,), _STEER, Reach.OWN),
        ((R.AUDIT,), (A.READ,), Reach.OWN),
    ),
    # Own projects, inside the granted portfolio.
    Role.PROJECT_MANAGER: (
        ((R.PORTFOLIO,), _SEE, Reach.NODE),
        ((R.PROJECT,), (*_SEE, A.CREATE, *_EDIT_PROJECT, A.SUBMIT, A.DELETE), Reach.OWN),
        ((*_MONEY, R.RESERVATION, R.INDICATOR_VALUE, R.PARTNER), _SEE, Reach.OWN),
        ((R.LEDGER,), (A.ESTIMATE,), Reach.OWN),
        (_PROGRAMMING, _SEE, Reach.OWN),
        ((R.PROGRAMMING_REQUEST,), (A.CREATE, A.UPDATE, A.SUBMIT), Reach.OWN),
        ((R.INDICATOR, *_SETTINGS), _SEE, Reach.ALL),
        ((R.ALERT,), (*_SEE, A.UPDATE), Reach.OWN),
        ((R.ATTACHMENT, R.COMMENT), _NOTE, Reach.OWN),
        ((R.JOB,), _STEER, Reach.OWN),
        ((R.AUDIT,), (A.READ,), Reach.OWN),
    ),
    # Holds the credits of the granted BOP or UO, imports its facts.
    Role.BUDGET_OFFICER: (
        ((R.PORTFOLIO, R.PROJECT, R.CONTRACT, R.INDICATOR_VALUE), _SEE, Reach.BUDGET),
        ((R.CREDIT,), (*_SEE, A.CREATE, A.UPDATE, A.SUBMIT, A.IMPORT, A.CORRECT), Reach.BUDGET),
        ((R.LEDGER,), (*_SEE, A.CREATE, A.IMPORT, A.CORRECT, A.ESTIMATE), Reach.BUDGET),
        ((R.RESERVATION,), (*_SEE, A.CREATE, A.UPDATE, A.CLOSE), Reach.BUDGET),
        ((R.PROGRAMMING_REQUEST,), (*_SEE, A.VALIDATE), Reach.BUDGET),
        ((R.PROGRAMMING_VERSION,), (*_SEE, A.CREATE, A.UPDATE, A.SUBMIT), Reach.BUDGET),
        ((R.MATCHING_RULE,), (*_SEE, *_EDIT), Reach.ALL),
        ((R.CONTRACT,), (A.VALIDATE,), Reach.BUDGET),
        ((R.NOMENCLATURE,), (*_SEE, *_EDIT), Reach.ALL),
        ((R.EXERCISE,), (*_SEE, A.CREATE, A.UPDATE, A.CLOSE), Reach.ALL),
        ((R.PARTNER, R.INDICATOR, R.BUDGET_RULE), _SEE, Reach.ALL),
        ((R.ATTACHMENT, R.COMMENT), _NOTE, Reach.BUDGET),
        ((R.ALERT,), (*_SEE, A.UPDATE), Reach.BUDGET),
        ((R.USER,), (A.READ,), Reach.ALL),
        ((R.GRANT,), (A.READ, A.CREATE, A.VIEW_AS), Reach.BUDGET),
        ((R.IMPORT_BATCH,), (A.READ, A.UNDO), Reach.OWN),
        ((R.JOB,), _STEER, Reach.OWN),
        ((R.AUDIT,), (A.READ,), Reach.OWN),
    ),
    # Own contracts, the projects that they serve, the directory of partners.
    Role.CONTRACT_MANAGER: (
        ((R.PORTFOLIO, R.PROJECT, R.LEDGER, R.INDICATOR_VALUE), _SEE, Reach.CONTRACT),
        ((R.CONTRACT,), (*_SEE, *_EDIT, A.SUBMIT), Reach.CONTRACT),
        (_PROGRAMMING, _SEE, Reach.CONTRACT),
        ((R.PARTNER,), (*_SEE, *_EDIT, A.MERGE), Reach.ALL),
        ((R.INDICATOR, *_SETTINGS), _SEE, Reach.ALL),
        ((R.ATTACHMENT, R.COMMENT), _NOTE, Reach.CONTRACT),
        ((R.ALERT,), _SEE, Reach.CONTRACT),
        ((R.JOB,), _STEER, Reach.OWN),
        ((R.AUDIT,), (A.READ,), Reach.OWN),
    ),
    # Reads everything, defines and recomputes indicators, imports facts.
    Role.MANAGEMENT_CONTROLLER: (
        ((R.PORTFOLIO, R.PROJECT, *_MONEY, R.PARTNER, R.NOMENCLATURE), _SEE, Reach.ALL),
        ((R.CREDIT,), (A.VALIDATE,), Reach.ALL),
        # The second person who opens a closed exercise again (§3.3, 2).
        ((R.EXERCISE,), (*_SEE, A.VALIDATE), Reach.ALL),
        ((R.RESERVATION,), _SEE, Reach.ALL),
        (_PROGRAMMING, _SEE, Reach.ALL),
        # What a controller creates is a simulation.
        ((R.PROGRAMMING_VERSION,), (A.CREATE,), Reach.ALL),
        ((R.BUDGET_RULE, R.ALERT), (*_SEE, A.UPDATE), Reach.ALL),
        ((R.MATCHING_RULE,), (*_SEE, *_EDIT), Reach.ALL),
        ((R.LEDGER,), (A.IMPORT, A.CORRECT), Reach.ALL),
        ((R.INDICATOR,), (*_SEE, A.CREATE, A.UPDATE, A.SUBMIT, A.VALIDATE), Reach.ALL),
        ((R.INDICATOR_VALUE,), (*_SEE, A.RECOMPUTE), Reach.ALL),
        ((R.ATTACHMENT, R.COMMENT), (A.READ, A.CREATE), Reach.ALL),
        ((R.IMPORT_BATCH,), (A.READ, A.UNDO), Reach.ALL),
        ((R.JOB,), _STEER, Reach.ALL),
    ),
    # The public part of the projects of the own entity, the progress of its share, the indicators
    # that the catalogue shares; its contracts and payments.
    Role.PARTNER: (
        ((R.SHARED_PROJECT,), (*_SEE, A.REPORT), Reach.ENTITY),
        ((R.SHARED_INDICATOR,), _SEE, Reach.ENTITY),
        ((R.LEDGER, R.CONTRACT, R.PARTNER), _SEE, Reach.ENTITY),
        ((R.ATTACHMENT, R.COMMENT), (A.READ, A.CREATE), Reach.ENTITY),
    ),
    # Reads everything, writes nothing.
    Role.AUDITOR: (
        ((R.PORTFOLIO, R.PROJECT, *_MONEY, R.PARTNER, R.NOMENCLATURE), _SEE, Reach.ALL),
        ((R.RESERVATION, R.INDICATOR, R.INDICATOR_VALUE), _SEE, Reach.ALL),
        (_PROGRAMMING, _SEE, Reach.ALL),
        ((R.EXERCISE, R.BUDGET_RULE, R.ALERT, R.MATCHING_RULE), _SEE, Reach.ALL),
        ((R.ATTACHMENT, R.COMMENT, R.IMPORT_BATCH, R.JOB), (A.READ,), Reach.ALL),
        ((R.USER, R.GRANT, R.MACHINE_CLIENT), (A.READ,), Reach.ALL),
        ((R.EMERGENCY_ACCESS,), _SEE, Reach.ALL),
        ((R.AUDIT,), (*_SEE, A.VALIDATE), Reach.ALL),
    ),
    # Its perimeter, narrowed further by the scopes of its token. It validates nothing. Creating
    # and closing projects, and asking for a computation, need the write scope that says so.
    Role.API_CLIENT: (
        ((R.PORTFOLIO, *_MONEY, R.RESERVATION, R.INDICATOR_VALUE, R.ALERT), _SEE, Reach.NODE),
        (_PROGRAMMING, _SEE, Reach.NODE),
        ((R.PROJECT,), (*_SEE, A.CREATE, *_EDIT_PROJECT), Reach.NODE),
        ((R.INDICATOR_VALUE,), (A.RECOMPUTE,), Reach.NODE),
        ((R.LEDGER,), (A.IMPORT,), Reach.NODE),
        ((R.PARTNER, R.INDICATOR, *_SETTINGS), _SEE, Reach.ALL),
        ((R.JOB, R.IMPORT_BATCH), (A.READ,), Reach.OWN),
    ),
    # Accounts and parameters; never an amount.
    Role.TECHNICAL_ADMIN: (
        ((R.USER, R.MACHINE_CLIENT), (A.READ, A.CREATE, A.UPDATE, A.CLOSE), Reach.ALL),
        ((R.GRANT,), (A.READ, A.CREATE, A.UPDATE, A.VALIDATE, A.VIEW_AS), Reach.ALL),
        ((R.EMERGENCY_ACCESS,), (*_SEE, A.CREATE, A.VALIDATE, A.CLOSE), Reach.ALL),
        ((R.BUDGET_RULE,), (A.READ, A.UPDATE), Reach.ALL),
        ((R.JOB,), _STEER, Reach.ALL),
        ((R.AUDIT,), (A.READ,), Reach.ALL),
    ),
}

POLICY: dict[tuple[str, str, str], Reach] = {
    (role.value, resource.value, action.value): reach
    for role, rows in _ROWS.items()
    for resources, actions, reach in rows
    for resource in resources
    for action in actions
}

# What the scope of a grant names, by role; a role of the whole house names nothing.
SCOPE_KINDS: dict[str, tuple[ScopeKind, ...]] = {
    Role.PORTFOLIO_DIRECTOR: (ScopeKind.PORTFOLIO,),
    Role.PROJECT_MANAGER: (ScopeKind.PORTFOLIO,),
    Role.BUDGET_OFFICER: (ScopeKind.NOMENCLATURE, ScopeKind.PORTFOLIO),
    Role.CONTRACT_MANAGER: (ScopeKind.PORTFOLIO,),
    Role.PARTNER: (ScopeKind.ENTITY,),
    Role.API_CLIENT: (ScopeKind.PORTFOLIO,),
}

# Roles that stand alone (`reliability.md` §3.3): whoever administers accounts holds no business
# role, an auditor audits, a partner is outside the house.
EXCLUSIVE_ROLES = frozenset({Role.TECHNICAL_ADMIN, Role.AUDITOR, Role.PARTNER, Role.API_CLIENT})

# What an emergency access may give (§3.3, 8): never the administration of accounts, nor an outside.
BUSINESS_ROLES = (
    Role.PORTFOLIO_DIRECTOR,
    Role.PROJECT_MANAGER,
    Role.BUDGET_OFFICER,
    Role.CONTRACT_MANAGER,
    Role.MANAGEMENT_CONTROLLER,
)

# Verbs that no machine client holds, whatever the table or a token says (§3.3, 7).
NEVER_BY_MACHINE = frozenset({A.VALIDATE, A.SUBMIT, A.UNDO, A.MERGE, A.VIEW_AS})


def _reading(*resources: Resource) -> frozenset[tuple[str, str]]:
    return frozenset((r.value, a.value) for r in resources for a in _SEE)


# What a token's scope opens, whatever the policy of the client's role allows.
TOKEN_SCOPES: dict[str, frozenset[tuple[str, str]]] = {
    "read": _reading(*Resource),
    "indicators:read": _reading(R.INDICATOR, R.INDICATOR_VALUE, R.PROJECT),
    "projects:read": _reading(R.PORTFOLIO, R.PROJECT),
    "budgets:read": _reading(
        *_SETTINGS,
        *_PROGRAMMING,
        R.CREDIT,
        R.LEDGER,
        R.RESERVATION,
        R.ALERT,
        R.MATCHING_RULE,
    ),
    "contracts:read": _reading(R.PARTNER, R.CONTRACT),
    "projects:write": frozenset((R.PROJECT.value, a.value) for a in (A.CREATE, *_EDIT_PROJECT)),
    "jobs:write": frozenset({(R.INDICATOR_VALUE.value, A.RECOMPUTE.value)}),
    "ledgers:import": frozenset(
        {(R.LEDGER.value, A.IMPORT.value), (R.IMPORT_BATCH.value, A.READ.value)}
    ),
}


def incompatible_roles(roles: set[str]) -> tuple[str, str] | None:
    """Return two roles that one person may not hold together; None when all agree."""
    for role in sorted(roles & EXCLUSIVE_ROLES):
        for other in sorted(roles - {role}):
            return role, other
    return None
