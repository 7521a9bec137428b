"""What every page's frame shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.fiscal import today
from jobs.services import computing_waits

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


def portfolio(request: HttpRequest) -> dict[str, Any]:
    """Give the frame its date, its menu and its theme; the section is set by each view."""
    scheme = request.COOKIES.get(SCHEME_COOKIE, "system")
    return {
        "today": today(),
        # Called by the frame only: a fragment does not ask.
        "computing_waits": computing_waits,
        "scheme": scheme if scheme in SCHEMES else "system",
        "navigation": [
            {"key": name, "label": label, "url": reverse(f"web:{name}")} for name, label in _ENTRIES
        ],
    }
