"""Decisions on a line of an extract that need a reason: set it aside, detach it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import can
from budgets.models import WaitingLine
from budgets.services.attaching import set_line_aside
from budgets.services.detaching import detach_line
from web.budgets.attaching import ATTACH, may_attach, page_of, visible_line
from web.forms import PageForm
from web.listing import Text
from web.mixins import ServiceFormView


class ReasonForm(PageForm):
    """Why it is decided."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


class ReasonView(ServiceFormView):
    """A decision on a line, with a reason."""

    section = "movements"
    template_name = "web/owned/form.html"
    form_class = ReasonForm
    title: ClassVar[Text]
    done: ClassVar[Text]
    # Back to the queue, or to the line.
    leaves: ClassVar[bool] = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the line, or refuse: unseen is 404, a refused verb 403."""
        if not can(request.user, *ATTACH):
            raise PermissionDenied
        self.row = visible_line(request, kwargs["pk"])
        if not may_attach(request.user, self.row):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def after(self, result: WaitingLine) -> tuple[str, str]:
        """Tell that it is done."""
        return str(self.done), reverse("web:waiting_lines") if self.leaves else page_of(result)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "title": f"{self.title} {self.row.source_reference}",
            "submit": self.title,
            "list_url": page_of(self.row),
            "words": {"list": self.row.source_reference},
        }


class AsideView(ReasonView):
    """Set a line aside."""

    title = gettext_lazy("Set the line aside")
    done = gettext_lazy("The line is set aside.")
    leaves = True

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Set it aside."""
        return set_line_aside(actor=self.request.user, line_id=self.row.pk, **cleaned)


class DetachView(ReasonView):
    """Detach a line: what was recorded is reversed, and it waits again."""

    title = gettext_lazy("Detach the line")
    done = gettext_lazy("The line is detached: it waits again.")

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Detach it."""
        return detach_line(actor=self.request.user, line_id=self.row.pk, **cleaned)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Say what it does."""
        about = _("Counter-entries take out what was recorded; the history of the line tells both.")
        return {**super().shown(form), "about": about}
