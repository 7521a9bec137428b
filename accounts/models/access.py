"""How people enter: links sent by mail, identities of a provider, sessions, counted tries."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import LinkKind, SessionMethod, TryKind


class AccountLinkQuerySet(models.QuerySet["AccountLink"]):
    """Links by what may still be done with them."""

    def usable(self, at: dt.datetime) -> AccountLinkQuerySet:
        """Keep the links of open accounts that are neither used, nor void, nor out of date."""
        return self.filter(
            used_at__isnull=True,
            voided_at__isnull=True,
            expires_at__gt=at,
            user__is_active=True,
        )


class AccountLink(models.Model):
    """A link sent to one person, used once: an invitation, or a password to set again.

    The secret of the link is in the message alone: its SHA-256 digest is kept.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="links",
    )
    kind = models.CharField(_("kind"), max_length=10, choices=LinkKind)
    digest = models.CharField(_("digest"), max_length=64, unique=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)
    voided_at = models.DateTimeField(_("void since"), null=True, blank=True)

    objects = AccountLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link sent")
        verbose_name_plural = _("links sent")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="accounts_accountlink_dates_ordered",
                condition=Q(expires_at__gt=F("created_at")),
                violation_error_message=_("A link ends after it begins."),
            ),
            models.CheckConstraint(
                name="accounts_accountlink_used_or_void",
                condition=Q(used_at__isnull=True) | Q(voided_at__isnull=True),
                violation_error_message=_("A link is used or void, not both."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id}"


class Identity(models.Model):
    """Who a provider says a person is: the pair (issuer, subject), never an e-mail address."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="identities",
    )
    issuer = models.CharField(_("issuer"), max_length=200)
    subject = models.CharField(_("subject"), max_length=255)
    linked_at = models.DateTimeField(_("linked at"), default=timezone.now)
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("linked by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        ordering = ["user_id", "issuer", "subject"]
        constraints = [
            models.UniqueConstraint(
                name="accounts_identity_once",
                fields=["issuer", "subject"],
                violation_error_message=_("This identity belongs to an account already."),
            ),
            models.UniqueConstraint(
                name="accounts_identity_one_by_issuer",
                fields=["user", "issuer"],
                violation_error_message=_("This account has an identity of this provider already."),
            ),
            models.CheckConstraint(
                name="accounts_identity_is_named",
                condition=~Q(issuer="") & ~Q(subject=""),
                violation_error_message=_("An identity has an issuer and a subject."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issuer} {self.subject}"


class SessionRecordQuerySet(models.QuerySet["SessionRecord"]):
    """Sessions by whether they are open."""

    def open_at(self, at: dt.datetime) -> SessionRecordQuerySet:
        """Keep the sessions that are neither closed, nor idle for too long, nor too old."""
        return self.filter(
            ended_at__isnull=True,
            last_seen_at__gt=at - dt.timedelta(seconds=settings.SESSION_IDLE_SECONDS),
            started_at__gt=at - dt.timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS),
        )


class SessionRecord(models.Model):
    """A session as its owner sees it: from where, since when; the key is kept as a digest."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="session_records",
    )
    key_digest = models.CharField(_("digest of the key"), max_length=64, unique=True)
    method = models.CharField(_("log-in"), max_length=12, choices=SessionMethod)
    second_factor = models.BooleanField(_("second factor"), default=False)
    roles = models.CharField(_("roles"), max_length=200, blank=True)
    device = models.CharField(_("device"), max_length=120, blank=True)
    network = models.CharField(_("network address"), max_length=45, blank=True)
    started_at = models.DateTimeField(_("since"), default=timezone.now)
    last_seen_at = models.DateTimeField(_("last seen at"), default=timezone.now)
    ended_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = SessionRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-last_seen_at", "-id"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.device}"


class TryCounter(models.Model):
    """How many tries were let through for one key since its tries last paused.

    Every process counts in this table. The count starts again when nothing was let through for the
    whole window, so that no window of that length ever holds more than the limit. The key is a
    digest: what was typed as a user name may be a password.
    """

    kind = models.CharField(_("kind"), max_length=14, choices=TryKind)
    key = models.CharField(_("key"), max_length=64)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    refused = models.PositiveIntegerField(_("refused tries"), default=0)
    last_at = models.DateTimeField(_("last try let through"), default=timezone.now)

    class Meta:
        verbose_name = _("counted tries")
        verbose_name_plural = _("counted tries")
        ordering = ["kind", "key"]
        constraints = [
            models.UniqueConstraint(
                name="accounts_trycounter_once",
                fields=["kind", "key"],
                violation_error_message=_("These tries are counted already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.tries}"


class RecoveryCode(models.Model):
    """A code that replaces the second factor once; its digest alone is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="recovery_codes",
    )
    digest = models.CharField(_("digest"), max_length=64)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        ordering = ["user_id", "id"]
        constraints = [
            models.UniqueConstraint(
                name="accounts_recoverycode_once",
                fields=["user", "digest"],
                violation_error_message=_("This code exists already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at:%Y-%m-%d}"
