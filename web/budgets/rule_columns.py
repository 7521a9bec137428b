"""Columns of the rules and of their overrides: the same for the page, the sort and the exports."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from budgets.messages import sentence
from web.budgets.columns import money, year
from web.facts import origin_column
from web.listing import ListColumn


def rule_page(row: Any) -> str:
    """Return the address of a row of a rule."""
    return reverse("web:budget-rule", args=[row.pk])


def role_words(row: Any) -> str:
    """Return the roles that may override a rule."""
    return ", ".join(str(Role(role).label) for role in row.override_roles)


def parameter_label(key: str) -> Any:
    """Return what people call a parameter of a rule."""
    return {
        "share": _("Share (%)"),
        "months": _("Months"),
        "tolerance": _("Tolerance (euros)"),
        "threshold": _("Threshold (euros, TTC)"),
        "request_days": _("Days before a payment request"),
        "invoice_days": _("Days before the payment of an invoice"),
        "opening_month": _("Month when anticipation opens"),
        "opening_day": _("Day when anticipation opens"),
    }[key]


def parameter_words(row: Any) -> str:
    """Return the parameters of a rule on one line."""
    words = ((parameter_label(key), value) for key, value in sorted(row.parameters.items()))
    return ", ".join(f"{label} = {value}" for label, value in words)


RULES = (
    ListColumn(
        "code", _("Rule"), lambda row: row.code, url=rule_page, order=("code",), is_header=True
    ),
    ListColumn("label", _("What it says"), lambda row: row.label),
    ListColumn(
        "severity",
        _("Severity"),
        lambda row: row.severity,
        order=("severity",),
        label=lambda row: row.get_severity_display(),
        definition=_("what the rule does to a decision; a fact only ever alerts"),
    ),
    ListColumn("parameters", _("Parameters"), lambda row: parameter_words(row) or str(_("none"))),
    ListColumn("legal_source", _("Legal source"), lambda row: row.legal_source),
    ListColumn("override_roles", _("Roles that may override"), lambda row: role_words(row) or None),
    ListColumn(
        "valid_from", _("In force from"), lambda row: row.valid_from, "day", "date",
        order=("valid_from",),
    ),
    ListColumn(
        "alerts", _("Open alerts"), lambda row: row.alerts, "number", "integer",
        url=lambda row: f"{reverse('web:alerts')}?source={row.code}", order=("alerts",),
        definition=_("open alerts on what you may read"),
    ),
    ListColumn(
        "overridden", _("Overrides"), lambda row: row.overridden, "number", "integer",
        url=lambda row: f"{reverse('web:rule-overrides')}?rule={row.code}", order=("overridden",),
        definition=_("decisions taken beyond the rule, on what you may read"),
    ),
)  # fmt: skip

OVERRIDES = (
    ListColumn(
        "sentence",
        _("What was gone beyond"),
        lambda row: sentence(row.message, row.context),
        is_header=True,
    ),
    ListColumn(
        "rule", _("Rule"), lambda row: row.rule.code, url=lambda row: rule_page(row.rule),
        order=("rule__code",),
    ),
    ListColumn("subject_code", _("Object"), lambda row: row.subject_code, order=("subject_code",)),
    year(),
    money("amount", _("Amount"), _("amount beyond the rule, in AE or CP")),
    ListColumn("reason", _("Reason"), lambda row: row.reason),
    ListColumn("actor", _("Decided by"), lambda row: str(row.actor), order=("actor__username",)),
    ListColumn("at", _("When"), lambda row: row.at, "moment", "datetime", order=("at",)),
    origin_column(),
)  # fmt: skip
