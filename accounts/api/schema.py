"""The two ways to authenticate, for OpenAPI."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension

TOKEN_URL = "/api/oauth/token/"  # noqa: S105 (an address)


class MachineClientScheme(OpenApiAuthenticationExtension):
    """OAuth2 client credentials."""

    target_class = "accounts.api.authentication.MachineClientAuthentication"
    name = "machineClient"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Describe the flow."""
        scopes = dict(settings.OAUTH2_PROVIDER["SCOPES"])
        return {
            "type": "oauth2",
            "flows": {"clientCredentials": {"tokenUrl": TOKEN_URL, "scopes": scopes}},
        }


class PageSessionScheme(OpenApiAuthenticationExtension):
    """The session cookie of the pages; writes carry the CSRF token as well."""

    target_class = "accounts.api.authentication.PageSessionAuthentication"
    name = "pageSession"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Describe the cookie."""
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
