"""Machine clients of the API."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


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
