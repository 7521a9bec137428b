"""What the lists of accesses say first of each: who, which role, where."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.scoping import scope_words
from web.listing import ListColumn


def who_columns(page: str) -> tuple[ListColumn, ...]:
    """Return the columns of the person, the role and the scope; `page` names that of a row."""
    return (
        ListColumn(
            "person",
            _("Person"),
            lambda row: str(row.user),
            url=lambda row: reverse(f"web:{page}", args=[row.pk]),
            order=("user__last_name", "user__username"),
            is_header=True,
        ),
        ListColumn(
            "role",
            _("Role"),
            lambda row: row.role,
            order=("role",),
            label=lambda row: row.get_role_display(),
        ),
        ListColumn("scope", _("Scope"), scope_words, order=("scope_code",)),
    )
