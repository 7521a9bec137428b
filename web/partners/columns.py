"""Columns of the contracts and of the partners."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from web.facts import origin_column
from web.listing import ListColumn

CONTRACTS = (
    ListColumn(
        "code",
        _("Contract"),
        lambda row: row.code,
        url=lambda row: reverse("web:contract", args=[row.code]),
        order=("code",),
        is_header=True,
    ),
    ListColumn("title", _("Title"), lambda row: row.title, order=("title",)),
    ListColumn(
        "kind",
        _("Kind"),
        lambda row: row.kind,
        order=("kind",),
        label=lambda row: row.get_kind_display(),
    ),
    ListColumn(
        "holder",
        _("Holder"),
        lambda row: row.holder.name,
        url=lambda row: reverse("web:partner", args=[row.holder.code]),
        order=("holder__name",),
    ),
    ListColumn(
        "amount_excl_tax",
        _("Amount HT"),
        lambda row: row.amount_excl_tax,
        "amount",
        "money",
        order=("amount_excl_tax",),
        unit=_("euros, HT"),
        definition=_("initial amount, without the amendments"),
    ),
    ListColumn(
        "vat_rate",
        _("VAT rate (%)"),
        lambda row: row.vat_rate,
        "points",
        "decimal",
        order=("vat_rate",),
        unit="%",
    ),
    ListColumn(
        "amount_incl_tax",
        _("Amount TTC"),
        lambda row: row.amount_incl_tax,
        "amount",
        "money",
        order=("amount_incl_tax",),
        unit=_("euros, TTC"),
        definition=_("initial amount, without the amendments"),
    ),
    ListColumn(
        "amendments",
        _("Amendments"),
        lambda row: row.amendment_count,
        "number",
        "integer",
        order=("amendment_count",),
    ),
    ListColumn(
        "notified_on",
        _("Notified on"),
        lambda row: row.notified_on,
        "day",
        "date",
        order=("notified_on",),
    ),
    ListColumn(
        "end_on",
        _("End date"),
        lambda row: row.end_on,
        "day",
        "date",
        order=("end_on",),
        definition=_("initial end date, without the amendments"),
    ),
    origin_column(),
)

PARTNERS = (
    ListColumn(
        "code",
        _("Partner"),
        lambda row: row.code,
        url=lambda row: reverse("web:partner", args=[row.code]),
        order=("code",),
        is_header=True,
    ),
    ListColumn("name", _("Name"), lambda row: row.name, order=("name",)),
    ListColumn(
        "kind",
        _("Kind"),
        lambda row: row.kind,
        order=("kind",),
        label=lambda row: row.get_kind_display(),
    ),
    ListColumn(
        "identifier_kind",
        _("Kind of identifier"),
        lambda row: row.identifier_kind,
        order=("identifier_kind",),
        label=lambda row: row.get_identifier_kind_display(),
        definition=_("SIRET, foreign identifier, or example: a fictitious body bears no SIRET"),
    ),
    ListColumn(
        "identifier", _("Identifier"), lambda row: row.identifier or None, order=("identifier",)
    ),
    ListColumn("country", _("Country"), lambda row: row.country, order=("country",)),
    ListColumn(
        "contracts",
        _("Contracts"),
        lambda row: row.contract_count,
        "number",
        "integer",
        order=("contract_count",),
        definition=_("contracts that you can read"),
    ),
    origin_column(),
)
