"""The grid of a version: its groups, the lines of those that are open, its totals (ux §2.6)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.models import ProgrammingEdit, ProgrammingVersion
from budgets.rules.programming import stage_of, takes_requests
from budgets.services.programming_access import writable_lines
from budgets.tables.ceilings import whole_ceilings
from budgets.tables.line_comments import open_threads
from budgets.tables.programming_compare import former_cells, others_of, with_gone
from budgets.tables.programming_grid import (
    GROUPINGS,
    SHOWN_RANKS,
    find_lines,
    groups_of,
    key_of,
    lines_in,
    lines_of,
    totals_of,
    with_cells,
)
from common.units import chosen_unit
from web.forms import PageForm
from web.lists import address, valid_filters
from web.programming.amounts import DEFAULT_UNIT
from web.programming.controls import shown_problems
from web.programming.finding import VersionPage, badge_of, version_url
from web.programming.rows import Frame, feet, group_rows, heads, line_rows
from web.programming.words import words_of

MOST_FOUND = 50
# In the order in which they are read: what each needs stands before it.
SCRIPTS = tuple(
    f"web/grid/{name}.js"
    for name in (
        "amounts", "block", "store", "sums", "view", "moves", "edits", "codes", "dialogs", "sync",
        "groups", "others", "threads", "page",
    )
)  # fmt: skip


class SheetForm(PageForm):
    """What the grid is asked for: a grouping, the groups that are open, a text to look for."""

    par = forms.ChoiceField(
        label=gettext_lazy("Group by"),
        required=False,
        choices=[(key, grouping.label) for key, grouping in GROUPINGS.items()],
    )
    q = forms.CharField(label=gettext_lazy("Find a line"), required=False, max_length=100)
    comparer = forms.IntegerField(
        label=gettext_lazy("Compare with"), required=False, min_value=1, max_value=9_999
    )


class SheetPage(VersionPage):
    """What the grid and its parts share: the lines that a person sees, and how they are grouped."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read how the lines are grouped; a wrong filter groups by project."""
        self.asked = SheetForm(request.GET)
        self.filters = valid_filters(self.asked)
        self.by = str(self.filters.get("par") or "project")
        return super().dispatch(request, *args, **kwargs)

    def frame(self, lines: Any) -> Frame:
        """Return what every row of the grid is written with."""
        number = self.filters.get("comparer")
        former = self.former(number) if number else None
        return Frame(
            version=self.version,
            by=self.by,
            unit=chosen_unit() or DEFAULT_UNIT,
            writable=writable_lines(self.request.user, self.version, lines),
            compared=former_cells(former, self.request.user, self.by) if former else None,
            kept={"comparer": str(number)} if former else {},
            threads=open_threads(self.request.user, lines, self.by),
        )

    def former(self, number: int) -> ProgrammingVersion | None:
        """Return another version of the same exercise and origin, by its number."""
        return others_of(self.version, self.request.user).filter(number=number).first()

    def others(self) -> list[ProgrammingVersion]:
        """Return the other versions of the exercise, the newest first."""
        return list(others_of(self.version, self.request.user))

    def lines(self) -> Any:
        """Return the lines that stand and that the person sees."""
        return lines_of(self.version, self.request.user)


