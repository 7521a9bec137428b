"""Pages of the comments: write, answer, edit, withdraw; completion of names; following."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from records.models import Comment
from records.models.annotations import is_outside_the_house
from records.permissions import comment_for
from records.services import comments as services
from records.services.notifications import follow_subject, unfollow_subject
from records.services.people import completions
from records.subjects import find_subject, subject_kind
from web.forms import VersionedForm
from web.mixins import PageView, ServiceFormView
from web.records.forms import AnswerForm, CommentForm, EditCommentForm, WithdrawForm
from web.records.panel import may_share
from web.records.places import place_of, section_of, subject_of
from web.records.writing import WriteAboutView


class RecordsView(PageView):
    """The documents and comments of an object that has no page of its own."""

    template_name = "web/records/subject.html"

    def get(self, request: HttpRequest, kind: str, code: str) -> HttpResponse:
        """Show them."""
        subject = find_subject(request.user, kind, code)
        if not subject_kind(kind).annotated:
            raise Http404
        self.section = section_of(kind)
        return self.page({"subject": subject})


def completed(form: forms.Form, user: Any, kind: str, code: str) -> forms.Form:
    """Return a form whose text completes the names of those who may read it; not to a partner."""
    if not is_outside_the_house(user, Resource.COMMENT):
        address = reverse("web:mentions", args=[kind, code])
        form.fields["body"].widget.attrs["data-pf-mentions"] = address
    return form


class WriteView(WriteAboutView):
    """A comment on an object; the form of the panel is sent here."""

    needs = (Action.CREATE, Resource.COMMENT)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form; what a partner writes is shared, and it is not asked."""
        form = CommentForm(data, anchors=self.subject.anchors)
        if not may_share(self.request.user, self.subject.kind, Resource.COMMENT):
            del form.fields["is_shared"]
        return completed(form, self.request.user, self.subject.kind, self.subject.code)

    def decide(self, cleaned: dict[str, Any]) -> Comment:
        """Write the comment."""
        return services.write_comment(
            actor=self.request.user,
            subject_kind=self.subject.kind,
            subject_code=self.subject.code,
            **cleaned,
        )

    def after(self, result: Comment) -> tuple[str, str]:
        """Go back to the object."""
        return _("The comment is written."), place_of(self.subject)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "title": _("Comment"),
            "submit": _("Publish the comment"),
            "subject": self.subject,
            "back": place_of(self.subject),
            "mentions": True,
        }


class OnCommentView(ServiceFormView):
    """A form on one comment."""

    template_name = "web/records/form.html"
    needs = (Action.CREATE, Resource.COMMENT)
    comment: Comment
    to_change = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the comment, or refuse."""
        if request.user.is_authenticated:
            self.comment = comment_for(request.user, kwargs["pk"], to_change=self.to_change)
            self.section = section_of(self.comment.subject_kind)
        return super().dispatch(request, *args, **kwargs)

    def target(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """Return what every service asks for."""
        return {
            "actor": self.request.user,
            "comment_id": self.comment.pk,
            "expected_version": cleaned.pop("version"),
        }

    def stale(self, form: forms.Form) -> dict[str, Any]:
        """The next submission takes the version that is saved now."""
        self.comment = comment_for(self.request.user, self.comment.pk)
        form.data = {**form.data.dict(), "version": str(self.comment.version)}  # type: ignore[attr-defined]
        return {"saved": self.comment}

    def after(self, result: Comment) -> tuple[str, str]:
        """Go back to the object."""
        return _("Saved."), place_of(subject_of(self.request.user, self.comment))

    def named(self, title: str, submit: str) -> dict[str, Any]:
        """Return what the template needs beside the form."""
        subject = subject_of(self.request.user, self.comment)
        return {
            "title": title,
            "submit": submit,
            "subject": subject,
            "back": place_of(subject),
            "mentions": True,
        }


class AnswerView(OnCommentView):
    """An answer, by whoever may comment on the object."""

    to_change = False

    def form(self, data: Any = None) -> forms.Form:
        """Return the form, with the names to complete."""
        about = self.comment.subject_kind, self.comment.subject_code
        return completed(AnswerForm(data), self.request.user, *about)

    def decide(self, cleaned: dict[str, Any]) -> Comment:
        """Write the answer."""
        return services.write_comment(
            actor=self.request.user,
            subject_kind=self.comment.subject_kind,
            subject_code=self.comment.subject_code,
            parent_id=self.comment.pk,
            body=cleaned["body"],
        )

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {**self.named(_("Answer"), _("Answer")), "quoted": self.comment}


class EditView(OnCommentView):
    """One's own comment, within a quarter of an hour."""

    form_class = EditCommentForm

    def form(self, data: Any = None) -> forms.Form:
        """Start from what is saved."""
        saved = {"body": self.comment.body, "version": self.comment.version}
        about = self.comment.subject_kind, self.comment.subject_code
        return completed(EditCommentForm(data, initial=saved), self.request.user, *about)

    def decide(self, cleaned: dict[str, Any]) -> Comment:
        """Save the text."""
        return services.edit_comment(**self.target(cleaned), body=cleaned["body"])

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return self.named(_("Edit the comment"), _("Save"))


