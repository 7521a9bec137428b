"""Saved views: keep the state of a list, open it, name it again, delete it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from accounts.models import SavedView
from accounts.personal import openable_view
from accounts.services import saved_views as services
from common.exceptions import DomainError
from web.list_state import PLAIN, VIEW, query_of, view_url
from web.lists import ListView
from web.mixins import PageView, ServiceFormView
from web.views_saved.forms import NewViewForm, StateForm, ViewForm


def list_at(path: str) -> type[ListView] | None:
    """Return the list that an address of the site shows, None when it shows none."""
    try:
        found = getattr(resolve(path).func, "view_class", None)
    except Resolver404:
        return None
    return found if found is not None and issubclass(found, ListView) else None


def list_or_404(path: str) -> str:
    """Return the address of a list; 404 for any other address."""
    if list_at(path) is None:
        raise Http404
    return path


def view_or_404(user: Any, pk: int) -> SavedView:
    """Return a view that the person may open."""
    view = openable_view(user, pk)
    if view is None:
        raise Http404
    return view


def title_of(path: str) -> str:
    """Return what people call the list at an address."""
    shown = list_at(path)
    title = getattr(shown, "title", "")
    return path if isinstance(title, property) or not title else str(title)


class ViewsView(ServiceFormView):
    """My views, list by list; a POST keeps a new one."""

    template_name = "web/views_saved/views.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show them."""
        mine = SavedView.objects.owned_by(request.user)
        rows = [(view, title_of(view.list_name), view_url(view.list_name, view)) for view in mine]
        return self.page({"rows": rows})

    def form(self, data: Any = None) -> forms.Form:
        """Return the form of a new view."""
        return NewViewForm(data)

    def decide(self, cleaned: dict[str, Any]) -> SavedView:
        """Keep the state under its name."""
        path = list_or_404(cleaned.pop("list_name"))
        query = query_of(QueryDict(cleaned.pop("query")))
        return services.save_view(actor=self.request.user, list_name=path, query=query, **cleaned)

    def after(self, result: SavedView) -> tuple[str, str]:
        """Open it."""
        return _("The view is saved."), view_url(result.list_name, result)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Show the form again, to be corrected."""
        self.template_name = "web/views_saved/edit.html"
        return {"title": _("Save the view"), "back": form["list_name"].value() or "/"}


class OpenView(PageView):
    """The choice of the bar: go to the address of the view."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Go to the list, in the state of the view or in none."""
        path = list_or_404(request.GET.get("list", ""))
        wanted = request.GET.get("view", "")
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
            return HttpResponseRedirect(f"{path}?{VIEW}={PLAIN}")
        view = view_or_404(request.user, int(wanted))
        return HttpResponseRedirect(view_url(view.list_name, view))


class EditView(ServiceFormView):
    """Name one's own view again, share it."""

    template_name = "web/views_saved/edit.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Find the view; only its owner edits it."""
        self.view = view_or_404(request.user, kwargs["pk"])
        if self.view.owner_id != request.user.pk:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form, filled."""
        view = self.view
        known = {"name": view.name, "is_shared": view.is_shared, "version": view.version}
        return ViewForm(data, initial=known)

    def decide(self, cleaned: dict[str, Any]) -> SavedView:
        """Keep the name."""
        return services.rename_view(actor=self.request.user, view=self.view, **cleaned)

    def after(self, result: SavedView) -> tuple[str, str]:
        """Come back to the views."""
        return _("The view is saved."), reverse("web:views")

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {"title": self.view.name, "back": reverse("web:views")}


class DecisionView(PageView):
    """A button about a view; it comes back to the list, or to the views, with a message."""

    def decide(self, view: SavedView) -> tuple[str, str]:
        """Do it; return the message and the address to go to."""
        raise NotImplementedError

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Decide, or say why not."""
        view = view_or_404(request.user, pk)
        try:
            message, url = self.decide(view)
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(view_url(view.list_name, view))
        messages.success(request, message)
        return HttpResponseRedirect(url)


class StateView(DecisionView):
    """Put the state of the list in the view; somebody else's gets a copy."""

    def decide(self, view: SavedView) -> tuple[str, str]:
        """Save, or copy."""
        form = StateForm(self.request.POST)
        if not form.is_valid():
            raise Http404
        query = query_of(QueryDict(form.cleaned_data["query"]))
        version = form.cleaned_data["version"]
        kept = services.change_view(
            actor=self.request.user, view=view, query=query, version=version
        )
        told = _("The view is saved.") if kept.pk == view.pk else _("Your copy is saved.")
        return told, view_url(kept.list_name, kept)


class DefaultView(DecisionView):
    """Open the list on this view, or no longer."""

    def decide(self, view: SavedView) -> tuple[str, str]:
        """Keep the choice."""
        wanted = self.request.POST.get("default") != "no"
        services.choose_default_view(
            actor=self.request.user, list_name=view.list_name, view=view if wanted else None
        )
        told = _("The list opens on this view.") if wanted else _("The list opens plain.")
        return told, view_url(view.list_name, view)


class DeleteView(DecisionView):
    """Delete one's own view."""

    def decide(self, view: SavedView) -> tuple[str, str]:
        """Delete it."""
        services.delete_view(actor=self.request.user, view=view)
        return _("The view is deleted."), reverse("web:views")
