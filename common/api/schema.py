"""OpenAPI: every operation declares its error answers as problem documents (RFC 9457)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from common.api.errors import PROBLEM_TYPE
from common.api.etags import needs_version

_WORDS = {
    400: "Malformed input, unknown parameter or field.",
    401: "No valid token or session.",
    403: "The verb is refused.",
    404: "There is no such object, or it is not yours to see.",
    409: "A business rule says no.",
    412: "Somebody else saved first; the context holds both versions, and the current ETag.",
    413: "The body is beyond the limit.",
    415: "The body is not application/json.",
    422: "The Idempotency-Key was used for another request.",
    428: "If-Match is missing.",
    429: "Too many calls; Retry-After says when to try again.",
}


def _header(name: str, schema: Any, description: str, **options: Any) -> OpenApiParameter:
    """Describe a header of requests, or of the answers that `response` names."""
    return OpenApiParameter(name, schema, "header", description=description, **options)


_VERSION = {"type": "string", "pattern": '^"[1-9][0-9]{0,8}"$'}
_LIMITS = [
    _header(name, int, words, response=True)
    for name, words in {
        "RateLimit-Limit": "Calls a minute, of the tightest limit that applies.",
        "RateLimit-Remaining": "Calls left in this minute.",
        "RateLimit-Reset": "Seconds until the next minute.",
    }.items()
]
_RETRY = _header("Retry-After", int, "Seconds to wait before the same call.", response=[409, 429])
_IF_MATCH = _header(
    "If-Match",
    _VERSION,
    'The version of the record that was read, such as "3".',
    required=True,
)
_IF_NONE_MATCH = _header(
    "If-None-Match",
    _VERSION,
    "The version that the caller holds; 304 while it is current.",
)
_ETAG = _header("ETag", str, "The version, quoted.", response=[200, 201])
_KEY = _header(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{8,64}$"},
    "A key of the caller, kept 24 h: the same request again gets the first answer.",
)
_REPLAYED = _header(
    "Idempotent-Replayed",
    {"type": "string", "enum": ["true"]},
    "Present when the answer is that of a former request.",
    response=[201],
)

# Where a view names the body of an action, when another form is answered.
_BODIES = {"create": "creation", "partial_update": "edition"}


class LocatedError(serializers.Serializer[Any]):
    """One fault of the input."""

    path = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """RFC 9457 problem document."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    request_id = serializers.CharField()
    errors = LocatedError(many=True, required=False)  # type: ignore[assignment]
    context = serializers.DictField(required=False)  # type: ignore[assignment]


class ProblemAutoSchema(AutoSchema):
    """AutoSchema of the project: error answers, If-Match, ETag."""

    def get_override_parameters(self) -> list[Any]:
        """Add the limits of every call, If-Match and keys to writes, ETag to versioned answers."""
        versioned = getattr(self.view, "versioned", False) and not self._is_list_view()
        parameters = [*super().get_override_parameters(), *_LIMITS, _RETRY]
        if self._needs_version():
            parameters.append(_IF_MATCH)
        if self._is_idempotent():
            parameters += [_KEY, _REPLAYED]
        if self._may_be_fresh():
            parameters.append(_IF_NONE_MATCH)
        if versioned or self._needs_version():
            parameters.append(_ETAG)
        return parameters

    def get_request_serializer(self) -> Any:
        """Return the body that the view reads, where it is not the form of its answer."""
        name = _BODIES.get(getattr(self.view, "action", "") or "", "")
        return getattr(self.view, name, None) or super().get_request_serializer()

    def _needs_version(self) -> bool:
        return needs_version(self.view)

    def _is_idempotent(self) -> bool:
        actions = getattr(self.view, "idempotent_actions", ())
        return getattr(self.view, "action", None) in actions

    def _may_be_fresh(self) -> bool:
        view = self.view
        told = getattr(view, "versioned", False) and getattr(view, "fresh_by_version", False)
        return bool(told) and getattr(view, "action", None) == "retrieve"

    def _error_codes(self) -> list[int]:
        codes = {400, 401, 403, 429}
        writes = self.method in ("POST", "PUT", "PATCH", "DELETE")
        names_another = getattr(self.view, "naming_actions", ())
        if (
            "{" in self.path
            or self._needs_version()
            or getattr(self.view, "action", None) in names_another
        ):
            codes.add(404)
        if writes:
            codes |= {404, 409, 413, 415}  # a body may name what is not there
        if self._needs_version():
            codes |= {412, 428}
        if getattr(self.view, "action", None) in getattr(self.view, "stale_actions", ()):
            codes.add(412)
        if self._is_idempotent():
            codes.add(422)
        return sorted(codes)

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        if self._may_be_fresh():
            bodies["304"] = {"description": "The caller holds the current version."}
        for code in self._error_codes():
            answer = OpenApiResponse(Problem, description=_WORDS[code])
            bodies[str(code)] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                answer, str(code), media_types=[PROBLEM_TYPE], direction=direction
            )
        return bodies
