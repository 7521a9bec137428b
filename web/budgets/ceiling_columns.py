"""Columns of the ceilings, and of what is programmed under them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from budgets.tables.ceilings import Compared
from common.money import from_cents
from web.budgets.columns import EUROS, money, year
from web.facts import origin_column
from web.listing import ListColumn


def ceiling_page(row: Any) -> str:
    """Return the address of a ceiling."""
    return reverse("web:ceiling", args=[row.pk])


def margin_of(row: Any, known: Compared) -> Any:
    """Return the version and the margin under a ceiling; None where no figure exists."""
    key = row.node_id, row.fiscal_year, row.credit_type
    return known.margin(key, row.data_origin, row.ae, row.cp)


def margin_columns(known: Compared) -> tuple[ListColumn, ...]:
    """Return what is left under each ceiling, in AE and in CP, and by which version."""

    def left(name: str) -> Callable[[Any], Any]:
        def read(row: Any) -> Any:
            found = margin_of(row, known)
            return from_cents(getattr(found[1], name)) if found else None

        return read

    def version(row: Any) -> Any:
        found = margin_of(row, known)
        return found[0].code if found else None

    def level(name: str) -> Callable[[Any], str]:
        read = left(name)
        return lambda row: "alert" if (read(row) or 0) < 0 else ""

    words = (
        ("ae_left", gettext_lazy("AE left"), gettext_lazy("ceiling less the AE programmed")),
        ("cp_left", gettext_lazy("CP left"), gettext_lazy("ceiling less the CP programmed")),
    )
    return (
        *(
            ListColumn(
                name, heading, left(name), "amount", "money", unit=EUROS, definition=definition,
                level=level(name),
            )
            for name, heading, definition in words
        ),
        ListColumn("programming", gettext_lazy("Version"), version),
    )  # fmt: skip


COLUMNS: tuple[ListColumn, ...] = (
    ListColumn(
        "number",
        gettext_lazy("Number"),
        lambda row: row.number,
        url=ceiling_page,
        order=("pk",),
        is_header=True,
    ),
    year(),
    ListColumn(
        "node",
        gettext_lazy("Nomenclature"),
        lambda row: row.node.code,
        order=("node__code",),
        label=lambda row: f"{row.node.code} {row.node.name}",
    ),
    ListColumn(
        "credit_type",
        gettext_lazy("T2 or HT2"),
        lambda row: row.credit_type,
        label=lambda row: row.get_credit_type_display(),
    ),
    money("ae", gettext_lazy("AE"), gettext_lazy("AE that may be programmed there in the year")),
    money("cp", gettext_lazy("CP"), gettext_lazy("CP that may be programmed there in the year")),
    ListColumn(
        "mode",
        gettext_lazy("Beyond it"),
        lambda row: row.mode,
        order=("mode",),
        label=lambda row: row.get_mode_display(),
        definition=gettext_lazy("whether a programming beyond it is refused or only told"),
    ),
    ListColumn(
        "state",
        gettext_lazy("State"),
        lambda row: row.state,
        order=("state",),
        label=lambda row: row.get_state_display(),
    ),
    ListColumn(
        "decided_at",
        gettext_lazy("Decided on"),
        lambda row: row.decided_at,
        "moment",
        "datetime",
        order=("decided_at",),
    ),
    origin_column(),
)
