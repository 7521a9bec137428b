"""OpenAPI: every operation declares its error answers as problem documents."""

from __future__ import annotations

from drf_spectacular.openapi import AutoSchema


class ProblemAutoSchema(AutoSchema):
    """AutoSchema of the project; the error answers are added here."""
