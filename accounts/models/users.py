"""People and service accounts."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from common.models import Versioned


def folded(text: str) -> str:
    """Return a name or an address in the one form in which it is stored and compared.

    Composed (NFKC) and without case: two spellings that a reader cannot tell apart are one.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


class PeopleManager(UserManager["User"]):
    """Accounts, found by their name whatever its case."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Return the address in the form in which it is stored."""
        return folded(email or "")

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the account of this user name, as a person may type it."""
        return self.get(username=folded(username or ""))


class User(Versioned, AbstractUser):
    """A person, or the service account of a machine client (which cannot log in).

    An account that is suspended is not active: its sessions and tokens are void at once. An
    emergency account logs in by its password when the identity provider is down.
    """

    is_machine = models.BooleanField(_("machine account"), default=False)
    is_demo = models.BooleanField(_("demonstration account"), default=False)
    pseudonymised_at = models.DateTimeField(
        _("pseudonymised at"), null=True, blank=True, editable=False
    )
    is_break_glass = models.BooleanField(_("emergency account"), default=False)
    suspended_at = models.DateTimeField(_("suspended at"), null=True, blank=True)
    suspended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("suspended by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    suspension_reason = models.CharField(_("reason of the suspension"), max_length=300, blank=True)

    objects = PeopleManager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="accounts_user_username_once",
                violation_error_message=_("Another account has this user name."),
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_once",
                condition=~Q(email=""),
                violation_error_message=_("Another account has this e-mail address."),
            ),
            models.CheckConstraint(
                name="accounts_user_suspended_is_closed",
                condition=Q(suspended_at__isnull=True)
                | (Q(is_active=False) & ~Q(suspension_reason="")),
                violation_error_message=_("A suspended account is closed, for a reason."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @classmethod
    def normalize_username(cls, username: Any) -> Any:
        """Return the user name in the form in which it is stored."""
        return folded(username) if isinstance(username, str) else username

    @property
    def may_enter(self) -> bool:
        """Whether the account may have a session: open, a person's, not a public password's.

        Accounts of the demonstration are worth nothing when DEBUG is off.
        """
        return self.is_active and not self.is_machine and (settings.DEBUG or not self.is_demo)

    @property
    def may_use_password(self) -> bool:
        """Whether a password opens this account: with a provider, that of an emergency alone."""
        return not settings.OIDC_ONLY or self.is_break_glass or self.is_demo
