"""Machine clients of the API."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.enums import ClientState
from common.fiscal import add_months, today
from common.models import RequestTrace, Versioned

LIFE_MONTHS = 12


def latest_end() -> dt.date:
    """Return the last day of a client whose secret is made today."""
    return add_months(today(), LIFE_MONTHS)


class MachineClient(Versioned):
    """An OAuth2 application: its service account, its perimeter and the scopes it may ask for.

    The secret of the application is kept hashed. After a rotation the former one stays valid until
    `former_secret_until`. `ends_on` (included) is at most a year after `secret_on`, the day of the
    current secret.
    """

    application = models.OneToOneField(
        "oauth2_provider.Application",
        verbose_name=_("application"),
        on_delete=models.CASCADE,
        related_name="machine_client",
    )
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("service account"),
        on_delete=models.PROTECT,
        related_name="machine_client",
    )
    name = models.CharField(_("name"), max_length=80, unique=True)
    scopes = models.CharField(_("scopes"), max_length=200)
    scope_code = models.CharField(_("perimeter"), max_length=40, blank=True)
    networks = models.JSONField(_("allowed networks"), default=list, blank=True)
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("contact person"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    ends_on = models.DateField(_("ends on"), default=latest_end)
    secret_on = models.DateField(_("day of the secret"), default=today)
    former_secret = models.CharField(_("former secret"), max_length=255, blank=True)
    former_secret_until = models.DateTimeField(_("former secret until"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("revoked by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    history = HistoricalRecords(bases=[RequestTrace], excluded_fields=["former_secret"])

    class Meta:
        verbose_name = _("machine client")
        verbose_name_plural = _("machine clients")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="accounts_machineclient_former_secret_dated",
                condition=Q(former_secret="", former_secret_until__isnull=True)
                | (~Q(former_secret="") & Q(former_secret_until__isnull=False)),
                violation_error_message=_("A former secret has an end."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> ClientState:
        """Return whether it may call today: revoked, suspended, expired or active."""
        if self.revoked_at is not None:
            return ClientState.REVOKED
        if not self.account.is_active:
            return ClientState.SUSPENDED
        if self.ends_on < today():
            return ClientState.EXPIRED
        return ClientState.ACTIVE

    @property
    def has_former_secret(self) -> bool:
        """Whether the secret before the last rotation is still valid."""
        until = self.former_secret_until
        return until is not None and until > timezone.now()
