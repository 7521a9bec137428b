"""The log of imports, and the deposit of files."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from accounts.services.audit import record_event
from common.exceptions import DomainError
from records.enums import DraftState
from records.models import ImportBatch, ImportDraft
from records.services.deposits import Upload, deposit_files, waiting_files
from records.services.drafts import check_or_ask
from web.imports.forms import BatchFilterForm, DepositForm
from web.imports.matching_views import next_address
from web.imports.rights import DEPOSIT
from web.imports.selectors import stepper
from web.listing import ListColumn
from web.lists import ListView
from web.mixins import PageView

LIVING = (DraftState.DRAFT, DraftState.CHECKING, DraftState.CHECKED, DraftState.COMMITTING)


def written(batch: ImportBatch) -> int:
    """Return how many rows a batch created or changed."""
    return sum(
        table.get("created", 0) + table.get("updated", 0) + table.get("written", 0)
        for table in batch.counts.values()
    )


def _duration(batch: ImportBatch) -> int | None:
    draft = getattr(batch, "draft", None)
    return draft.seconds if draft else None


COLUMNS = (
    ListColumn(
        "imported_at", gettext_lazy("Imported at"), lambda batch: batch.imported_at,
        show="moment", kind="datetime", order=("imported_at",),
    ),
    ListColumn(
        "code", gettext_lazy("Batch"), lambda batch: batch.code,
        url=lambda batch: reverse("web:import-batch", args=[batch.code]), order=("code",),
        is_header=True,
    ),
    ListColumn("source", gettext_lazy("Files"), lambda batch: batch.source, order=("source",)),
    ListColumn("kind", gettext_lazy("Kind"), lambda batch: batch.get_kind_display()),
    ListColumn(
        "imported_by", gettext_lazy("Imported by"),
        lambda batch: str(batch.imported_by or gettext_lazy("the system")),
    ),
    ListColumn(
        "written", gettext_lazy("Rows written"), written, show="number", kind="integer",
    ),
    ListColumn(
        "seconds", gettext_lazy("Check (s)"), _duration, show="number", kind="integer",
    ),
    ListColumn(
        "state", gettext_lazy("State"), lambda batch: batch.get_state_display(), order=("state",)
    ),
)  # fmt: skip


class ImportListView(ListView):
    """The imports that the person may read, and their own deposits in preparation."""

    section = "imports"
    name = "imports"
    title = gettext_lazy("Imports")
    caption = gettext_lazy("Everything that was imported, the latest first")
    empty = gettext_lazy("Nothing was imported yet.")
    template_name = "web/imports/list.html"
    columns = COLUMNS
    form_class = BatchFilterForm
    default_sort = "-imported_at"
    resource = Resource.IMPORT_BATCH
    needs = (Action.READ, Resource.IMPORT_BATCH)

    def rows(self, filters: dict[str, Any]) -> Any:
        """Return the batches that the filters keep."""
        rows = ImportBatch.objects.visible_to(self.request.user)
        kept = {name: filters[name] for name in ("state", "kind") if name in filters}
        return rows.filter(**kept).select_related("imported_by", "draft")

    def more(self) -> dict[str, Any]:
        """Offer a deposit, and show those in preparation."""
        drafts = ImportDraft.objects.visible_to(self.request.user).filter(state__in=LIVING)
        return {
            "can_deposit": can(self.request.user, *DEPOSIT),
            "drafts": drafts.select_related("author")[:50],
        }


class DepositView(PageView):
    """Step 1: deposit files; a small deposit is checked at once."""

    section = "imports"
    needs = DEPOSIT
    template_name = "web/imports/deposit.html"

    def shown(self, form: DepositForm, status: int = 200) -> HttpResponse:
        """Show the form."""
        return self.page({"form": form, "stepper": stepper(1)}, status=status)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return self.shown(DepositForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the files, tell what they are."""
        form = DepositForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.shown(form, 422)
        files = [
            Upload(file.name or "", file, file.size or 0) for file in form.cleaned_data["uploads"]
        ]
        try:
            draft = deposit_files(
                actor=request.user,
                files=files,
                is_new_version=form.cleaned_data["is_new_version"],
                keeps_waiting=form.cleaned_data["keeps_waiting"],
                may_match=True,
            )
            if not waiting_files(draft):
                check_or_ask(actor=request.user, draft_id=draft.pk)
        except DomainError as error:
            form.add_error("uploads", str(error))
            record_event(actor=request.user, verb="refused", detail={"code": error.code})
            return self.shown(form, 422)
        return HttpResponseRedirect(next_address(draft))
