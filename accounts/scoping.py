"""Which rows a reach of the policy table opens, for each model.

Accounts stand below the domain: each room registers, in `AppConfig.ready()`, the function that
turns a reach into a condition on its model. What is not registered is not reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext

from accounts.scopes import Holder, Scopes

# (user, codes of the scopes) → condition on the model; the empty code means every scope.
Provider = Callable[[Any, frozenset[str]], Q]

_PROVIDERS: dict[tuple[str, str], str] = {}


class ScopeSource(NamedTuple):
    """What a room says of the scopes of one kind.

    `below(codes)` returns the codes of the scopes and of everything below them; `choices()` the
    (code, words) among which a grant is given.
    """

    below: Callable[[Iterable[str]], frozenset[str]]
    choices: Callable[[], list[tuple[str, str]]]


_SOURCES: dict[str, str] = {}


def register_scope(kind: str, path: str) -> None:
    """Register the dotted name of the `ScopeSource` of a kind of scope."""
    _SOURCES[kind] = path


def scope_source(kind: str) -> ScopeSource:
    """Return the source of a kind of scope; KeyError when no room gives it."""
    found: ScopeSource = import_string(_SOURCES[kind])
    return found


def register_rows(reach: str, model: str, path: str) -> None:
    """Register the dotted name of the `Provider` of a reach for a model (`projects.project`)."""
    _PROVIDERS[reach, model] = path


def scopes_below(kind: str, codes: Iterable[str]) -> frozenset[str]:
    """Return the codes of the scopes and of everything below; none without any code."""
    some = frozenset(codes)
    return scope_source(kind).below(some) if some else some


def rows_within(scopes: Scopes, model: str, user: Any) -> Q:
    """Return the condition that keeps the rows of `model` inside the scopes.

    An empty Q keeps everything; without any scope nothing is kept.
    """
    if scopes.everywhere:
        return Q()
    condition = Q(pk__in=())
    for person, opened in ((user, scopes.codes), *_lent(scopes)):
        for reach, codes in sorted(opened.items()):
            path = _PROVIDERS.get((reach, model))
            if path:
                provider: Provider = import_string(path)
                condition |= provider(person, codes)
    return condition


def _lent(scopes: Scopes) -> list[tuple[Holder, Mapping[str, frozenset[str]]]]:
    return [(Holder(giver), scopes.lent[giver]) for giver in sorted(scopes.lent)]


def scope_words(grant: Any) -> str:
    """Return the scope of a grant as people read it: what it names, and its code."""
    if not grant.scope_code:
        return gettext("everything")
    return f"{grant.scope_code} ({grant.get_scope_kind_display()})"