class WithdrawCommentView(OnCommentView):
    """A withdrawal, with its reason."""

    form_class = WithdrawForm

    def form(self, data: Any = None) -> forms.Form:
        """Return the form with the version that was read."""
        return WithdrawForm(data, initial={"version": self.comment.version})

    def decide(self, cleaned: dict[str, Any]) -> Comment:
        """Withdraw the comment."""
        return services.withdraw_comment(**self.target(cleaned), reason=cleaned["reason"])

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {**self.named(_("Withdraw the comment"), _("Withdraw")), "quoted": self.comment}


class ResolveView(OnCommentView):
    """A thread where nothing is left to answer, said by whoever may comment on the object."""

    form_class = VersionedForm
    to_change = False
    decision = staticmethod(services.resolve_thread)
    words = (gettext_lazy("Resolve the thread"), gettext_lazy("Resolve"))

    def form(self, data: Any = None) -> forms.Form:
        """Ask for nothing but the version that was read."""
        return VersionedForm(data, initial={"version": self.comment.version})

    def decide(self, cleaned: dict[str, Any]) -> Comment:
        """Say it."""
        return self.decision(**self.target(cleaned))

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        title, submit = self.words
        return {**self.named(str(title), str(submit)), "quoted": self.comment}


class ReopenView(ResolveView):
    """A resolved thread, opened again."""

    decision = staticmethod(services.reopen_thread)
    words = (gettext_lazy("Open the thread again"), gettext_lazy("Reopen"))


class CompletionView(PageView):
    """User names that begin by a text, among those who may read the comments of an object."""

    needs = (Action.CREATE, Resource.COMMENT)

    def get(self, request: HttpRequest, kind: str, code: str) -> JsonResponse:
        """Return at most eight people; one character at least is needed."""
        find_subject(request.user, kind, code, action=Action.CREATE, resource=Resource.COMMENT)
        text = request.GET.get("q", "").strip()[:150]
        outside = is_outside_the_house(request.user, Resource.COMMENT)
        if not text or "\x00" in text or outside:
            return JsonResponse({"people": []})
        people = completions(kind, code, text, resource=Resource.COMMENT)
        found = [{"username": person.username, "name": str(person)} for person in people]
        return JsonResponse({"people": found})


class FollowView(PageView):
    """Follow an object, or stop."""

    def post(self, request: HttpRequest, kind: str, code: str) -> HttpResponse:
        """Change it and go back to the object."""
        subject = find_subject(request.user, kind, code)
        if not subject_kind(kind).annotated:
            raise PermissionDenied
        if request.POST.get("stop"):
            unfollow_subject(actor=request.user, kind=kind, code=code)
            messages.success(request, _("You no longer follow this."))
        else:
            follow_subject(actor=request.user, kind=kind, code=code)
            messages.success(request, _("You follow this: you will be told of what is added."))
        return HttpResponseRedirect(place_of(subject))
