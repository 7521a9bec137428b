"""Tables T1, T2, T3, T6 and T8: a version of the programming beside the ledgers, and the rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.models import ProgrammingVersion
from budgets.tables.needs import report_day
from budgets.tables.programmed import Figures, TableRow, default_version, parts_of_figure
from budgets.tables.programmed_catalogue import PROGRAMMED, VersionTable
from budgets.tables.statement_catalogue import StatementRows
from budgets.tables.timetable import visa_threshold
from common.fiscal import today
from common.models import DataOrigin
from common.money import from_cents
from common.tabular.columns import Value
from common.templatetags.amounts import amount, day
from web.budgets.asking import exports_of, frame
from web.budgets.cell_rows import CellRowsView, Found, Row
from web.budgets.tabs import tabs
from web.execution.forms import Execution, StatementForm, ask_execution
from web.execution.statements import switch, totals_of
from web.execution.version_columns import version_columns
from web.exports import FORMATS, export
from web.listing import ListColumn, cell
from web.lists import PAGE_SIZES, address, page_of
from web.mixins import PageView


class VersionTableForm(StatementForm):
    """The perimeter, the month reached, and the version of the exercise."""

    version = forms.TypedChoiceField(
        label=gettext_lazy("Version"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data, user=user)
        rows = ProgrammingVersion.objects.visible_to(user).order_by("-fiscal_year", "-number")
        self.versions = {row.pk: row for row in rows}
        told = [(pk, version_words(row)) for pk, row in self.versions.items()]
        self.fields["version"].choices = [("", _("of record, else the latest")), *told]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a version of another exercise."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        version = self.versions.get(cleaned.get("version") or 0)
        year = cleaned.get("fiscal_year")
        if version is not None and year and version.fiscal_year != year:
            self.add_error("version", ValidationError(_("This version is of another exercise.")))
        return cleaned


class ReportForm(VersionTableForm):
    """A management report has the day of its calendar."""

    month = None  # type: ignore[assignment]


def version_words(version: ProgrammingVersion) -> str:
    """Return a version in words: code, kind, state, of record or not."""
    words = [version.code, version.get_kind_display(), version.get_state_display()]
    return ", ".join([*words, _("of record")] if version.is_of_record else words)


@dataclass(frozen=True)
class Shown:
    """What a page of a table shows: the table, what is asked, and the version, if there is one."""

    table: VersionTable
    found: Execution
    version: ProgrammingVersion | None
    read: StatementRows | None

    @property
    def when(self) -> str:
        """Return the date of the data in words."""
        if self.table.is_report and self.version is not None:
            words = {"day": day(report_day(self.version).data_on)}
            return _("data of %(day)s") % words
        return self.found.month_words


def ask_table(request: HttpRequest, code: str) -> Shown:
    """Return what an address asks for; the version is the one of record, else the latest."""
    if code not in PROGRAMMED:
        raise Http404
    table = PROGRAMMED[code]
    seen = ProgrammingVersion.objects.visible_to(request.user)

    def year_of(origin: str) -> int | None:
        rows = seen.filter(data_origin=origin)
        wanted = request.GET.get("version", "")
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
            return rows.filter(pk=wanted).values_list("fiscal_year", flat=True).first()
        last: int | None = rows.filter(is_of_record=True).aggregate(last=Max("fiscal_year"))["last"]
        return last

    form = ReportForm if table.is_report else VersionTableForm
    found = ask_execution(request, form, year_of)
    asked = found.asked
    if found.perimeter is None:
        return Shown(table, found, None, None)
    version = asked.form.versions.get(asked.filters.get("version"))
    if version is None or version.data_origin != asked.origin:
        version = default_version(request.user, asked.year, asked.origin)
    if version is None:
        return Shown(table, found, None, None)
    perimeter = table.perimeter(found.perimeter, version)
    found = replace(found, perimeter=perimeter)
    return Shown(table, found, version, table.read(perimeter, version, found.as_of or today()))


class VersionTableView(PageView):
    """One table of a version of the programming."""

    section = "movements"
    template_name = "web/execution/statement.html"
    needs = (Action.READ, Resource.CREDIT)

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        """Show the table, or answer its export."""
        shown = ask_table(request, code)
        found = shown.found
        columns = version_columns(code, found.asked.year, self.link(shown))
        if request.GET.get("format") in FORMATS and shown.read is not None:
            return self.exported(shown, columns)
        context = {
            **frame(request, found.asked),
            "found": found,
            "statement": shown.table,
            **tabs("statements"),
            "name": "statements",
            "others": switch(code),
            "columns": columns,
            "version": shown.version or "",
            "version_words": version_words(shown.version) if shown.version else "",
            "when": shown.when,
            "total_label": _("Total of the programmes") if code == "t1" else "",
            "threshold": threshold_words(shown) if code == "t6" else "",
        }
        if shown.read is not None:
            context |= self.body(shown, columns, shown.read)
        return self.page(context, status=422 if found.asked.form.errors else 200)

    def link(self, shown: Shown) -> Callable[[str], Callable[[TableRow], str]]:
        """Return what makes the address of the rows behind a figure of a row."""
        return lambda figure: lambda row: rows_url(self.request, shown, figure, row.key)

    def body(
        self, shown: Shown, columns: tuple[ListColumn, ...], read: StatementRows
    ) -> dict[str, Any]:
        """Return one page of rows, the totals of all of them and the exports."""
        page = page_of(self.request, read.rows)
        figures = figures_of(shown)

        def url_of(key: str) -> str:
            return rows_url(self.request, shown, key, "") if key in figures else ""

        return {
            "shown": page,
            "sizes": PAGE_SIZES,
            "rows": [[cell(column, row) for column in columns] for row in page.object_list],
            "totals": totals_of(columns, read, url_of)[1:],
            "exports": exports_of(self.request) if read.rows else [],
        }

    def exported(self, shown: Shown, columns: tuple[ListColumn, ...]) -> HttpResponseBase:
        """Answer the export of every row."""
        if not can(self.request.user, Action.EXPORT, Resource.CREDIT):
            raise PermissionDenied
        assert shown.read is not None
        assert shown.version is not None
        asked = shown.found.asked
        notes: list[tuple[str, Value]] = [
            (_("Version"), version_words(shown.version)),
            (_("Date of the data"), shown.when),
            (_("Data recorded up to"), frame(self.request, asked)["data_on"]),
        ]
        if shown.table.code == "t6":
            notes.append((_("Threshold"), threshold_words(shown)))
        notes += [
            (f"{_('Total')} · {column.heading}", value)
            for column, value, _url in totals_of(columns, shown.read)
            if value is not None
        ]
        return export(
            user=self.request.user,
            name=f"statement-{shown.table.code}",
            wanted=self.request.GET["format"],
            columns=columns,
            rows=shown.read.rows,
            notes=asked.notes(shown.table.title, *notes),
            has_fictitious=asked.origin == DataOrigin.FICTITIOUS,
            address_of=lambda form: address(self.request, format=form),
        )


def figures_of(shown: Shown) -> Figures:
    """Return the figures whose amounts lead to rows: none in a table of acts, rows themselves."""
    if shown.table.figures is None or shown.version is None:
        return {}
    return shown.table.figures(shown.version)


def threshold_words(shown: Shown) -> str:
    """Return from which amount an act needs the visa of the CBCM, and by whose law."""
    known = visa_threshold(shown.found.as_of or today())
    if known is None:
        return _("No threshold of visa is in force that day (rule R-17).")
    words = {"amount": amount(from_cents(known.cents)), "source": known.source}
    return _("Visa of the CBCM from %(amount)s € of AE on (rule R-17): %(source)s.") % words


def rows_url(request: HttpRequest, shown: Shown, figure: str, key: str) -> str:
    """Return the address of the rows behind a figure, of a row or of the whole."""
    query = request.GET.copy()
    for name in ("format", "page", "size"):
        query.pop(name, None)
    if shown.version is not None:
        query["version"] = str(shown.version.pk)
    if key:
        query["row"] = key
    place = reverse("web:version_table_rows", args=[shown.table.code, figure])
    return f"{place}?{query.urlencode()}"


class VersionTableRowsView(CellRowsView):
    """The lines and the facts behind a figure of a table, of a row or of the whole."""

    def found(self, request: HttpRequest, **where: str) -> Found:
        """Return the figure that the address names; Http404 for another."""
        code, figure = where["code"], where["figure"]
        shown = ask_table(request, code)
        version, perimeter, read = shown.version, shown.found.perimeter, shown.read
        if version is None or perimeter is None or read is None:
            raise Http404
        terms = figures_of(shown).get(figure)
        row = next((one for one in read.rows if one.key == request.GET.get("row")), None)
        if terms is None or (row is None and "row" in request.GET):
            raise Http404
        cents = row.cents.get(figure) if row else read.totals.get(figure)
        parts = parts_of_figure(
            terms, row.grains if row else None, perimeter, version, shown.table.former(version)
        )
        columns = version_columns(code, shown.found.asked.year, lambda key: lambda row: "")
        label = next(column.heading for column in columns if column.key == figure)
        back = request.GET.copy()
        back.pop("row", None)
        return Found(
            key=(row.words["code"] or _("none")) if row else "",
            label=label,
            amount=from_cents(cents or 0),
            rows=(
                Row(
                    one.ledger, one.pk, one.reference, one.on, one.fiscal_year,
                    from_cents(one.cents), one.version_id,
                )
                for one in parts
            ),
            table=shown.table.title,
            year=shown.found.asked.year,
            origin=shown.found.asked.origin,
            back=f"{reverse('web:version_table', args=[code])}?{back.urlencode()}",
            export_name=f"statement-{code}-{figure}",
            notes=(
                (_("Version"), version_words(version)),
                (_("Date of the data"), shown.when),
                (_("Perimeter"), shown.found.asked.caption),
            ),
        )  # fmt: skip
