"""Help: the glossary with its anchors and its search, the keys of the keyboard."""

from __future__ import annotations

from dataclasses import replace

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from web.forms import PageForm
from web.help.glossary import Chapter, chapters
from web.middleware import choices_of
from web.mixins import PageView

# The titles of the chapters, in the language of the page.
TITLES = {
    "budget": _("Budget"),
    "execution": _("Execution"),
    "contracts-and-partners": _("Contracts and partners"),
    "projects-and-indicators": _("Projects and indicators"),
}


class GlossaryForm(PageForm):
    """What is looked for in the glossary."""

    q = forms.CharField(label=_("Search the glossary"), required=False, max_length=100)


def kept(chapter: Chapter, words: str) -> Chapter:
    """Return a chapter with the terms that match, its title in the language of the page."""
    terms = tuple(term for term in chapter.terms if term.matches(words))
    return replace(chapter, title=str(TITLES.get(chapter.key, chapter.title)), terms=terms)


class HelpView(PageView):
    """The glossary."""

    template_name = "web/help/help.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it, or what matches the words."""
        form = GlossaryForm(request.GET)
        words = form.cleaned_data["q"] if form.is_valid() else ""
        found = [] if form.errors else [kept(chapter, words) for chapter in chapters()]
        shown = [chapter for chapter in found if chapter.terms]
        context = {
            "form": form,
            "words": words,
            "chapters": shown,
            "total": sum(len(chapter.terms) for chapter in shown),
        }
        return self.page(context, status=422 if form.errors else 200)


KEYS = (
    (("Ctrl", "K"), _("Search and actions"), True),
    (("/",), _("Search and actions"), False),
    (("?",), _("This page"), False),
    (("j",), _("Next row of the list"), False),
    (("k",), _("Previous row of the list"), False),
    (("e",), _("Edit what is shown"), False),
    (("g", "d"), _("Dashboard"), False),
    (("g", "p"), _("Projects"), False),
    (("g", "b"), _("Budget"), False),
    (("g", "c"), _("Contracts"), False),
    (("g", "i"), _("Indicators"), False),
)


class ShortcutsView(PageView):
    """The keys of the keyboard, and how to turn the single ones off."""

    template_name = "web/help/shortcuts.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        return self.page({"keys": KEYS, "are_on": choices_of(request).shortcuts})
