"""Exports of the lists: the same columns, in the same order, as the page."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from accounts.services.audit import record_event
from common.fiscal import today
from common.tabular import write_csv, write_xlsx
from common.tabular.columns import Value
from web.listing import ListColumn

FORMATS = ("csv", "csv-fr", "xlsx")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def fictitious_notice() -> str:
    """Return the sentence that stands on every export of invented data."""
    return _("Fictitious data: no row of this origin describes a real project or supplier.")


def export(
    *,
    user: Any,
    name: str,
    wanted: str,
    columns: tuple[ListColumn, ...],
    rows: Iterable[Any],
    notes: list[tuple[str, Value]],
    has_fictitious: bool,
) -> HttpResponseBase:
    """Answer a download in one of FORMATS and record it as an event.

    Fictitious rows say so in their column of origin, in the file name and in the notes.
    """
    record_event(actor=user, verb="exported", object_kind=name, detail={"format": wanted})
    values = ([column.value(row) for column in columns] for row in rows)
    exported = [column.exported() for column in columns]
    stem = f"{name}-{today():%Y-%m-%d}" + (f"-{_('fictitious')}" if has_fictitious else "")
    if wanted == "xlsx":
        stream = io.BytesIO()
        banner = [(_("Warning"), fictitious_notice())] if has_fictitious else []
        write_xlsx(stream, exported, values, [*banner, *notes])
        response: HttpResponseBase = HttpResponse(stream.getvalue(), content_type=_XLSX)
        return _attached(response, f"{stem}.xlsx")
    flavour = "fr" if wanted == "csv-fr" else "standard"
    response = StreamingHttpResponse(
        write_csv(values, exported, flavour=flavour),  # type: ignore[arg-type]
        content_type="text/csv; charset=utf-8",
    )
    return _attached(response, f"{stem}.csv")


def _attached(response: HttpResponseBase, filename: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
