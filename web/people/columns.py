"""Columns of the list of people."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from web.listing import ListColumn


def page_of(person: Any) -> str:
    """Return the address of a person."""
    return reverse("web:person", args=[person.pk])


def state_of(person: Any) -> str:
    """Return the state of an account in words."""
    if not person.is_active:
        return gettext("suspended")
    return gettext("open") if person.last_login else gettext("never logged in")


NAMES = (
    ListColumn(
        "name",
        _("Name"),
        str,
        url=page_of,
        order=("last_name", "first_name", "username"),
        is_header=True,
    ),
)

ACCOUNTS = (
    *NAMES,
    ListColumn("username", _("User name"), lambda person: person.username, order=("username",)),
    ListColumn("email", _("E-mail address"), lambda person: person.email, order=("email",)),
    ListColumn("state", _("State"), state_of),
    ListColumn(
        "last_login",
        _("Last log-in"),
        lambda person: person.last_login,
        show="moment",
        kind="datetime",
        order=("last_login",),
    ),
    ListColumn(
        "second_factor",
        _("Second factor"),
        lambda person: gettext("yes") if person.has_second_factor else gettext("no"),
    ),
)
