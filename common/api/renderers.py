"""JSON by orjson; problem documents keep their media type."""

from __future__ import annotations

from typing import Any

from drf_orjson_renderer.renderers import ORJSONRenderer


class JsonRenderer(ORJSONRenderer):
    """UTF-8 JSON; decimals leave as strings."""

    media_type = "application/json"
    charset: str | None = None

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        """Render to bytes."""
        return bytes(super().render(data, *args, **kwargs))
