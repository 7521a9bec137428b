"""How people are named in what they did."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _


def acting_name(actor: Any, other: Any = None) -> str:
    """Return who did something, and for whom when they stood in for somebody (§3.3, 5)."""
    if not other:
        return str(actor or "")
    return _("%(actor)s for %(other)s") % {"actor": actor or "–", "other": other}
