"""What is said of a line, as the panel of the grid shows it."""

from __future__ import annotations

from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from budgets.models import ProgrammingLine
from budgets.tables.line_comments import LINE
from web.programming.finding import VersionPage
from web.records.panel import panel_of


class ThreadView(VersionPage):
    """The threads of a line and what may be done of them: the inside of the panel, no page."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the threads; `cellule` is the cell that a new comment is about."""
        rows = ProgrammingLine.objects.filter(programming_version=self.version)
        line = get_object_or_404(rows.visible_to(request.user).select_related("project"), pk=pk)
        context: dict[str, Any] = {
            "line": line,
            "panel": panel_of(request.user, LINE, line.code, anchor=request.GET.get("cellule", "")),
            # What the forms of the panel have just told: shown here, not on the next page.
            "told": [str(message) for message in get_messages(request)],
            "page_url": self.url("programming_line", pk),
        }
        return render(request, "web/programming/_thread.html", context)
