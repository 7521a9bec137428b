"""Users, grants, machine clients and audit events."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role


class User(AbstractUser):
    """A person, or the service account of a machine client (which cannot log in)."""

    is_machine = models.BooleanField(_("machine account"), default=False)
    is_demo = models.BooleanField(_("demonstration account"), default=False)

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class GrantQuerySet(models.QuerySet["Grant"]):
    """Grants by date."""

    def active_on(self, day: dt.date) -> GrantQuerySet:
        """Keep the grants in force on `day`, bounds included."""
        return self.filter(Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gte=day))


class Grant(models.Model):
    """A role given to a user inside one node of the portfolio tree.

    The node is held by its code, not by a foreign key: accounts stand below the domain. An empty
    code means the whole tree.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="grants",
    )
    role = models.CharField(_("role"), max_length=24, choices=Role)
    node_code = models.CharField(_("tree node"), max_length=40, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("granted by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ["user_id", "role", "node_code", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="accounts_grant_dates_ordered",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("A grant ends after it begins."),
            ),
            models.UniqueConstraint(
                name="accounts_grant_once",
                fields=["user", "role", "node_code", "valid_from"],
                violation_error_message=_("This grant exists already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.node_code or '*'}"


class MachineClient(models.Model):
    """The perimeter of an OAuth2 application: its service account and the scopes it may ask for."""

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
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("machine client")
        verbose_name_plural = _("machine clients")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AuditEvent(models.Model):
    """A domain event that no history table holds: log-ins, refusals, exports, imports, grants."""

    at = models.DateTimeField(_("at"), db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("actor"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    verb = models.CharField(_("verb"), max_length=40)
    object_kind = models.CharField(_("object kind"), max_length=40, blank=True)
    object_code = models.CharField(_("object code"), max_length=80, blank=True)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)
    detail = models.JSONField(_("detail"), default=dict, blank=True)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_kind} {self.object_code}".strip()
