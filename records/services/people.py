"""Who may be told of an object: only people who can read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from accounts.enums import Action
from accounts.models import Grant, User
from accounts.permissions import grants_in_force
from common.fiscal import today
from records.subjects import sees_subject

# Names looked at for one completion: each costs a look-up of the object with their rights.
_LOOKED_AT = 24


def with_grants(people: Iterable[User]) -> list[User]:
    """Return the people with the grants in force today read in one query."""
    found = list(people)
    held = grants_in_force([person.pk for person in found])
    for person in found:
        person._grants_in_force = held[person.pk]  # type: ignore[attr-defined]
    return found


def active_people() -> Any:
    """Return the people who can log in, machines left out."""
    return User.objects.filter(is_active=True, is_machine=False)


def people_who_see(
    kind: str, code: str, people: Iterable[User], *, action: str = "", resource: str = ""
) -> list[User]:
    """Keep the people who may read an object, and do `action` on `resource` there."""
    return [
        person
        for person in with_grants(people)
        if sees_subject(person, kind, code, action=action, resource=resource)
    ]


def completions(kind: str, code: str, text: str, *, resource: str, limit: int = 8) -> list[User]:
    """Return people whose name begins by `text` and who may read the comments of an object.

    Nobody else is named: a completion never tells who has an account.
    """
    begins = (
        Q(username__istartswith=text)
        | Q(first_name__istartswith=text)
        | Q(last_name__istartswith=text)
    )
    held = Grant.objects.active_on(today()).values("user_id")
    candidates = active_people().filter(begins, pk__in=held).order_by("username")[:_LOOKED_AT]
    seen = people_who_see(kind, code, candidates, action=Action.READ, resource=resource)
    return seen[:limit]
