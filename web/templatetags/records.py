"""Tags that show the documents and comments of an object inside its page."""

from __future__ import annotations

from typing import Any

from django import template

from web.records.panel import panel_of

register = template.Library()


@register.inclusion_tag("web/records/panel.html", takes_context=True)
def records_panel(context: Any, kind: str, code: str) -> dict[str, Any]:
    """Show the documents and comments of an object that the reader may see."""
    request = context["request"]
    return {
        "panel": panel_of(request.user, kind, code),
        "request": request,
        "user": request.user,
        "csrf_token": context.get("csrf_token"),
    }
