"""REST framework, OpenAPI and OAuth2 client credentials."""

from __future__ import annotations

from typing import Any

import environ

_env = environ.Env()

# Calls a minute: of one machine client, of one person, of one address (an IPv6 /64). An academy
# stands behind one address.
API_LIMITS = {
    "client": _env.int("API_LIMIT_CLIENT", default=600),
    "person": _env.int("API_LIMIT_PERSON", default=300),
    "network": _env.int("API_LIMIT_NETWORK", default=3000),
}

# Bytes of a JSON body; files have their own bound (MAX_BODY_BYTES).
API_JSON_MAX_BYTES = 1_000_000

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.MachineClientAuthentication",
        "accounts.api.authentication.PageSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.permissions.PolicyPermission"],
    "DEFAULT_RENDERER_CLASSES": ["common.api.renderers.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.api.parsers.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "common.api.pagination.Cursor",
    "DEFAULT_FILTER_BACKENDS": [
        "common.api.filters.StrictFilterBackend",
        "common.api.filters.StrictOrderingFilter",
    ],
    "DEFAULT_SCHEMA_CLASS": "common.api.schema.ProblemAutoSchema",
    "EXCEPTION_HANDLER": "common.api.errors.problem_handler",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "common.api.negotiation.JsonOnly",
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS would list choices and forms: 405
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "PAGE_SIZE": 50,
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "DNE portfolio API",
    "DESCRIPTION": (
        "Projects, AE/CP ledgers, contracts and management-control indicators. Money is a decimal"
        " string in euros, ratios are unrounded JSON numbers, an impossible value is null with a"
        " reason. Errors follow RFC 9457."
    ),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_NO_READ_ONLY_REQUIRED": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "TaskKindEnum": "projects.enums.TaskKind",
        "LinkKindEnum": "projects.enums.LinkKind",
        "NodeKindEnum": "projects.enums.NodeKind",
        "NomenclatureKindEnum": "budgets.enums.NomenclatureKind",
        "MovementKindEnum": "budgets.enums.MovementKind",
        "ImportTableEnum": "records.importing.schema.TABLES",
        "WaitingTableEnum": "budgets.enums.WaitingTable",
        "WaitingStateEnum": "budgets.enums.WaitingState",
        "CeilingStateEnum": "budgets.enums.CeilingState",
        "VersionKindEnum": "budgets.enums.VersionKind",
        "VersionStateEnum": "budgets.enums.VersionState",
        "StepVerbEnum": "budgets.enums.StepVerb",
        "StepToTakeEnum": "budgets.api.rounds.VERBS",
        "ProgrammingNatureEnum": "budgets.enums.ProgrammingNature",
        "ExerciseStateEnum": "budgets.enums.ExerciseState",
        "ExerciseDateKindEnum": "budgets.enums.ExerciseDateKind",
        "PaymentKindEnum": "budgets.enums.PaymentKind",
        "PartnerKindEnum": "partners.enums.PartnerKind",
        "ContractKindEnum": "partners.enums.ContractKind",
        "RecordStateEnum": "common.models.RecordState",
        "JobStateEnum": "jobs.enums.JobState",
        "AttachmentKindEnum": "records.enums.AttachmentKind",
        "BatchKindEnum": "records.enums.BatchKind",
        "BatchStateEnum": "records.enums.BatchState",
        "DraftStateEnum": "records.enums.DraftState",
        "ClientStateEnum": "accounts.enums.ClientState",
    },
    "SORT_OPERATION_PARAMETERS": False,
}

OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER: dict[str, Any] = {
    "SCOPES": {
        "read": "Read every resource within the client's perimeter",
        "indicators:read": "Read indicator definitions, values and projects",
        "projects:read": "Read the portfolio and its projects",
        "budgets:read": "Read the nomenclature, the AE/CP ledgers and the programming",
        "contracts:read": "Read partners and contracts",
        "projects:write": "Create, edit and close projects, estimates and progress",
        "jobs:write": "Ask for a computation",
        "ledgers:import": "Import accounting facts",
    },
    "DEFAULT_SCOPES": ["read"],
    "OAUTH2_VALIDATOR_CLASS": "accounts.api.validator.MachineClientValidator",
    "SCOPES_BACKEND_CLASS": "accounts.api.scopes.MachineClientScopes",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "ALLOWED_GRANT_TYPES": ["client_credentials"],
    "PKCE_REQUIRED": True,
    # Best current practice of OAuth 2.0 (RFC 9700), not yet the library's defaults.
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
}
