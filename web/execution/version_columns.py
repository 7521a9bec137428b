"""Columns of the tables of a version: the same for the page and the exports."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from budgets.enums import ActStatus
from budgets.tables.programmed import TableRow
from common.templatetags.amounts import month_name
from web.budgets.columns import EUROS
from web.execution.columns import euros
from web.listing import ListColumn, Text

# What makes the address of the rows behind a figure of a row.
Link = Callable[[str], Callable[[TableRow], str]]
LEVELS = {
    "programme": gettext_lazy("LOLF programme"),
    "action": gettext_lazy("action"),
    "activity": gettext_lazy("activity"),
    "project": gettext_lazy("project"),
}
_KINDS = {
    "signed": pgettext_lazy("commitment", "signed"),
    "planned": pgettext_lazy("act", "planned"),
}
_LEDGERS = (("ae", "AE"), ("cp", "CP"))


def _word(key: str, heading: Text, **more: Any) -> ListColumn:
    return ListColumn(key, heading, lambda row: row.words.get(key), **more)


def _told(key: str, heading: Text, words: dict[str, Any]) -> ListColumn:
    return _word(key, heading, label=lambda row: words.get(row.words.get(key), ""))


def _money(key: str, heading: Text, link: Link | None = None, definition: Text = "") -> ListColumn:
    is_gap = key.startswith("gap")
    return ListColumn(
        key, heading, lambda row: euros(row.cents.get(key)), "amount", "money", unit=EUROS,
        url=link(key) if link else None, definition=definition,
        level=(lambda row: "alert" if (row.cents.get(key) or 0) < 0 else "") if is_gap else None,
    )  # fmt: skip


def _pair(name: str, heading: Any, link: Link | None = None) -> list[ListColumn]:
    return [_money(f"{name}_{one}", f"{ledger} · {heading}", link) for one, ledger in _LEDGERS]


def _share(one: str, ledger: str) -> ListColumn:
    """Return the column of what is programmed out of net credits; nothing without credits."""

    def read(row: TableRow) -> Decimal | None:
        usable, said = row.cents.get(f"usable_{one}"), row.cents.get(f"programmed_{one}")
        return Decimal(said) / usable if usable and usable > 0 and said is not None else None

    heading = _("%(ledger)s · programmed out of what is available") % {"ledger": ledger}
    return ListColumn(f"share_{one}", heading, read, "percent", "decimal")


def _code() -> ListColumn:
    return _word("code", gettext_lazy("Code"), is_header=True, label=lambda row: (
        row.words["code"] or _("none")
    ))  # fmt: skip


def _name() -> ListColumn:
    return _word("name", gettext_lazy("Name"))


def _project() -> ListColumn:
    return _word(
        "project", gettext_lazy("Project"),
        url=lambda row: reverse("web:project", args=[row.words["project"]]),
    )  # fmt: skip


def _synthesis(year: int, link: Link) -> list[ListColumn]:
    return [
        _code(),
        _told("level", gettext_lazy("Level"), LEVELS),
        _name(),
        *_pair("lfi", _("LFI"), link),
        *_pair("frozen", _("frozen"), link),
        *_pair("usable", _("available, net of what is frozen"), link),
        *_pair("programmed", _("programmed"), link),
        *_pair("gap", _("gap"), link),
        *(_share(one, ledger) for one, ledger in _LEDGERS),
    ]


def _needs(year: int, link: Link) -> list[ListColumn]:
    def programmed(rank: int, when: str) -> list[ListColumn]:
        return [
            _money(f"programmed_{one}_{rank}", f"{ledger} · {when}", link)
            for one, ledger in _LEDGERS
        ]

    return [
        _code(),
        _name(),
        *_pair("requested", _("requested %(year)s") % {"year": year}, link),
        *_pair("granted", _("granted %(year)s") % {"year": year}, link),
        *programmed(0, _("programmed %(year)s") % {"year": year}),
        _money("executed_ae", _("AE · committed to date"), link),
        _money("executed_cp", _("CP · paid to date"), link),
        *_pair("landing", _("forecast at 31/12")),
        *programmed(1, str(year + 1)),
        *programmed(2, str(year + 2)),
        *programmed(3, _("%(year)s and after") % {"year": year + 3}),
        _money("cp_compulsory", _("CP · compulsory"), link),
        _money("cp_unavoidable", _("CP · unavoidable"), link),
        _money("cp_new", _("CP · new"), link),
        _money("cp_others", _("CP · committed and planned"), link),
    ]


def _timetable(year: int, link: Link) -> list[ListColumn]:
    years = [str(year + rank) for rank in range(3)]
    years.append(_("%(year)s and after") % {"year": year + 3})
    return [
        _word(
            "label", gettext_lazy("Act"), is_header=True,
            label=lambda row: row.words["label"] or row.words["legal_reference"],
        ),
        _told("kind", gettext_lazy("Kind"), _KINDS),
        _word(
            "legal_reference", gettext_lazy("Commitment (EJ)"),
            url=lambda row: f"{reverse('web:commitments')}?q={row.words['legal_reference']}",
        ),
        _word("supplier", gettext_lazy("Supplier")),
        _project(),
        _money("opening", _("Left to pay at the opening of %(year)s") % {"year": year}),
        *(
            _money(f"{one}_{rank}", f"{ledger} · {when}")
            for one, ledger in _LEDGERS
            for rank, when in enumerate(years)
        ),
        _money("closing", _("Left to pay at the closing of %(year)s") % {"year": year}),
    ]  # fmt: skip


def _acts(year: int, link: Link) -> list[ListColumn]:
    statuses = {status.value: status.label for status in ActStatus}
    return [
        _word("label", gettext_lazy("Act"), is_header=True),
        _word("procedure", gettext_lazy("Procedure")),
        _word("supplier", gettext_lazy("Supplier")),
        _project(),
        _money("ae", f"AE {year}"),
        _money("cp", f"CP {year}"),
        _word(
            "month", gettext_lazy("Month of notification"), kind="date",
            label=lambda row: month_name(row.words["month"]) if row.words["month"] else "",
        ),
        _word(
            "needs_visa", gettext_lazy("Threshold of the CBCM reached"), kind="boolean",
            label=_visa,
        ),
        _told("status", gettext_lazy("Status"), statuses),
    ]  # fmt: skip


def _visa(row: TableRow) -> str:
    reached = row.words["needs_visa"]
    if reached is None:
        return _("no threshold in force")
    return _("yes") if reached else _("no")


def _report(year: int, link: Link) -> list[ListColumn]:
    return [
        _code(),
        _told("kind", gettext_lazy("Level"), LEVELS),
        _name(),
        *_pair("initial", _("initial programming"), link),
        *_pair("updated", _("programming updated"), link),
        _money("executed_ae", _("AE · committed at the date of the data"), link),
        _money("executed_cp", _("CP · paid at the date of the data"), link),
        *_pair("landing", _("forecast at 31/12")),
        *_pair("gap", _("programming less forecast")),
        _word("comment", gettext_lazy("Comment")),
        _word("risk", gettext_lazy("Risk")),
    ]


_BY_CODE: dict[str, Callable[[int, Link], list[ListColumn]]] = {
    "t1": _synthesis,
    "t2": _needs,
    "t3": _timetable,
    "t6": _acts,
    "t8": _report,
}


def version_columns(code: str, year: int, link: Link) -> tuple[ListColumn, ...]:
    """Return the columns of a table in the language in force; `link` leads to the rows."""
    return tuple(_BY_CODE[code](year, link))
