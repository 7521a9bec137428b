"""The short table that ends `make demo`: the fictitious projects and their indicators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from common.models import DataOrigin
from indicators.catalogue import BY_KEY
from indicators.models import IndicatorSnapshot
from indicators.selectors import indicator_value
from projects.models import Project
from web.demo.accounts import ACCOUNTS, PASSWORD

# Indicators of the table: key, and whether it is a rate, shown in percent.
_COLUMNS = (
    ("cost_gap_rate", True),
    ("schedule_gap_rate", True),
    ("cpi", False),
    ("spi_t", False),
    ("ae_commitment_rate", True),
    ("cp_consumption_rate", True),
)
_TITLE = 36


def summary_lines() -> Iterator[str]:
    """Yield the lines: a heading, a line a project, then the log-ins. Three queries.

    A value that cannot be computed is given by its reason.
    """
    headings = [_("Cost gap"), _("Schedule gap"), "CPI", "SPI(t)", _("AE rate"), _("CP rate")]
    rows = [[_("Project"), "", *headings]]
    projects = Project.objects.filter(data_origin=DataOrigin.FICTITIOUS).order_by("code")
    latest = IndicatorSnapshot.objects.latest().filter(project__in=projects)
    snapshots = {snapshot.project_id: snapshot for snapshot in latest}
    for project in projects:
        title = project.title.removeprefix("Projet d'exemple ")[:_TITLE]
        rows.append([project.code, title, *_values(snapshots.get(project.pk))])
    yield _("Fictitious projects, from their latest indicators:")
    yield from _aligned(rows)
    yield ""
    yield _("Log-ins (password %(password)s):") % {"password": PASSWORD}
    yield from _aligned([[account.username, str(account.role.label)] for account in ACCOUNTS])


def _values(snapshot: IndicatorSnapshot | None) -> list[str]:
    """Return the texts of the indicators of a snapshot."""
    if snapshot is None:
        return ["-" for _column in _COLUMNS]
    texts = []
    for key, is_rate in _COLUMNS:
        value, reason = indicator_value(snapshot, BY_KEY[key].code)
        if value is None:
            texts.append(str(reason))
        elif is_rate:
            texts.append(f"{_rounded(Decimal(repr(value)) * 100, 1)}\u00a0%")
        else:
            texts.append(_rounded(Decimal(repr(value)), 2))
    return texts


def _rounded(number: Decimal, places: int) -> str:
    """Return a number rounded half up, as the language writes it."""
    exact = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return str(number_format(exact, places))


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the rows with columns of one width: texts to the left, figures to the right."""
    widths = [max(len(str(row[place])) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = [
            str(cell).ljust(width) if place < 2 else str(cell).rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  " + "  ".join(cells).rstrip()
