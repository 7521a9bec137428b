"""What every page's frame shows."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource, Role
from accounts.permissions import can, emergency_of
from common.fiscal import today
from common.units import UNITS, chosen_unit
from jobs.services import computing_waits
from records.models import Alert
from records.services.notifications import unread_count

SCHEME_COOKIE = "pf_scheme"
SCHEMES = ("system", "light", "dark")

# Section, words, and the right that opens it; a section that one cannot open is absent.
_ENTRIES: tuple[tuple[str, Any, tuple[str, str] | None], ...] = (
    ("dashboard", _("Dashboard"), None),
    ("projects", _("Projects"), (Action.READ, Resource.PROJECT)),
    ("shared-projects", _("Shared projects"), (Action.READ, Resource.SHARED_PROJECT)),
    ("movements", _("Budget"), (Action.READ, Resource.CREDIT)),
    ("contracts", _("Contracts"), (Action.READ, Resource.CONTRACT)),
    ("indicators", _("Indicators"), (Action.READ, Resource.INDICATOR)),
    ("panorama", _("Panorama"), (Action.READ, Resource.PROJECT)),
    ("imports", _("Imports"), (Action.READ, Resource.IMPORT_BATCH)),
    ("jobs", _("Jobs"), (Action.READ, Resource.JOB)),
    ("administration", _("Administration"), (Action.READ, Resource.GRANT)),
)


def navigation(user: Any) -> list[dict[str, Any]]:
    """Return the sections that a person may open."""
    return [
        {"key": name, "label": label, "url": reverse(f"web:{name}")}
        for name, label, needs in _ENTRIES
        if needs is None or can(user, *needs)
    ]


def scheme_of(request: HttpRequest) -> str:
    """Return the theme: the person's, else the one that the browser keeps."""
    chosen = getattr(request, "preferences", None)
    scheme = chosen.theme if chosen else request.COOKIES.get(SCHEME_COOKIE, "system")
    return scheme if scheme in SCHEMES else "system"


def emergency_banner(user: Any) -> dict[str, Any]:
    """Return what the banner of who holds an emergency access says; nothing outside of any."""
    held = emergency_of(getattr(user, "viewed_by", user))
    return {"role": Role(held.role).label, "ends_at": held.ends_at} if held else {}


def open_alerts(request: HttpRequest) -> int:
    """Return how many open alerts the person may read; read once a request."""
    known: int | None = getattr(request, "_open_alerts", None)
    if known is None:
        user = getattr(request, "user", None) or AnonymousUser()
        known = Alert.objects.all().visible_to(user).open().count()
        request._open_alerts = known  # type: ignore[attr-defined]
    return known


def portfolio(request: HttpRequest) -> dict[str, Any]:
    """Give the frame its date, its menu and the choices of the person.

    The section is set by each view.
    """
    chosen = getattr(request, "preferences", None)
    # A request refused before any session is read bears nobody.
    user = getattr(request, "user", None) or AnonymousUser()
    return {
        "today": today(),
        "unread_notifications": SimpleLazyObject(partial(unread_count, user)),
        "open_alerts": SimpleLazyObject(partial(open_alerts, request)),
        # Called by the frame only: a fragment does not ask.
        "computing_waits": computing_waits,
        "emergency": SimpleLazyObject(partial(emergency_banner, user)),
        "scheme": scheme_of(request),
        "density": chosen.density if chosen else "compact",
        "shortcuts": chosen.shortcuts if chosen else True,
        "unit_in_force": chosen_unit(),
        "units": [(code, unit.symbol) for code, unit in UNITS.items()],
        "navigation": SimpleLazyObject(partial(navigation, user)),
    }
