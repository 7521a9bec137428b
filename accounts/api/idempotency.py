"""`Idempotency-Key`: the same request again is the same answer, not a second record.

A view names the actions that take the header (`idempotent_actions`). The key belongs to the caller.
The same method, path and body get the recorded answer with `Idempotent-Replayed: true`; another
body is a 422; a request still being treated is a 409 with `Retry-After` when the wait is too long.
Only an answer of success is kept: a refusal left nothing to repeat.
"""

from __future__ import annotations

import functools
import hashlib
import re
from typing import Any

import orjson
from django.db import OperationalError, transaction
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.exceptions import KeyReused
from accounts.services.idempotency import Answer, claim_key, digest_of, keep_answer
from common.api.errors import problem
from common.api.renderers import JsonRenderer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
RETRY_SECONDS = 2
_KEY = re.compile(r"[A-Za-z0-9_.:-]{8,64}", re.ASCII)


class IdempotentMixin:
    """Before a RowViewSet: runs the declared actions once a key."""

    idempotent_actions: frozenset[str] = frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the rights first, then put the key around the action."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        key = request.headers.get(HEADER)
        if key is None or getattr(self, "action", None) not in self.idempotent_actions:
            return
        if not _KEY.fullmatch(key):
            raise ValidationError({HEADER: "8 to 64 letters, digits or _ . : - are expected."})
        name = str(request.method).lower()
        setattr(self, name, functools.partial(_once, getattr(self, name), key))


def _once(handler: Any, key: str, request: Request, *args: Any, **kwargs: Any) -> Response:
    """Run the handler, or repeat its answer; key and effect are one transaction."""
    raw = JsonRenderer().render(_plain(request))
    digest = digest_of(method=str(request.method), path=request.path, body=raw)
    try:
        with transaction.atomic():
            row, known = claim_key(caller=request.user, key=key, digest=digest)
            if known is not None:
                return _replay(known)
            response: Response = handler(request, *args, **kwargs)
            keep_answer(row=row, answer=_recorded(response))
            return response
    except KeyReused as error:
        return problem(422, error.code, str(error), context=error.context)
    except OperationalError:
        delay = {"Retry-After": str(RETRY_SECONDS)}
        detail = "The same key is being treated; try again after the delay of Retry-After."
        return problem(409, "idempotency_in_progress", detail, headers=delay)


def _plain(request: Request) -> Any:
    """Return the body as JSON has it: a file stands by the digest of what it holds."""
    if not request.FILES:
        return request.data
    data: Any = request.data
    body: dict[str, Any] = {name: data.getlist(name) for name in data}
    for name, files in request.FILES.lists():
        body[name] = [_digest(file) for file in files]
    return body


def _digest(file: Any) -> str:
    found = hashlib.sha256()
    for piece in file.chunks():
        found.update(piece)
    file.seek(0)
    return found.hexdigest()


def _recorded(response: Response) -> Answer:
    body = JsonRenderer().render(response.data).decode()
    headers = {name: response[name] for name in ("Location", "ETag") if name in response}
    return Answer(response.status_code, headers, body)


def _replay(answer: Answer) -> Response:
    headers = {**answer.headers, REPLAYED: "true"}
    return Response(orjson.loads(answer.body), status=answer.status, headers=headers)
