"""What the script of the grid asks: cells to write, what others wrote since. JSON in and out."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from budgets.exceptions import RowsRefused, StaleCell
from budgets.models import ProgrammingEdit
from budgets.rules.programming import stage_of
from budgets.services.programming_cells import CellEdit, edit_cells
from budgets.tables.line_comments import open_threads
from budgets.tables.programming_grid import key_of
from common.exceptions import DomainError
from web.programming.controls import shown_problems
from web.programming.sheet import SheetPage

MOST_BYTES = 500_000
# Somebody is on a line while their page says so; it asks every fifteen seconds.
PRESENCE_SECONDS = 40
MOST_EDITS = 2_000


class CellsView(SheetPage):
    """Write the cells of one operation: all, or none."""

    writing = ("POST",)

    def post(self, request: HttpRequest) -> JsonResponse:
        """Answer 200 with the controls, 412 with both values, 409 or 422 with the reason."""
        try:
            operation, edits = read_operation(request.body)
        except (ValueError, KeyError, TypeError, AttributeError):
            return JsonResponse({"message": _("The request cannot be read.")}, status=400)
        try:
            if not self.is_written(operation):
                edit_cells(
                    actor=request.user,
                    version_id=self.version.pk,
                    edits=edits,
                    operation_id=operation,
                )
        except StaleCell as error:
            return JsonResponse(
                {"message": str(error), "cells": error.context["cells"]}, status=412
            )
        except RowsRefused as error:
            rows = [
                {"index": index, "message": first_message(one)}
                for index, one in error.errors.items()
            ]
            return JsonResponse({"message": str(error), "rows": rows}, status=409)
        except DomainError as error:
            return JsonResponse({"message": str(error), "code": error.code}, status=409)
        except ValidationError as error:
            return JsonResponse({"message": " ".join(error.messages)}, status=422)
        except PermissionDenied:
            message = _("You may not write in these lines.")
            return JsonResponse({"message": message}, status=403)
        return JsonResponse({"problems": told_problems(self)})

    def is_written(self, operation: uuid.UUID) -> bool:
        """Whether this very operation was written already: its answer was lost on the way."""
        rows = ProgrammingEdit.objects.filter(
            programming_version=self.version, operation=operation, by=self.request.user.pk
        )
        return rows.exists()


class StateView(SheetPage):
    """What others wrote since, and who is on which line."""

    def get(self, request: HttpRequest) -> JsonResponse:
        """Answer the edits after `since`, at most two thousand, and the people who are there."""
        since = request.GET.get("since", "")
        if not since.isdecimal() or len(since) > 18:
            return JsonResponse({"message": _("The request cannot be read.")}, status=400)
        edits = list(self.edits(int(since)))
        lines = {edit.line_id: edit.line for edit in edits}
        seen = set(self.lines().filter(pk__in=lines).values_list("pk", flat=True))
        told = [
            {
                "line": edit.line_id,
                "group": key_of(edit.line, self.by),
                "rank": edit.rank,
                "measure": edit.measure,
                "before": text_of(edit.before),
                "after": text_of(edit.after),
            }
            for edit in edits
            if edit.line_id in seen
        ]
        answer = {
            "since": str(edits[-1].pk) if edits else since,
            "edits": told,
            "present": self.present(request.GET.get("line", "")),
            "frozen": self.version.is_frozen,
            "comments": asdict(open_threads(request.user, self.lines(), self.by)),
        }
        if told:
            answer["problems"] = told_problems(self)
        return JsonResponse(answer)

    def edits(self, since: int) -> Any:
        """Return the edits of the stage after one, the first ones."""
        rows = ProgrammingEdit.objects.filter(
            programming_version=self.version, pk__gt=since, stage=stage_of(self.version.kind)
        )
        paths = ("line__project__node", "line__node", "line__functional_domain", "line__activity")
        return rows.select_related(*paths).order_by("pk")[:MOST_EDITS]

    def present(self, line: str) -> list[dict[str, Any]]:
        """Say where the caller is, and return where the others are, on lines that one sees."""
        place = f"programming-presence-{self.version.pk}"
        now = timezone.now().timestamp()
        known: dict[str, tuple[str, str, float]] = cache.get(place) or {}
        known = {who: told for who, told in known.items() if told[2] > now - PRESENCE_SECONDS}
        me = str(self.request.user.pk)
        if line.isdecimal():
            known[me] = (line, self.request.user.get_username(), now)
        else:
            known.pop(me, None)
        cache.set(place, known, PRESENCE_SECONDS * 2)
        others = [told for who, told in known.items() if who != me]
        seen = self.lines().filter(pk__in=[int(told[0]) for told in others])
        mine = set(map(str, seen.values_list("pk", flat=True))) if others else set()
        return [{"line": at, "name": name} for at, name, _when in others if at in mine]


def told_problems(page: SheetPage) -> dict[str, Any]:
    """Return the controls for the script."""
    found = shown_problems(page.version, page.request.user, page.by)
    rows = [asdict(one) | {"text": f"{one.mark} {one.text}"} for one in found["rows"]]
    return {**found, "rows": rows}


def text_of(amount: Decimal | None) -> str | None:
    """Return euros as JSON has them."""
    return None if amount is None else f"{amount:.2f}"


def read_operation(body: bytes) -> tuple[uuid.UUID, list[CellEdit]]:
    """Return the operation and the edits of a request.

    Raises ValueError, KeyError, TypeError or AttributeError when it is not of this shape.
    """
    if len(body) > MOST_BYTES:
        raise ValueError("too long")
    told = json.loads(body)
    return uuid.UUID(told["operation"]), [_edit(one) for one in told["edits"]]


def _edit(told: Mapping[str, Any]) -> CellEdit:
    rank, line = told["rank"], told["line"]
    if type(rank) is not int or type(line) is not int:
        raise ValueError("not a cell")
    return CellEdit(
        line=line,
        rank=rank,
        measure=str(told["measure"]),
        before=_amount(told["before"]),
        after=_amount(told["after"]),
        expression=str(told.get("expression") or ""),
    )


def _amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not isinstance(text, str) or not found.is_finite() or found != round(found, 2):
        raise ValueError(text)
    return found


def first_message(error: Exception) -> str:
    """Return why a row is refused, in one sentence."""
    if isinstance(error, ValidationError):
        return str(error.messages[0])
    if isinstance(error, PermissionDenied):
        return _("You may not write in these lines.")
    return str(error)
