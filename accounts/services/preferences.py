"""Preferences of one person: nobody else reads or writes them."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import Preferences, User


@transaction.atomic
def keep_preferences(
    *,
    actor: Any,
    language: str | None = None,
    unit: str | None = None,
    density: str | None = None,
    theme: str | None = None,
    shortcuts: bool | None = None,
    notification_rhythm: str | None = None,
) -> Preferences:
    """Keep the choices that are given (None: unchanged); the last choice stands.

    Only the person writes them, so that there is no stale edit to refuse. Raises ValidationError
    (unknown choice).
    """
    User.objects.select_for_update(of=("self",)).get(pk=actor.pk)
    row = Preferences.objects.filter(user_id=actor.pk).first() or Preferences(user_id=actor.pk)
    given = {
        "language": language,
        "unit": unit,
        "density": density,
        "theme": theme,
        "shortcuts": shortcuts,
        "notification_rhythm": notification_rhythm,
    }
    for name, value in given.items():
        if value is not None:
            setattr(row, name, value)
    row.version += 0 if row.pk is None else 1
    row.full_clean()
    row.save()
    return row
