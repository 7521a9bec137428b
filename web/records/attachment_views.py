"""Pages of the documents: attach, read, describe, replace, withdraw, download."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from records.downloads import as_download
from records.models import Attachment
from records.permissions import attachment_for
from records.selectors import with_files
from records.services import attachments as services
from web.mixins import PageView, ServiceFormView
from web.records.forms import AttachForm, DescribeForm, ReplaceForm, WithdrawForm
from web.records.panel import may_share
from web.records.places import place_of, section_of, subject_of
from web.records.writing import WriteAboutView


class AttachView(WriteAboutView):
    """A document to attach to an object."""

    needs = (Action.CREATE, Resource.ATTACHMENT)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form; a partner shares what it attaches, and is not asked."""
        form = AttachForm(data, self.request.FILES if data is not None else None)
        if not may_share(self.request.user, self.subject.kind, Resource.ATTACHMENT):
            del form.fields["is_shared"]
        return form

    def decide(self, cleaned: dict[str, Any]) -> Attachment:
        """Attach the document."""
        content = cleaned.pop("content")
        return services.attach_document(
            actor=self.request.user,
            subject_kind=self.subject.kind,
            subject_code=self.subject.code,
            content=content,
            file_name=content.name,
            size=content.size,
            **cleaned,
        )

    def after(self, result: Attachment) -> tuple[str, str]:
        """Go back to the object."""
        return _("The document is attached."), place_of(self.subject)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "title": _("Attach a document"),
            "submit": _("Attach"),
            "subject": self.subject,
            "back": place_of(self.subject),
            "has_file": True,
        }


class AttachmentView(PageView):
    """A document: its files, the newest first, and what may be done with it."""

    template_name = "web/records/attachment.html"
    needs = (Action.READ, Resource.ATTACHMENT)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the document, withdrawn or not."""
        attachment = attachment_for(request.user, pk)
        subject = subject_of(request.user, attachment)
        self.section = section_of(subject.kind)
        documents = with_files(request.user, [attachment])
        if not documents:
            raise Http404
        edits = attachment.history.select_related("history_user").order_by("-history_date", "-pk")
        return self.page(
            {
                "document": documents[0],
                "subject": subject,
                "back": place_of(subject),
                "edits": list(edits),
            }
        )


class DocumentFormView(ServiceFormView):
    """A form on one document that the person may change."""

    template_name = "web/records/form.html"
    needs = (Action.CREATE, Resource.ATTACHMENT)
    attachment: Attachment
    title: Any = ""
    submit: Any = ""
    has_file = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the document, or refuse."""
        if request.user.is_authenticated:
            self.attachment = attachment_for(request.user, kwargs["pk"], to_change=True)
            self.section = section_of(self.attachment.subject_kind)
        return super().dispatch(request, *args, **kwargs)

    def initial(self) -> dict[str, Any]:
        """Return what the form shows at first."""
        return {"version": self.attachment.version}

    def form(self, data: Any = None) -> forms.Form:
        """Return the form with the version that was read."""
        files = self.request.FILES if data is not None and self.has_file else None
        return self.form_class(data, files, initial=self.initial())

    def target(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """Return what every service asks for."""
        return {
            "actor": self.request.user,
            "attachment_id": self.attachment.pk,
            "expected_version": cleaned.pop("version"),
        }

    def after(self, result: Attachment) -> tuple[str, str]:
        """Go to the document."""
        return _("Saved."), reverse("web:attachment", args=[result.pk])

    def stale(self, form: forms.Form) -> dict[str, Any]:
        """The next submission takes the version that is saved now."""
        self.attachment = attachment_for(self.request.user, self.attachment.pk)
        form.data = {**form.data.dict(), "version": str(self.attachment.version)}  # type: ignore[attr-defined]
        return {"saved": self.attachment}

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "title": self.title,
            "submit": self.submit,
            "subject": subject_of(self.request.user, self.attachment),
            "what": self.attachment.title,
            "back": reverse("web:attachment", args=[self.attachment.pk]),
            "has_file": self.has_file,
        }


class DescribeView(DocumentFormView):
    """Title, kind and sharing."""

    form_class = DescribeForm
    title = gettext_lazy("Describe the document")
    submit = gettext_lazy("Save")

    def initial(self) -> dict[str, Any]:
        """Start from what is saved."""
        row = self.attachment
        values = {"title": row.title, "kind": row.kind, "is_shared": row.is_shared}
        return values | super().initial()

    def decide(self, cleaned: dict[str, Any]) -> Attachment:
        """Save the description."""
        return services.describe_document(**self.target(cleaned), changes=cleaned)


class ReplaceView(DocumentFormView):
    """A newer file."""

    form_class = ReplaceForm
    title = gettext_lazy("Replace by a newer file")
    submit = gettext_lazy("Replace")
    has_file = True

    def decide(self, cleaned: dict[str, Any]) -> Attachment:
        """Receive the newer file."""
        content = cleaned["content"]
        return services.replace_document(
            **self.target(cleaned), content=content, file_name=content.name, size=content.size
        )


class WithdrawView(DocumentFormView):
    """A withdrawal, with its reason."""

    form_class = WithdrawForm
    title = gettext_lazy("Withdraw the document")
    submit = gettext_lazy("Withdraw")

    def decide(self, cleaned: dict[str, Any]) -> Attachment:
        """Withdraw the document."""
        return services.withdraw_document(**self.target(cleaned), reason=cleaned["reason"])


class DownloadView(PageView):
    """One file, saved by the browser and never shown."""

    needs = (Action.READ, Resource.ATTACHMENT)

    def get(self, request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
        """Serve a file that is still the one received."""
        attachment = attachment_for(request.user, pk)
        file = attachment.files.filter(number=number).first()
        if file is None:
            raise Http404
        return as_download(file)
