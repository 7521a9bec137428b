"""Step 2 of a deposit whose headings are not those of a table: which field each of them is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.services.audit import record_event
from common.exceptions import DomainError
from records.importing.reading import Reading
from records.importing.schema import load_schemas
from records.models import DraftFile, ImportDraft
from records.services.deposits import ALIVE, waiting_files
from records.services.drafts import check_or_ask
from records.services.mappings import match_file
from records.services.placing import is_zip
from records.services.proposing import Asked, Proposal, propose_reading
from web.imports.draft_views import DraftActionView, address_of
from web.imports.matching_forms import MappingForm, WhereForm, missing_fields
from web.imports.selectors import stepper
from web.mixins import add_errors


def next_address(draft: ImportDraft) -> str:
    """Return where a deposit goes on: the first file to be matched, else what was recognised."""
    waiting = waiting_files(draft)
    if waiting:
        return reverse("web:import-match", args=[draft.pk, waiting[0].position])
    return f"{address_of(draft)}?step=2"


class MatchView(DraftActionView):
    """The columns of one file: what was recognised, and a choice a heading.

    `?table=&header_line=…` proposes again under what a person says of the file.
    """

    template_name = "web/imports/match.html"

    def get(self, request: HttpRequest, pk: int, position: int) -> HttpResponse:
        """Show what is proposed."""
        draft = self.own_draft(pk)
        if draft.state not in ALIVE:
            return HttpResponseRedirect(address_of(draft))
        file = self._file(draft, position)
        where = WhereForm(request.GET)
        proposal = self._proposal(file, where)
        form = None
        if proposal.reading.table and proposal.reading.headings:
            name = proposal.mapping.name if proposal.mapping else ""
            form = MappingForm(reading=proposal.reading, initial={"name": name})
        return self._shown(draft, file, proposal, form)

    def post(self, request: HttpRequest, pk: int, **place: Any) -> HttpResponse:
        """Keep the mapping, read the file by it, and check the deposit."""
        draft = self.own_draft(pk)
        file = self._file(draft, place["position"])
        proposal = self._proposal(file, WhereForm(request.POST))
        if not proposal.reading.table or not proposal.reading.headings:
            return self._shown(draft, file, proposal, None, status=422)
        form = MappingForm(request.POST, reading=proposal.reading)
        if form.is_valid():
            try:
                match_file(
                    actor=request.user,
                    draft_id=draft.pk,
                    position=file.position,
                    name=form.cleaned_data["name"],
                    reading=form.cleaned_data["reading"],
                )
                if not waiting_files(draft):
                    check_or_ask(actor=request.user, draft_id=draft.pk)
            except ValidationError as error:
                add_errors(form, error)
            except DomainError as error:
                form.add_error(None, str(error))
                record_event(actor=request.user, verb="refused", detail={"code": error.code})
            else:
                messages.success(request, _("The mapping is kept, and the file is read by it."))
                return HttpResponseRedirect(next_address(draft))
        return self._shown(draft, file, proposal, form, status=422)

    def _file(self, draft: ImportDraft, position: int) -> DraftFile:
        files = [file for file in draft.files.all() if not is_zip(file)]
        names = [file.pk for file in files if file.table != "workbook"]
        return get_object_or_404(DraftFile.objects.filter(pk__in=names), position=position)

    def _proposal(self, file: DraftFile, where: WhereForm) -> Proposal:
        where.is_valid()
        told = where.cleaned_data
        asked = Asked(
            table=told.get("table", ""),
            sheet=where.data.get("sheet"),
            header_line=told.get("header_line"),
            header_rows=told.get("header_rows"),
            separator=told.get("separator", ""),
            encoding=told.get("encoding", ""),
        )
        kept = Reading.from_dict(file.reading) if file.reading else None
        return propose_reading(file.path, file.name, asked, kept)

    def _shown(
        self,
        draft: ImportDraft,
        file: DraftFile,
        proposal: Proposal,
        form: MappingForm | None,
        status: int = 200,
    ) -> HttpResponse:
        reading = proposal.reading
        where = {**reading.options.as_dict(), "table": reading.table}
        schema = load_schemas().get(reading.table)
        return self.page(
            {
                "draft": draft,
                "file": file,
                "stepper": stepper(2),
                "where": WhereForm(initial=where, sheets=proposal.sheets),
                "kept": {name: where[name] for name in WhereForm.base_fields},
                "proposal": proposal,
                "form": form,
                "rows": form.rows(proposal.samples) if form else [],
                "missing": missing_fields(schema, reading) if schema and form else [],
            },
            status=status,
        )
