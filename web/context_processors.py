"""What every page's frame shows."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from common.fiscal import today
from common.units import UNITS, chosen_unit
from jobs.services import computing_waits
from records.services.notifications import unread_count

SCHEME_COOKIE = "pf_scheme"
SCHEMES = ("system", "light", "dark")

_ENTRIES = (
    ("dashboard", _("Dashboard")),
    ("projects", _("Projects")),
    ("movements", _("Budget")),
    ("contracts", _("Contracts")),
    ("indicators", _("Indicators")),
    ("panorama", _("Panorama")),
    ("jobs", _("Jobs")),
)


def scheme_of(request: HttpRequest) -> str:
    """Return the theme: the person's, else the one that the browser keeps."""
    chosen = getattr(request, "preferences", None)
    scheme = chosen.theme if chosen else request.COOKIES.get(SCHEME_COOKIE, "system")
    return scheme if scheme in SCHEMES else "system"


def portfolio(request: HttpRequest) -> dict[str, Any]:
    """Give the frame its date, its menu and the choices of the person.

    The section is set by each view.
    """
    chosen = getattr(request, "preferences", None)
    return {
        "today": today(),
        "unread_notifications": SimpleLazyObject(partial(unread_count, request.user)),
        # Called by the frame only: a fragment does not ask.
        "computing_waits": computing_waits,
        "scheme": scheme_of(request),
        "density": chosen.density if chosen else "compact",
        "shortcuts": chosen.shortcuts if chosen else True,
        "unit_in_force": chosen_unit(),
        "units": [(code, unit.symbol) for code, unit in UNITS.items()],
        "navigation": [
            {"key": name, "label": label, "url": reverse(f"web:{name}")} for name, label in _ENTRIES
        ],
    }
