"""The workbook of a version as a file: what somebody reads of it, to be changed and sent back."""

from __future__ import annotations

from itertools import chain
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services.audit import record_event
from budgets.models import ProgrammingVersion
from budgets.rules.programming import stage_of
from budgets.rules.workbook import Origin
from budgets.services.round_content import digests_of
from budgets.tables.programming_workbook import (
    columns_of,
    notes_of,
    workbook_lines,
    workbook_rows,
)
from common.tabular import write_ods, write_xlsx

WRITERS = {"ods": write_ods, "xlsx": write_xlsx}


def write_workbook(
    stream: IO[bytes],
    *,
    actor: Any,
    version: ProgrammingVersion,
    wanted: str,
    lines: Any,
    chosen: str,
) -> int:
    """Write the workbook of some lines of a version, in one of WRITERS; return how many.

    `lines` are those that `actor` reads, and `chosen` says in words which of them. The lines leave
    some at a time. Four queries, whatever their number. Raises TooManyRows.
    """
    digest = digests_of(version.pk)[0]
    found = workbook_lines(version, lines)
    first = next(found, None)
    origin = str(
        Origin(
            version.fiscal_year, version.number, version.data_origin,
            stage_of(version.kind).value, (first.mark or 0) if first else 0, digest,
        )
    )  # fmt: skip
    rows = workbook_rows(version, chain([first] if first else [], found))
    written = WRITERS[wanted](
        stream,
        columns_of(version),
        rows,
        notes_of(version, origin, timezone.now(), chosen),
        sheet_name=_("Programming"),
        above=(origin, caption(version)),
        protects=True,
    )
    detail = {"format": wanted, "lines": written}
    record_event(
        actor=actor, verb="exported", object_kind="programming_version",
        object_code=version.code, detail=detail,
    )  # fmt: skip
    return written


def caption(version: ProgrammingVersion) -> str:
    """Return what the amounts are: of which version, in which stage and unit, of when."""
    words = {
        "version": version.code,
        "kind": version.get_kind_display(),
        "stage": stage_of(version.kind).label,
        "day": f"{version.data_on or version.updated_at.date():%d/%m/%Y}",
    }
    text = _(
        "Programming %(version)s, %(kind)s: AE and CP %(stage)s by line and year, T2 and HT2, euros"
        " TTC, data of %(day)s. Source: programming. Only what is not grey is read back."
    )
    if version.data_origin == "fictitious":
        text = _("Fictitious data.") + " " + text
    return text % words
