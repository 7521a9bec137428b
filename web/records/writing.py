"""What writing about an object begins with: the object, read by the right to write about it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.enums import Action
from records.subjects import Subject, find_subject
from web.mixins import ServiceFormView
from web.records.places import section_of


class WriteAboutView(ServiceFormView):
    """A form that adds something to an object; `needs` names what is added."""

    template_name = "web/records/form.html"
    subject: Subject

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the object, or refuse."""
        assert self.needs is not None
        if request.user.is_authenticated:
            self.subject = find_subject(
                request.user,
                kwargs["kind"],
                kwargs["code"],
                action=Action.CREATE,
                resource=self.needs[1],
            )
            self.section = section_of(self.subject.kind)
        return super().dispatch(request, *args, **kwargs)
