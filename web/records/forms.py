"""Forms of the documents and comments: shapes only, the rules are those of the services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from records.enums import AttachmentKind
from web.forms import PageForm

ACCEPTED = ".pdf,.odt,.ods,.odp,.docx,.xlsx,.pptx,.csv,.txt,.png,.jpg,.jpeg"


class FileForm(PageForm):
    """A file."""

    content = forms.FileField(
        label=_("File"),
        help_text=_(
            "PDF, ODT, ODS, ODP, DOCX, XLSX, PPTX, CSV, TXT, PNG or JPEG, 20 MB at most; no macros."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
    )


class AttachForm(FileForm):
    """A document to attach."""

    title = forms.CharField(
        label=_("Title"), max_length=200, required=False, help_text=_("The file name by default.")
    )
    kind = forms.ChoiceField(label=_("Kind of document"), choices=AttachmentKind.choices)
    is_shared = forms.BooleanField(label=_("Shown to the partner"), required=False)


class ReplaceForm(FileForm):
    """A newer file of a document."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class DescribeForm(PageForm):
    """Title, kind and sharing of a document."""

    title = forms.CharField(label=_("Title"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind of document"), choices=AttachmentKind.choices)
    is_shared = forms.BooleanField(label=_("Shown to the partner"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class WithdrawForm(PageForm):
    """A withdrawal."""

    reason = forms.CharField(label=_("Reason"), max_length=500)
    version = forms.IntegerField(widget=forms.HiddenInput)


class CommentForm(PageForm):
    """A comment to write."""

    body = forms.CharField(
        label=_("Comment"),
        max_length=5000,
        help_text=_("Plain text; @ and a user name tell that person."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    is_shared = forms.BooleanField(label=_("Shown to the partner"), required=False)
    anchor = forms.ChoiceField(label=_("About"), required=False)

    def __init__(self, data: Any = None, *, anchors: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if anchors:
            fields: Any = self.fields
            fields["anchor"].choices = [("", _("the whole")), *anchors.items()]
        else:
            del self.fields["anchor"]


class AnswerForm(PageForm):
    """An answer to a comment: it is shared as the comment is."""

    body = forms.CharField(
        label=_("Your answer"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )


class EditCommentForm(PageForm):
    """A comment to edit."""

    body = forms.CharField(
        label=_("Comment"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
