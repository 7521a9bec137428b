"""What every page's frame shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from common.fiscal import today


def portfolio(request: HttpRequest) -> dict[str, Any]:
    """Give the frame its date; the current section is set by each view."""
    return {"today": today()}
