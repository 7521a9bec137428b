"""Which rows a reach of the policy table opens, for each model.

Accounts stand below the domain: each room registers, in `AppConfig.ready()`, the function that
turns a reach into a condition on its model. What is not registered is not reached.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.utils.module_loading import import_string

from accounts.scopes import Scopes

# (user, codes of the scopes) → condition on the model; the empty code means every scope.
Provider = Callable[[Any, frozenset[str]], Q]

_PROVIDERS: dict[tuple[str, str], str] = {}


def register_rows(reach: str, model: str, path: str) -> None:
    """Register the dotted name of the `Provider` of a reach for a model (`projects.project`)."""
    _PROVIDERS[reach, model] = path


def rows_within(scopes: Scopes, model: str, user: Any) -> Q:
    """Return the condition that keeps the rows of `model` inside the scopes.

    An empty Q keeps everything; without any scope nothing is kept.
    """
    if scopes.everywhere:
        return Q()
    condition = Q(pk__in=())
    for reach, codes in sorted(scopes.codes.items()):
        path = _PROVIDERS.get((reach, model))
        if path:
            provider: Provider = import_string(path)
            condition |= provider(user, codes)
    return condition
