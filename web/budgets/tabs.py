"""Tabs of the budget section, in two levels: what one comes for, then its pages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

_Link = tuple[str, Any, str, tuple[str, ...]]  # name, label, page, its arguments


def _lists(*pages: tuple[str, Any]) -> tuple[_Link, ...]:
    return tuple((name, label, name, ()) for name, label in pages)


_GROUPS: tuple[tuple[str, Any, tuple[_Link, ...]], ...] = (
    (
        "follow",
        _("Follow"),
        (
            *_lists(("execution", _("Execution")), ("availability", _("Availability"))),
            ("statements", _("Statements"), "statement", ("t5",)),
            ("official", _("Official tables"), "official", ("rap",)),
            *_lists(("alerts", _("Alerts"))),
        ),
    ),
    (
        "ledgers",
        _("Ledgers"),
        _lists(
            ("credit-movements", _("Credit movements")),
            ("commitments", _("Commitments")),
            ("services-done", _("Services done")),
            ("payment-requests", _("Payment requests")),
            ("payments", _("Payments")),
            ("scheduled-payments", _("Scheduled payments")),
        ),
    ),
    (
        "attach",
        _("Reconcile"),
        _lists(
            ("waiting_lines", _("Lines to attach")),
            ("matching_rules", _("Matching rules")),
            ("reconciliation", _("Reconciliation")),
        ),
    ),
    (
        "decide",
        _("Decide"),
        _lists(
            ("programming", _("Programming")),
            ("ceilings", _("Ceilings")),
            ("reservations", _("Reservations")),
        ),
    ),
    (
        "settings",
        _("Settings"),
        _lists(
            ("nomenclature", _("Nomenclature")),
            ("exercises", _("Exercises")),
            ("budget-rules", _("Rules")),
            ("bop-opinions", _("Opinions on BOP")),
            ("trajectories", _("Trajectories")),
            ("programming-keys", _("Keys of CP")),
        ),
    ),
)


def tabs(name: str) -> dict[str, Any]:
    """Return the groups of the section and the pages of the group where `name` stands.

    A group leads to its first page; a group of one page has no second level.
    """
    groups, links = [], []
    for key, label, pages in _GROUPS:
        is_current = name in {page[0] for page in pages}
        url = reverse(f"web:{pages[0][2]}", args=pages[0][3])
        groups.append({"key": key, "label": label, "url": url, "is_current": is_current})
        if is_current and len(pages) > 1:
            links = [
                {"name": one, "label": told, "url": reverse(f"web:{page}", args=args)}
                for one, told, page, args in pages
            ]
    return {"tab_groups": groups, "tab_links": links}
