"""Pages of the life of a record: create, edit, move, history; the services decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.enums import Action
from accounts.permissions import can
from accounts.services.owned import create_record, delete_draft, move_record, update_record
from common.fiscal import today
from web.comparison import both_versions
from web.mixins import ServiceFormView
from web.owned.forms import DeletingForm, EndingForm, MovingForm
from web.owned.pages import MOVE_WORDS, OwnedPages

TITLES = {
    "publish": gettext_lazy("Publish the draft"),
    "close": pgettext_lazy("a record", "Close"),
    "reopen": gettext_lazy("Reopen"),
    "archive": gettext_lazy("Archive"),
    "unarchive": gettext_lazy("Take out of the archive"),
    "delete": gettext_lazy("Delete the draft"),
    "merge": gettext_lazy("Merge a duplicate"),
}


class OwnedView(ServiceFormView):
    """A form on records of one kind."""

    template_name = "web/owned/form.html"
    pages: Any = None  # the OwnedPages that the address gives

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Take the section of the menu from the pages."""
        super().setup(request, *args, **kwargs)
        self.section = self.pages.section

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {"list_url": reverse(f"web:{self.pages.list_name}"), "words": self.pages.words}


class OwnedCreateView(OwnedView):
    """A new record, open or as a draft."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Refuse a verb that no grant gives."""
        if not can(request.user, Action.CREATE, self.pages.resource):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form with a code and the choice of a draft."""
        form = self.pages.form_class(data, user=self.request.user, initial={})  # type: ignore[call-arg]
        del form.fields["version"], form.fields["reason"]
        code = forms.RegexField(
            r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z",
            label=_("Code"),
            max_length=40,
            help_text=_("Letters, digits, point, dash and underscore; it never changes."),
        )
        draft = forms.BooleanField(label=_("Keep it as a draft for now"), required=False)
        form.fields = {"code": code, **form.fields, "draft": draft}
        return form

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Create the record where the right of the person reaches."""
        draft = cleaned.pop("draft")
        # What is left empty is not given: the room's rule and the model say what stands instead.
        given = {name: value for name, value in cleaned.items() if value is not None}
        return create_record(
            actor=self.request.user, kind=self.pages.kind, fields=given, draft=draft
        )

    def after(self, result: Any) -> tuple[str, str]:
        """Go to the sheet."""
        return _("%(code)s was created.") % {"code": result.code}, self.pages.sheet(result)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        words = self.pages.words
        return {**super().shown(form), "title": words["create"], "submit": _("Create")}


class OwnedRecordView(OwnedView):
    """A form on one record."""

    action = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the record, or refuse: unseen is 404, a refused verb 403."""
        self.record = self.pages.visible(request.user, kwargs["code"])
        if not self.pages.may(request.user, self.record, self.action):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def target(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """Return what every service asks for, taking the version out of the form's values."""
        return {
            "actor": self.request.user,
            "kind": self.pages.kind,
            "record_id": self.record.pk,
            "expected_version": cleaned.pop("version"),
        }

    def after(self, result: Any) -> tuple[str, str]:
        """Go back to the sheet."""
        return _("Saved."), self.pages.sheet(self.record)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the record."""
        sheet = self.pages.sheet(self.record)
        return {**super().shown(form), "record": self.record, "sheet_url": sheet}

    def saved_values(self) -> dict[str, Any]:
        """Return the stored values that the form shows."""
        return {}

    def stale(self, form: forms.Form) -> dict[str, Any]:
        """Show what was saved beside what was typed; the next submission takes that version."""
        self.record = self.pages.visible(self.request.user, self.record.code)
        form.data = {**form.data.dict(), "version": str(self.record.version)}  # type: ignore[attr-defined]
        return {"comparison": both_versions(form, self.saved_values()), "record": self.record}


class OwnedEditView(OwnedRecordView):
    """Edit a record."""

    action = Action.UPDATE

    def saved_values(self) -> dict[str, Any]:
        """Return the stored values of the editable fields."""
        return {name: getattr(self.record, name) for name in sorted(self.pages.kind.editable)}

    def form(self, data: Any = None) -> forms.Form:
        """Return the form filled with the stored values."""
        initial = {**self.saved_values(), "version": self.record.version}
        return self.pages.form_class(data, user=self.request.user, initial=initial)  # type: ignore[call-arg]

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Save what changed."""
        target, reason = self.target(cleaned), cleaned.pop("reason")
        return update_record(**target, changes=cleaned, reason=reason)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        words = self.pages.words
        return {**super().shown(form), "title": words["edit"], "submit": _("Save")}


class OwnedMoveView(OwnedRecordView):
    """Publish, close, reopen, archive a record, or delete a draft."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the move in the address."""
        self.move, self.action, _states = MOVE_WORDS.get(kwargs["word"], ("", "", ()))
        if self.move not in self.pages.moves:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form of the move."""
        initial: dict[str, Any] = {"version": self.record.version}
        if self.move == "delete":
            return DeletingForm(data, expected=self.record.code, initial=initial)
        if self.move == "close":
            return EndingForm(data, initial={**initial, "closed_on": today()})
        return MovingForm(data, initial=initial)

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Make the move."""
        target = self.target(cleaned)
        if self.move == "delete":
            return delete_draft(**target)
        on = cleaned.get("closed_on")
        return move_record(**target, move=self.move, on=on, reason=cleaned["reason"])

    def after(self, result: Any) -> tuple[str, str]:
        """Go back to the sheet, or to the list when there is no sheet any more."""
        if self.move == "delete":
            message = _("The draft %(code)s was deleted.") % {"code": self.record.code}
            return message, reverse(f"web:{self.pages.list_name}")
        return super().after(result)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        title = TITLES[self.move]
        return {
            **super().shown(form),
            "title": title,
            "submit": title,
            "is_dangerous": self.move == "delete",
        }


def owned_actions(pages: OwnedPages, user: Any, record: Any) -> dict[str, Any]:
    """Return what a sheet shows of the life of its record: what may be done, and its history."""
    found = pages.actions(user, record)
    for entry in found:
        entry["label"] = TITLES.get(entry["key"], _("Edit"))
    return {
        "owned_actions": found,
        "history_url": reverse(f"web:{pages.name}_history", args=[record.code]),
    }
