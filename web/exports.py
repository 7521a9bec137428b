"""Exports of the lists: the same columns, in the same order, as the page."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.http import (
    FileResponse,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.utils.translation import gettext as _

from accounts.services.audit import record_event
from common.fiscal import today
from common.tabular import Column, TooManyRows, describe, write_csv, write_ods, write_xlsx
from common.tabular.columns import Value
from web.listing import ListColumn

FORMATS = ("csv", "csv-plain", "csv-fr", "xlsx", "ods", "schema", "schema-fr")
_WORKBOOKS: dict[str, tuple[Callable[..., int], str]] = {
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "ods": (write_ods, "application/vnd.oasis.opendocument.spreadsheet"),
}


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
    address_of: Callable[[str], str] | None = None,
) -> HttpResponseBase:
    """Answer the download of a list in one of FORMATS and record it as an event.

    `address_of` gives the address of the same rows in another format. Fictitious rows say so in
    their column of origin, in the file name and in the notes.
    """
    record_event(actor=user, verb="exported", object_kind=name, detail={"format": wanted})
    stem = f"{name}-{today():%Y-%m-%d}"
    if has_fictitious:
        notes = [(_("Warning"), fictitious_notice()), *notes]
        stem = f"{stem}-" + _("fictitious")
    return download(
        stem=stem,
        wanted=wanted,
        columns=[column.exported() for column in columns],
        values=([column.value(row) for column in columns] for row in rows),
        notes=notes,
        address_of=address_of,
    )


def download(
    *,
    stem: str,
    wanted: str,
    columns: Sequence[Column],
    values: Iterable[Sequence[Value]],
    notes: list[tuple[str, Value]],
    address_of: Callable[[str], str] | None = None,
) -> HttpResponseBase:
    """Answer a table in one of FORMATS; the caller has checked the right and recorded the event.

    `csv` and `csv-plain` are for programs, `csv-fr` for a French spreadsheet; `schema` and
    `schema-fr` describe them, and are named in their Link header.
    """
    if wanted in _WORKBOOKS:
        return _workbook(wanted, stem, columns, values, notes)
    french = wanted.endswith("-fr")
    if wanted.startswith("schema"):
        told = describe(stem.lower(), f"{stem}.csv", notes, columns, french=french)
        return JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response = StreamingHttpResponse(
        write_csv(values, columns, flavour="fr" if french else "standard"),
        content_type="text/csv; charset=utf-8",
    )
    if address_of:
        url = address_of("schema-fr" if french else "schema")
        response["Link"] = f'<{url}>; rel="describedby"; type="application/json"'
    return _attached(response, f"{stem}.csv")


def _workbook(
    wanted: str,
    stem: str,
    columns: Sequence[Column],
    values: Iterable[Sequence[Value]],
    notes: list[tuple[str, Value]],
) -> HttpResponseBase:
    """Answer a workbook; it is written to a file without a name, never held in memory."""
    write, kind = _WORKBOOKS[wanted]
    stream = tempfile.TemporaryFile()  # noqa: SIM115  closed by the response
    try:
        write(stream, columns, values, notes)
    except TooManyRows as error:
        stream.close()
        return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
    stream.seek(0)
    return _attached(FileResponse(stream, content_type=kind), f"{stem}.{wanted}")


def _attached(response: HttpResponseBase, filename: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
