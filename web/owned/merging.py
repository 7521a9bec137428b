"""Merging two records entered twice: what moves is shown first; undone from the same page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action
from accounts.models import RecordMerge
from accounts.services.merging import UNDO_DAYS, merge_records, plan_merge, undo_merge
from common.exceptions import DomainError
from web.forms import VersionedForm
from web.owned.views import OwnedRecordView


class MergeForm(VersionedForm):
    """The duplicate, and why."""

    duplicate = forms.CharField(
        label=gettext_lazy("Code of the duplicate"),
        max_length=40,
        help_text=gettext_lazy("It is archived; what hangs on it moves here."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)

    def __init__(self, data: Any = None, *, find: Any, initial: Any = None) -> None:
        self.find = find
        super().__init__(data, initial=initial)

    def clean_duplicate(self) -> Any:
        """Refuse a code that names no record that one may merge."""
        found = self.find(self.cleaned_data["duplicate"])
        if found is None:
            raise forms.ValidationError(_("No record that you may merge has this code."))
        return found


@dataclass(frozen=True)
class MergeLine:
    """A merge into the record, and whether it can still be undone."""

    merge: RecordMerge
    rows: int
    undoable: bool


class MergeView(OwnedRecordView):
    """Merge a duplicate into this record: the first submission shows what would move."""

    template_name = "web/owned/merge.html"
    action = Action.MERGE

    def find(self, code: str) -> Any:
        """Return a record that the person may merge, by its code; None otherwise."""
        rows = self.pages.kind.model._default_manager.all()
        return rows.allowing(self.request.user, Action.MERGE).filter(code=code).first()

    def form(self, data: Any = None) -> forms.Form:
        """Return the form."""
        initial = {"version": self.record.version, "duplicate": self.request.GET.get("doublon")}
        return MergeForm(data, find=self.find, initial=initial)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show what would move, or merge once it is confirmed."""
        form = self.form(request.POST)
        if not request.POST.get("confirm") and form.is_valid():
            duplicate = form.cleaned_data["duplicate"]
            plan = plan_merge(self.record, duplicate)
            context = {"form": form, **self.shown(form), "plan": plan, "duplicate": duplicate}
            return self.page(context)
        return super().post(request, *args, **kwargs)

    def decide(self, cleaned: dict[str, Any]) -> RecordMerge:
        """Merge."""
        target = self.target(cleaned)
        return merge_records(
            actor=target["actor"],
            kind=target["kind"],
            kept_id=target["record_id"],
            expected_version=target["expected_version"],
            duplicate_id=cleaned["duplicate"].pk,
            reason=cleaned["reason"],
        )

    def after(self, result: RecordMerge) -> tuple[str, str]:
        """Go back to the sheet."""
        message = _("%(code)s is merged. It can be undone for %(days)s days.")
        shown = {"code": result.duplicate_code, "days": UNDO_DAYS}
        return message % shown, self.pages.sheet(self.record)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Show the former merges too."""
        merges = RecordMerge.objects.filter(
            kind=self.pages.kind.name, kept_id=self.record.pk
        ).select_related("merged_by", "undone_by")
        oldest = timezone.now() - dt.timedelta(days=UNDO_DAYS)
        lines = [
            MergeLine(
                merge,
                sum(len(ids) for ids in merge.moved.values()),
                merge.undone_at is None and merge.merged_at > oldest,
            )
            for merge in merges
        ]
        undo = f"web:{self.pages.name}_merge_undo"
        return {**super().shown(form), "title": _("Merge a duplicate"), "merges": lines,
                "undo_name": undo}  # fmt: skip


class UndoMergeView(OwnedRecordView):
    """Undo a merge into this record."""

    action = Action.MERGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Undo it, and go back to the page of merges."""
        merge = get_object_or_404(
            RecordMerge, pk=kwargs["pk"], kind=self.pages.kind.name, kept_id=self.record.pk
        )
        try:
            undo_merge(actor=request.user, kind=self.pages.kind, merge_id=merge.pk)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            done = _("The merge is undone: %(code)s is as it was.")
            messages.success(request, done % {"code": merge.duplicate_code})
        url = reverse(f"web:{self.pages.name}_merge", args=[self.record.code])
        return HttpResponseRedirect(url)
