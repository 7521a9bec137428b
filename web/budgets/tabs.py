"""Tabs of the budget section."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

_TABS = (
    ("execution", _("Execution")),
    ("availability", _("Availability")),
    ("credit-movements", _("Credit movements")),
    ("commitments", _("Commitments")),
    ("services-done", _("Services done")),
    ("payment-requests", _("Payment requests")),
    ("payments", _("Payments")),
    ("scheduled-payments", _("Scheduled payments")),
    ("reservations", _("Reservations")),
    ("alerts", _("Alerts")),
    ("budget-rules", _("Rules")),
    ("bop-opinions", _("Opinions on BOP")),
    ("trajectories", _("Trajectories")),
    ("nomenclature", _("Nomenclature")),
    ("waiting_lines", _("Lines to attach")),
    ("matching_rules", _("Matching rules")),
    ("reconciliation", _("Reconciliation")),
)


def tabs() -> list[dict[str, Any]]:
    """Return the lists of the section, then the statements and the official tables."""
    links = [{"name": name, "label": label, "url": reverse(f"web:{name}")} for name, label in _TABS]
    tables = (
        ("statements", _("Statements"), reverse("web:statement", args=["t5"])),
        ("official", _("Official tables"), reverse("web:official", args=["rap"])),
    )
    return [*links, *({"name": name, "label": label, "url": url} for name, label, url in tables)]
