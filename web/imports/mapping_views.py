"""The mappings that are kept: list, sheet with its versions, edit, close."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.enums import Resource
from accounts.permissions import can
from accounts.selectors import record_edits
from accounts.services.owned import move_record
from budgets.services.layouts import has_layouts_to_load, load_layouts
from common.fiscal import today
from common.models import RecordState
from records.importing.reading import Options, Reading
from records.models import ImportMapping
from records.services.mappings import MAPPING, edit_mapping
from web.comparison import both_versions
from web.forms import PageForm, any_of
from web.imports.matching_forms import MappingForm
from web.imports.rights import DEPOSIT, READ
from web.imports.words import title_of_table
from web.listing import ListColumn
from web.lists import ListView
from web.mixins import PageView, ServiceFormView
from web.owned.forms import EndingForm
from web.owned.history import label_of

_STATES = [
    (RecordState.OPEN.value, RecordState.OPEN.label),
    (RecordState.CLOSED.value, RecordState.CLOSED.label),
]


class MappingFilterForm(PageForm):
    """Filters of the mappings."""

    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=any_of(_STATES))


COLUMNS = (
    ListColumn(
        "name", gettext_lazy("Source"), lambda row: row.name, order=("name",), is_header=True,
        url=lambda row: reverse("web:import-mapping", args=[row.code]),
    ),
    ListColumn("code", gettext_lazy("Code"), lambda row: row.code, order=("code",)),
    ListColumn("table", gettext_lazy("Table"), lambda row: title_of_table(row.table)),
    ListColumn(
        "columns", gettext_lazy("Columns read"), lambda row: len(row.columns),
        show="number", kind="integer",
    ),
    ListColumn(
        "version", gettext_lazy("Version"), lambda row: row.version, show="number", kind="integer"
    ),
    ListColumn(
        "updated_at", gettext_lazy("Last edit"), lambda row: row.updated_at,
        show="moment", kind="datetime", order=("updated_at",),
    ),
    ListColumn(
        "state", gettext_lazy("State"), lambda row: row.get_state_display(), order=("state",)
    ),
)  # fmt: skip


class MappingListView(ListView):
    """Every mapping."""

    section = "imports"
    name = "import-mappings"
    title = gettext_lazy("Mappings of columns")
    caption = gettext_lazy("How the files of each source are read")
    template_name = "web/imports/mappings.html"
    empty = gettext_lazy("No mapping was kept yet: one is made when a file is matched.")
    columns = COLUMNS
    form_class = MappingFilterForm
    default_sort = "name"
    resource = Resource.IMPORT_BATCH
    needs = READ

    def rows(self, filters: dict[str, Any]) -> Any:
        """Return the mappings that the filters keep."""
        rows = ImportMapping.objects.visible_to(self.request.user)
        return rows.filter(state=filters["state"]) if "state" in filters else rows

    def more(self) -> dict[str, Any]:
        """Offer the shipped layouts to who may add them, until they are there."""
        return {"can_load": can(self.request.user, *DEPOSIT) and has_layouts_to_load()}


class LoadLayoutsView(PageView):
    """Add the shipped layouts; those that are there stay as they are."""

    section = "imports"
    needs = DEPOSIT
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Add them, and come back to the list."""
        count = len(load_layouts(actor=request.user).added)
        if count:
            text = ngettext(
                "%(count)d shipped layout was added.",
                "%(count)d shipped layouts were added.",
                count,
            )
            messages.success(request, text % {"count": count})
        else:
            messages.info(request, _("The shipped layouts are there already."))
        return HttpResponseRedirect(reverse("web:import-mappings"))


def reading_of(mapping: ImportMapping) -> Reading:
    """Return what a mapping says, under the headings of the file that it was made from."""
    told = Options.from_dict(mapping.options)
    return mapping.reading(tuple(mapping.headings), told.header_line, told.sheet)


class MappingView(PageView):
    """What a mapping says, and each of its versions."""

    section = "imports"
    needs = READ
    template_name = "web/imports/mapping.html"

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show the mapping."""
        mapping = get_object_or_404(ImportMapping.objects.visible_to(request.user), code=code)
        form = MappingForm(reading=reading_of(mapping), initial={"name": mapping.name})
        versions = [
            (edit, [label_of(mapping, change.field) for change in edit.changes])
            for edit in reversed(record_edits(mapping))
        ]
        return self.page(
            {
                "mapping": mapping,
                "table": title_of_table(mapping.table),
                "columns": form.said_of_columns(),
                "options": form.said(),
                "versions": versions,
                "may_edit": mapping.state == RecordState.OPEN and can(request.user, *DEPOSIT),
            }
        )


class _MappingFormView(ServiceFormView):
    """A decision on a mapping, under the version that was read."""

    section = "imports"
    needs = DEPOSIT

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Find the mapping; a closed one is read only."""
        if not can(request.user, *DEPOSIT):
            raise PermissionDenied
        rows = ImportMapping.objects.visible_to(request.user)
        self.mapping = get_object_or_404(rows, code=kwargs["code"])
        return super().dispatch(request, *args, **kwargs)

    def after(self, result: Any) -> tuple[str, str]:
        """Go back to the mapping."""
        return _("Saved."), reverse("web:import-mapping", args=[self.mapping.code])

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the mapping."""
        sheet = reverse("web:import-mapping", args=[self.mapping.code])
        return {"record": self.mapping, "sheet_url": sheet}


class MappingEditView(_MappingFormView):
    """Edit a mapping: its name, the field of each heading, the options."""

    template_name = "web/imports/mapping_edit.html"

    def form(self, data: Any = None) -> forms.Form:
        """Return the form, with the version that was read."""
        initial = {"name": self.mapping.name, "version": self.mapping.version}
        form = MappingForm(data, reading=reading_of(self.mapping), initial=initial)
        form.fields["version"] = forms.IntegerField(widget=forms.HiddenInput)
        return form

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Edit it."""
        return edit_mapping(
            actor=self.request.user,
            mapping_id=self.mapping.pk,
            expected_version=cleaned["version"],
            name=cleaned["name"],
            reading=cleaned["reading"],
        )

    def stale(self, form: forms.Form) -> dict[str, Any]:
        """Show both versions."""
        self.mapping.refresh_from_db()
        kept = MappingForm(reading=reading_of(self.mapping), initial={"name": self.mapping.name})
        form.data = {**form.data.dict(), "version": str(self.mapping.version)}  # type: ignore[attr-defined]
        return {"comparison": both_versions(form, dict(kept.initial))}

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Give the headings."""
        return {**super().shown(form), "rows": form.rows(), "title": _("Edit the mapping")}  # type: ignore[attr-defined]


class MappingCloseView(_MappingFormView):
    """Close a mapping: no file is read by it any more."""

    template_name = "web/owned/form.html"

    def form(self, data: Any = None) -> forms.Form:
        """Return the form."""
        return EndingForm(data, initial={"version": self.mapping.version, "closed_on": today()})

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Close it."""
        return move_record(
            actor=self.request.user,
            kind=MAPPING,
            record_id=self.mapping.pk,
            expected_version=cleaned["version"],
            move="close",
            on=cleaned["closed_on"],
            reason=cleaned["reason"],
        )

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        title = _("Close the mapping")
        return {**super().shown(form), "title": title, "submit": title}
