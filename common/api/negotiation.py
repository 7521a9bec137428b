"""The API speaks JSON, whatever the Accept header says."""

from __future__ import annotations

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation


class JsonOnly(DefaultContentNegotiation):
    """Always the first renderer: a client that asks for anything still gets JSON."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        """Return the first renderer of the view."""
        return renderers[0], renderers[0].media_type
