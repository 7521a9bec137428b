"""The page of the search, and the completions of the palette."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from web.forms import PageForm
from web.mixins import PageView
from web.search.actions import actions
from web.search.selectors import LONGEST, SHORTEST, Group, is_long_enough, search

FEW = 5


class SearchForm(PageForm):
    """What is searched."""

    q = forms.CharField(label=_("Search"), required=False, max_length=LONGEST)


def groups_of(request: HttpRequest, most: int) -> tuple[SearchForm, list[Group]]:
    """Return the form, and the results within the rights of the person; actions first."""
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    if not is_long_enough(words):
        return form, []
    asked = actions(request.user, words)
    return form, [*([asked] if asked.count else []), *search(request.user, words, most)]


class SearchView(PageView):
    """Results by kind, each with its count."""

    template_name = "web/search/search.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them; the words that are too short are said."""
        form, groups = groups_of(request, 20)
        words = request.GET.get("q", "").strip()[:LONGEST]
        context = {
            "form": form,
            "words": words,
            "groups": groups,
            "total": sum(group.count for group in groups),
            "too_short": bool(words) and not form.errors and not is_long_enough(words),
            "shortest": SHORTEST,
        }
        return self.page(context, status=422 if form.errors else 200)


class SuggestionsView(PageView):
    """Completions for the palette of the pages: the same search, fewer results."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer the first results of each kind."""
        _form, groups = groups_of(request, FEW)
        options = [
            {"group": group.label, "label": hit.label, "detail": hit.detail, "url": hit.url}
            for group in groups
            for hit in group.hits
            if hit.url
        ]
        count = sum(group.count for group in groups)
        told = ngettext("%(count)s result", "%(count)s results", count) % {"count": count}
        return JsonResponse({"count": count, "status": told, "options": options})
