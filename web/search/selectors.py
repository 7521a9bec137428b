"""Search over what a person may read; nothing else is counted, shown or completed.

Each group reads the rows of `visible_to(user)` in two queries, whatever the number of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, IntegerField, Min, Q, QuerySet, Value, When
from django.db.models.functions import Length
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.models import User
from accounts.permissions import can
from budgets.models import Commitment
from common.folding import folded, folded_q
from indicators.catalogue import INDICATORS
from partners.models import Contract, Partner
from projects.models import Project
from web.search.marking import Segments, marked

# A word of two letters is searched as a whole code only.
SHORTEST, SHORTEST_CODE, LONGEST = 3, 2, 100
MOST_HITS = 20


@dataclass(frozen=True)
class Hit:
    """One result: its words in pieces that match or not, and where it leads."""

    label: Segments
    detail: str
    url: str

    @property
    def text(self) -> str:
        """Return the words in one piece."""
        return "".join(piece for piece, _hit in self.label)


@dataclass(frozen=True)
class Group:
    """Results of one kind: the first of them, and how many there are."""

    key: str
    label: str
    count: int
    hits: list[Hit]
    more_url: str = ""


@dataclass(frozen=True)
class Search:
    """What is searched: the words of a person, and how many results of each kind are wanted."""

    user: Any
    words: str
    most: int = MOST_HITS

    @property
    def is_code_only(self) -> bool:
        """Whether the words are too short for anything but a code."""
        return len(folded(self.words)) < SHORTEST

    def condition(self, code: str, *paths: str) -> Q:
        """Return what a row has to match: its whole code, or every word somewhere."""
        whole = Q(**{f"{code}__iexact": self.words})
        return whole if self.is_code_only else whole | folded_q(self.words, code, *paths)

    def hit(self, label: str, detail: str, url: str) -> Hit:
        """Return one result."""
        return Hit(marked(label, self.words), detail, url)


def is_long_enough(words: str) -> bool:
    """Whether there is something to search."""
    return len(folded(words)) >= SHORTEST_CODE


def search(user: Any, words: str, most: int = MOST_HITS) -> list[Group]:
    """Return the groups that have results, within the rights of a person."""
    wanted = Search(user, words.strip()[:LONGEST], most)
    if not is_long_enough(wanted.words):
        return []
    kinds: Iterable[Callable[[Search], Group]] = (
        projects, contracts, partners, commitments, indicators, people,
    )  # fmt: skip
    return [group for group in (kind(wanted) for kind in kinds) if group.count]


def best_first(rows: QuerySet[Any], wanted: Search, code: str, name: str) -> QuerySet[Any]:
    """Put the exact code first, then what begins with the words."""
    rank = Case(
        When(**{f"{code}__iexact": wanted.words}, then=Value(0)),
        When(**{f"{name}__istartswith": wanted.words}, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    ranked: QuerySet[Any] = rows.annotate(rank=rank)
    return ranked.order_by("rank", code)


def found_projects(wanted: Search) -> QuerySet[Project]:
    """Return the visible projects that match, by code, title, or another title of theirs."""
    match = wanted.condition("code", "title")
    if not wanted.is_code_only:
        match |= Q(
            pk__in=Project.objects.filter(folded_q(wanted.words, "aliases__title")).values("pk")
        )
    return Project.objects.visible_to(wanted.user).filter(match)


def projects(wanted: Search) -> Group:
    """Return the projects."""
    rows = found_projects(wanted)
    hits = [
        wanted.hit(f"{row.code} {row.title}", str(row.get_phase_display()), row.get_absolute_url())
        for row in best_first(rows, wanted, "code", "title")[: wanted.most]
    ]
    return Group("projects", _("Projects"), rows.count(), hits, _list("web:projects", wanted))


def contracts(wanted: Search) -> Group:
    """Return the contracts, by code, title or holder."""
    rows = Contract.objects.visible_to(wanted.user)
    rows = rows.filter(wanted.condition("code", "title", "holder__name"))
    best = best_first(rows, wanted, "code", "title").select_related("holder")
    hits = [
        wanted.hit(
            f"{row.code} {row.title}", row.holder.name, reverse("web:contract", args=[row.code])
        )
        for row in best[: wanted.most]
    ]
    return Group("contracts", _("Contracts"), rows.count(), hits, _list("web:contracts", wanted))


def partners(wanted: Search) -> Group:
    """Return the partners, by code, name or identifier."""
    rows = Partner.objects.visible_to(wanted.user)
    rows = rows.filter(wanted.condition("code", "name", "identifier"))
    hits = [
        wanted.hit(row.name, str(row.get_kind_display()), reverse("web:partner", args=[row.code]))
        for row in best_first(rows, wanted, "code", "name")[: wanted.most]
    ]
    return Group("partners", _("Partners"), rows.count(), hits, _list("web:partners", wanted))


def commitments(wanted: Search) -> Group:
    """Return the commitment numbers (EJ): one result a number, whatever its movements."""
    rows = Commitment.objects.visible_to(wanted.user)
    rows = rows.filter(wanted.condition("legal_reference", "label"))
    numbers = rows.order_by().values("legal_reference").annotate(first=Min("pk"), name=Min("label"))
    best = numbers.order_by(Length("legal_reference"), "legal_reference")
    hits = [
        wanted.hit(
            row["legal_reference"], row["name"], reverse("web:commitment", args=[row["first"]])
        )
        for row in best[: wanted.most]
    ]
    more = _list("web:commitments", wanted)
    return Group("commitments", _("Commitments (EJ)"), numbers.count(), hits, more)


def indicators(wanted: Search) -> Group:
    """Return the definitions of the catalogue; no query."""
    known = []
    if can(wanted.user, Action.READ, Resource.INDICATOR):
        words = folded(wanted.words).split()
        for entry in INDICATORS:
            text = folded(f"{entry.code} {entry.name}")
            whole = folded(entry.code) == folded(wanted.words)
            if whole or (not wanted.is_code_only and all(word in text for word in words)):
                known.append(entry)
    hits = [
        wanted.hit(f"{entry.code} {entry.name}", "", reverse("web:indicator", args=[entry.code]))
        for entry in known[: wanted.most]
    ]
    return Group("indicators", _("Indicators"), len(known), hits, reverse("web:indicators"))


def people(wanted: Search) -> Group:
    """Return the people, for whoever may read the users; a leaver has no name to find."""
    if not can(wanted.user, Action.READ, Resource.USER) or wanted.is_code_only:
        return Group("people", _("People"), 0, [])
    rows = User.objects.filter(
        folded_q(wanted.words, "username", "first_name", "last_name"),
        is_machine=False,
        is_active=True,
        pseudonymised_at__isnull=True,
    ).order_by(F("last_name").asc(), "username")
    shown = list(rows[: wanted.most])
    managers = set(
        Project.objects.visible_to(wanted.user)
        .filter(manager__in=[row.pk for row in shown])
        .values_list("manager_id", flat=True)
    )
    may_administer = can(wanted.user, Action.UPDATE, Resource.USER)
    hits = []
    for row in shown:
        url = f"{reverse('web:projects')}?manager={row.pk}" if row.pk in managers else ""
        if may_administer:
            url = reverse("web:personal_data", args=[row.pk])
        hits.append(wanted.hit(str(row), row.username, url))
    return Group("people", _("People"), rows.count(), hits)


def _list(name: str, wanted: Search) -> str:
    """Return the address of the list, filtered by the same words."""
    return reverse(name, query={"q": wanted.words})
