"""Columns of the ledgers: the same for the page, the sort and the exports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from web.facts import origin_column
from web.listing import ListColumn, Text

EUROS = _("euros, TTC")


def reference(name: str) -> ListColumn:
    """Return the column that leads to the row's own page."""
    return ListColumn(
        "reference",
        _("Reference"),
        lambda row: row.source_reference,
        url=lambda row: reverse(f"web:{name}", args=[row.pk]),
        order=("source_reference",),
        definition=_("reference of the fact in its source, unique"),
        is_header=True,
    )


def money(key: str, heading: Text, definition: Text) -> ListColumn:
    """Return a column of euros."""
    return ListColumn(
        key,
        heading,
        lambda row: getattr(row, key),
        "amount",
        "money",
        order=(key,),
        unit=EUROS,
        definition=definition,
    )


def dated(key: str, heading: Text) -> ListColumn:
    """Return a column of dates."""
    return ListColumn(key, heading, lambda row: getattr(row, key), "day", "date", order=(key,))


def year() -> ListColumn:
    """Return the column of the fiscal year; a year is not grouped by thousands."""
    return ListColumn(
        "fiscal_year",
        _("Fiscal year"),
        lambda row: row.fiscal_year,
        order=("fiscal_year",),
        definition=_("the exercise given by the source, not by the calendar"),
    )


def project(of: Callable[[Any], Any], path: str) -> ListColumn:
    """Return the column of the project; blank for what is allotted to none."""
    return ListColumn(
        "project",
        _("Project"),
        lambda row: of(row).code if of(row) else None,
        url=lambda row: reverse("web:project", args=[of(row).code]),
        order=(path,),
    )


def node(of: Callable[[Any], Any], path: str) -> ListColumn:
    """Return the column of the nomenclature node."""
    return ListColumn("node", _("Nomenclature"), lambda row: of(row).code, order=(path,))


def commitment() -> ListColumn:
    """Return the column of the commitment that a row follows from."""
    return ListColumn(
        "legal_reference",
        _("Commitment (EJ)"),
        lambda row: row.commitment.legal_reference,
        url=lambda row: reverse("web:commitment", args=[row.commitment_id]),
        order=("commitment__legal_reference",),
    )


_SOURCE = (
    ListColumn("source_file", _("Source file"), lambda row: row.source_file or None),
    ListColumn("source_line", _("Source line"), lambda row: row.source_line, kind="integer"),
    origin_column(),
)

MOVEMENTS = (
    reference("credit-movement"),
    dated("effective_on", _("Effective on")),
    year(),
    ListColumn(
        "kind",
        _("Kind"),
        lambda row: row.kind,
        order=("kind",),
        label=lambda r: r.get_kind_display(),
    ),
    node(lambda row: row.node, "node__code"),
    project(lambda row: row.project, "project__code"),
    money("ae", _("AE"), _("commitment authority moved; a freeze is positive, a release negative")),
    money("cp", _("CP"), _("payment credit moved; a freeze is positive, a release negative")),
    *_SOURCE,
)
COMMITMENTS = (
    reference("commitment"),
    ListColumn(
        "legal_reference",
        _("Commitment (EJ)"),
        lambda row: row.legal_reference,
        order=("legal_reference",),
    ),
    ListColumn("label", _("Label"), lambda row: row.label or None, order=("label",)),
    dated("committed_on", _("Committed on")),
    year(),
    node(lambda row: row.node, "node__code"),
    project(lambda row: row.project, "project__code"),
    money("amount", _("AE committed"), _("signed movement of AE; a withdrawal is negative")),
    *_SOURCE,
)
SERVICES_DONE = (
    reference("service-done"),
    commitment(),
    dated("done_on", _("Done on")),
    year(),
    project(lambda row: row.commitment.project, "commitment__project__code"),
    money("amount", _("Service done"), _("service certified, neither AE nor CP consumed")),
    *_SOURCE,
)
PAYMENT_REQUESTS = (
    reference("payment-request"),
    ListColumn("number", _("Payment request (DP)"), lambda row: row.number, order=("number",)),
    commitment(),
    ListColumn(
        "invoice_number",
        _("Invoice"),
        lambda row: row.invoice_number or None,
        order=("invoice_number",),
    ),
    dated("invoice_received_on", _("Invoice received on")),
    dated("requested_on", _("Requested on")),
    year(),
    project(lambda row: row.commitment.project, "commitment__project__code"),
    money("amount", _("Requested"), _("payment order sent to the accountant, nothing paid yet")),
    *_SOURCE,
)
SCHEDULED_PAYMENTS = (
    reference("scheduled-payment"),
    ListColumn(
        "owner",
        _("Expected on"),
        lambda row: str(row.commitment or row.movement),
        url=lambda row: reverse(
            "web:commitment" if row.commitment_id else "web:credit-movement",
            args=[row.commitment_id or row.movement_id],
        ),
        definition=_("commitment, or credits not yet committed"),
    ),
    year(),
    dated("due_on", _("Due on")),
    dated("forecast_on", _("Forecast on")),
    project(lambda row: (row.commitment or row.movement).project, "commitment__project__code"),
    money("amount", _("CP expected"), _("CP expected in the exercise: a forecast, not a payment")),
    *_SOURCE,
)
PAYMENTS = (
    reference("payment"),
    commitment(),
    ListColumn(
        "payment_request",
        _("Payment request"),
        lambda row: row.payment_request or None,
        order=("payment_request",),
    ),
    dated("paid_on", _("Paid on")),
    year(),
    ListColumn(
        "is_advance",
        _("Kind"),
        lambda row: row.is_advance,
        kind="boolean",
        order=("is_advance",),
        label=lambda row: _("advance") if row.is_advance else _("payment on service done"),
        definition=_("whether the payment is an advance"),
    ),
    project(lambda row: row.commitment.project, "commitment__project__code"),
    money("amount", _("CP paid"), _("payment by the public accountant")),
    *_SOURCE,
)