class SheetView(SheetPage):
    """The grid of a version."""

    template_name = "web/programming/sheet.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the groups, with the lines of those that the address opens."""
        lines = self.lines()
        groups = groups_of(self.version, lines, self.by)
        opened = set(request.GET.getlist("ouvert"))
        frame = self.frame(lines)
        groups = with_gone(groups, frame.compared)
        rows = [
            (row, line_rows(frame, lines_in(self.version, lines, self.by, group.key)))
            if (row.is_open)
            else (row, [])
            for group, row in zip(groups, group_rows(frame, groups, opened, request), strict=True)
        ]
        totals = totals_of(groups)
        ceilings = whole_ceilings(self.version, totals)
        return self.page(
            {
                **self.about(frame),
                "form": self.asked,
                "groups": rows,
                "heads": heads(self.version),
                "feet": feet(frame, totals, ceilings),
                "sums": {
                    **totals,
                    **{
                        f"{group.key}|{place}": cents
                        for group in groups
                        for place, cents in group.sums.items()
                    },
                },
                "count": sum(group.count for group in groups),
                "problems": shown_problems(self.version, request.user, self.by),
                "found": self.found(lines, frame),
            },
            status=422 if self.asked.errors else 200,
        )

    def about(self, frame: Frame) -> dict[str, Any]:
        """Return what the page says of the version, and where its script writes."""
        version, user = self.version, self.request.user
        newest = ProgrammingEdit.objects.filter(programming_version=version).order_by("-pk")
        may_add = not version.is_frozen and (
            can(user, Action.UPDATE, Resource.PROGRAMMING_VERSION)
            or (
                takes_requests(version.kind, version.state)
                and can(user, Action.CREATE, Resource.PROGRAMMING_REQUEST)
            )
        )
        return {
            "version": version,
            "badge": badge_of(version),
            "stage": stage_of(version.kind).label,
            "has_fictitious": version.data_origin == "fictitious",
            "by": self.by,
            "others": self.others(),
            "compared": self.filters.get("comparer") if frame.compared else None,
            "by_label": GROUPINGS[self.by].label,
            "unit": frame.unit,
            "unit_symbol": frame.unit_symbol,
            "scripts": SCRIPTS,
            "words": words_of(version),
            "token": get_token(self.request),
            "ranks": " ".join(map(str, SHOWN_RANKS)),
            "since": newest.values_list("pk", flat=True).first() or 0,
            "urls": {
                name: self.url(f"programming_{name}")
                for name in ("cells", "state", "match", "print", "compare")
            },
            "steps_url": self.url("programming-steps"),
            "scenarios_url": self.url("scenarios"),
            "workbook_url": self.workbook_url(),
            "add_url": self.url("programming_line_create") if may_add else "",
            "derive_url": self.url("programming_derive") if may_add else "",
            "may_write": bool(frame.writable),
        }

    def workbook_url(self) -> str:
        """Return the page of the round trip, for the lines that the grid looks for, if it does."""
        place = self.url("programming_workbook")
        text = self.filters.get("q")
        asked = urlencode({"q": text, "par": self.by}) if text else ""
        return f"{place}{'&' if '?' in place else '?'}{asked}" if asked else place

    def found(self, lines: Any, frame: Frame) -> dict[str, Any] | None:
        """Return the lines that the text asked for is in, and the links that show them."""
        text = self.filters.get("q")
        if not text:
            return None
        found = find_lines(lines, text, MOST_FOUND + 1)
        rows = [
            {
                "line": line,
                "group": key_of(line, self.by),
                "url": address(self.request, ouvert=key_of(line, self.by), q="")
                + f"#ligne-{line.pk}",
            }
            for line in found[:MOST_FOUND]
        ]
        title = _("More than %(most)s lines hold “%(text)s”") if len(found) > MOST_FOUND else ""
        return {
            "rows": rows,
            "title": (title or _("%(count)s lines hold “%(text)s”"))
            % {"most": MOST_FOUND, "count": len(found), "text": text},
        }


class GroupView(SheetPage):
    """The lines of one group, as rows of the grid."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return the rows alone: the page puts them under the head of their group."""
        lines = self.lines()
        found = lines_in(self.version, lines, self.by, request.GET.get("groupe", ""))
        frame = self.frame(lines.filter(pk__in=[one.line.pk for one in found]))
        context = {"rows": line_rows(frame, found), "version": self.version}
        return render(request, "web/programming/_lines.html", context)


class PrintView(SheetPage):
    """The whole grid, every group open, to be printed: A3, a page by group."""

    template_name = "web/programming/print.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show every line, whatever their number; three queries."""
        lines = self.lines()
        groups = groups_of(self.version, lines, self.by)
        totals = totals_of(groups)
        frame = self.frame(lines.none())
        by_group: dict[str, list[Any]] = {}
        for one in with_cells(self.version, lines):
            by_group.setdefault(key_of(one.line, self.by), []).append(one)
        return self.page(
            {
                **self.shown(frame),
                "groups": [
                    (row, line_rows(frame, by_group.get(group.key, [])))
                    for group, row in zip(
                        groups, group_rows(frame, groups, set(), request), strict=True
                    )
                ],
                "heads": heads(self.version),
                "feet": feet(frame, totals, whole_ceilings(self.version, totals)),
            }
        )

    def shown(self, frame: Frame) -> dict[str, Any]:
        """Return what the print says of itself."""
        return {
            "version": self.version,
            "stage": stage_of(self.version.kind).label,
            "by_label": GROUPINGS[self.by].label,
            "unit_symbol": frame.unit_symbol,
            "back": version_url(self.version, "programming_version"),
            "has_fictitious": self.version.data_origin == "fictitious",
        }
