"""Actions of the palette: what a person may do, on a project that they name or anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from common.folding import folded
from common.models import RecordState
from projects.models import Project
from web.search.marking import marked
from web.search.selectors import Group, Hit, Search, best_first, found_projects

MOST_PROJECTS = 3


@dataclass(frozen=True)
class Verb:
    """An action on a project: its right, its page, its sentence, the words that call it."""

    action: Action
    page: str
    sentence: str | Promise
    calls: tuple[str, ...]


# The words that people type, in both languages, whatever the language of the page.
VERBS = (
    Verb(
        Action.REPORT,
        "web:project_progress",
        gettext_lazy("Update %(code)s: progress and weather"),
        ("mettre a jour", "avancement", "meteo", "update", "progress"),
    ),
    Verb(
        Action.ESTIMATE,
        "web:project_estimate",
        gettext_lazy("Re-estimate %(code)s: cost and end date"),
        ("mettre a jour", "reestimer", "estimer", "re-estimate", "estimate", "update"),
    ),
    Verb(
        Action.UPDATE,
        "web:project_edit",
        gettext_lazy("Edit %(code)s"),
        ("mettre a jour", "modifier", "edit", "update"),
    ),
)


def _always(user: Any) -> bool:
    return bool(user.is_authenticated)


def _may_create(user: Any) -> bool:
    return can(user, Action.CREATE, Resource.PROJECT)


def _may_recompute(user: Any) -> bool:
    return can(user, Action.RECOMPUTE, Resource.INDICATOR_VALUE)


ANYWHERE: tuple[tuple[str | Promise, str, Callable[[Any], bool]], ...] = (
    (gettext_lazy("Create a project"), "web:project_create", _may_create),
    (gettext_lazy("Compute the indicators again"), "web:recompute", _may_recompute),
    (gettext_lazy("My preferences"), "web:preferences", _always),
    (gettext_lazy("My views"), "web:views", _always),
    (gettext_lazy("Help"), "web:help", _always),
)


def named(words: str) -> tuple[list[Verb], str]:
    """Return the verbs that the words begin with, and what is left: what they act on."""
    plain = folded(words).strip()
    longest, left = 0, words
    for call in {call for verb in VERBS for call in verb.calls}:
        if plain.startswith(f"{call} ") and len(call) > longest:
            longest, left = len(call), plain[len(call) :].strip()
    if not longest:
        return [], words
    return [verb for verb in VERBS if plain[:longest] in verb.calls], left


def actions(user: Any, words: str) -> Group:
    """Return the actions that the words call: on the first projects named, and anywhere.

    Without a verb, they are offered for the project whose whole code is typed.
    """
    verbs, left = named(words)
    wanted = Search(user, left.strip())
    rows = found_projects(wanted).filter(state=RecordState.OPEN)
    if not verbs:
        rows = rows.filter(code__iexact=left.strip())
    found = list(best_first(rows, wanted, "code", "title")[:MOST_PROJECTS])
    hits: list[Hit] = []
    for verb in verbs or VERBS:
        allowed = Project.objects.allowing(user, verb.action).filter(pk__in=[p.pk for p in found])
        codes = set(allowed.values_list("code", flat=True))
        for project in found:
            if project.code in codes:
                sentence = str(verb.sentence) % {"code": project.code}
                url = reverse(verb.page, args=[project.code])
                hits.append(Hit(marked(sentence, left), project.title, url))
    for sentence_of, page, allows in ANYWHERE:
        label = str(sentence_of)
        if all(word in folded(label) for word in folded(words).split()) and allows(user):
            hits.append(Hit(marked(label, words), "", reverse(page)))
    return Group("actions", _("Actions"), len(hits), hits)
