"""What the script of the grid asks of codes that were pasted: the line that each one names."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from budgets.rules.workbook import read_identity
from budgets.services.programming_access import writable_lines
from budgets.tables.programming_grid import EXPECTED, key_of, with_cells
from web.programming.sheet import SheetPage

MOST_CODES = 300
_LONGEST = 120
# What names a line in the grid, or in the workbook: its project, its support, its activity.
_PATHS = ("project__code", "contract_code", "legal_reference", "activity__code")


class MatchView(SheetPage):
    """The lines that codes name, with their cells, whether their groups are open or not."""

    writing = ("POST",)

    def post(self, request: HttpRequest) -> JsonResponse:
        """Answer for each code the lines that it names; no line for one that is unknown."""
        try:
            codes = read_codes(request.body)
        except (ValueError, TypeError, KeyError):
            return JsonResponse({"message": _("The request cannot be read.")}, status=400)
        wanted = {code.casefold() for code in codes}
        found = self.named(wanted)
        chosen = {pk for ids in found.values() if len(ids) == 1 for pk in ids}
        lines = self.lines().filter(pk__in=chosen)
        writable = writable_lines(request.user, self.version, lines)
        shown = {
            one.line.pk: {
                "line": one.line.pk,
                "name": _name(one.line),
                "group": key_of(one.line, self.by),
                "negative": one.line.is_take_back,
                "locked": one.line.pk not in writable,
                "cells": {
                    place: cents
                    for place, cents in one.cells.items()
                    if not place.startswith(f"{EXPECTED}.")
                },
            }
            for one in with_cells(self.version, lines)
        }
        rows = []
        for code in codes:
            ids = found.get(code.casefold(), set())
            only = shown.get(next(iter(ids))) if len(ids) == 1 else None
            rows.append({"code": code, "count": len(ids), "found": only})
        return JsonResponse({"rows": rows})

    def named(self, wanted: set[str]) -> dict[str, set[int]]:
        """Return the ids of the lines by the code that names them; one query."""
        by_lineage = {identity[0]: code for code in wanted if (identity := read_identity(code))}
        found: dict[str, set[int]] = defaultdict(set)
        columns = self.lines().order_by().values_list("pk", "lineage", *_PATHS)
        for pk, lineage, *codes in columns:
            for code in codes:
                if code and code.casefold() in wanted:
                    found[code.casefold()].add(pk)
            if str(lineage) in by_lineage:
                found[by_lineage[str(lineage)]].add(pk)
        return found


def _name(line: Any) -> str:
    return f"{line.project.code} · {line.label}" if line.project else str(line.label)


def read_codes(body: bytes) -> list[str]:
    """Return the codes of a request; ValueError, TypeError or KeyError when it has none."""
    if len(body) > MOST_CODES * _LONGEST * 4:
        raise ValueError("too long")
    codes = json.loads(body)["codes"]
    if not isinstance(codes, list) or not 0 < len(codes) <= MOST_CODES:
        raise ValueError("not a list of codes")
    if not all(isinstance(code, str) and 0 < len(code.strip()) <= _LONGEST for code in codes):
        raise ValueError("not a code")
    return [code.strip() for code in codes]
