"""What several pages do the same way: rights, sections, refusals of the domain."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import View

from accounts.kept import take_kept_form
from accounts.permissions import can
from accounts.services.audit import record_event
from common.exceptions import DomainError, StaleEdit


class PageView(View):
    """A page of a section of the menu; `needs` is the (action, resource) it asks for."""

    section = ""
    template_name = ""
    needs: tuple[str, str] | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Refuse a verb that no grant gives, before anything is read."""
        if self.needs and not can(request.user, *self.needs):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def page(self, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        """Render the template of the page inside its section."""
        return render(
            self.request, self.template_name, {"section": self.section, **context}, status=status
        )


class ServiceFormView(PageView):
    """A form whose decision belongs to a service.

    The form checks the shape; a DomainError or a ValidationError of the service becomes an error
    of the form, and nothing that was typed is lost.
    """

    form_class: type[forms.Form]

    def form(self, data: Any = None) -> forms.Form:
        """Return the form, bound to `data` when there is some."""
        return self.form_class(data)

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Call the service; return what `after` needs."""
        raise NotImplementedError

    def after(self, result: Any) -> tuple[str, str]:
        """Return the message of success and the address to go to."""
        raise NotImplementedError

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Return what the template needs beside the form."""
        return {}

    def stale(self, form: forms.Form) -> dict[str, Any]:
        """Return what is shown when somebody else saved first."""
        return {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form, with what was typed before the session ended."""
        kept = take_kept_form(request)
        if kept is not None:
            messages.info(request, _("Your session had ended. What you typed is not saved yet."))
        form = self.form(kept)
        return self.page({"form": form, **self.shown(form)})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check the shape, let the service decide, and go on or show why not."""
        form = self.form(request.POST)
        extra: dict[str, Any] = {}
        if form.is_valid():
            try:
                message, url = self.after(self.decide(form.cleaned_data))
            except StaleEdit as error:
                form.add_error(None, str(error))
                extra = self.stale(form)
            except DomainError as error:
                form.add_error(None, str(error))
                record_event(actor=request.user, verb="refused", detail={"code": error.code})
            except ValidationError as error:
                add_errors(form, error)
            else:
                messages.success(request, message)
                return HttpResponseRedirect(url)
        return self.page({"form": form, **self.shown(form), **extra}, status=422)


def add_errors(form: forms.Form, error: ValidationError) -> None:
    """Put the errors of a service on the fields of the form, or above it."""
    by_field = (
        error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    )
    for name, found in by_field.items():
        form.add_error(name if name in form.fields else None, found)
