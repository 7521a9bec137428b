"""How one person likes to see the pages; machines have none."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.models import Versioned


class Language(models.TextChoices):
    """Languages of the interface; the addresses of the pages are the same in both."""

    FRENCH = "fr", "Français"
    ENGLISH = "en", "English"


class Unit(models.TextChoices):
    """Unit of the amounts on the pages; exports and the API stay in euros."""

    EURO = "eur", "€"
    THOUSAND = "keur", "k€"
    MILLION = "meur", "M€"


class Density(models.TextChoices):
    """Height of the rows of the tables."""

    COMPACT = "compact", _("compact rows")
    COMFORTABLE = "comfortable", _("comfortable rows")


class Theme(models.TextChoices):
    """Colours of the pages."""

    SYSTEM = "system", _("As the system")
    LIGHT = "light", _("Light theme")
    DARK = "dark", _("Dark theme")


class Rhythm(models.TextChoices):
    """When notifications leave by mail."""

    AT_ONCE = "at_once", _("at once")
    DAILY = "daily", _("once a day")
    WEEKLY = "weekly", _("once a week")
    NEVER = "never", _("never")


class Preferences(Versioned):
    """The choices of one person; an empty choice leaves the page, or the browser, decide."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="preferences",
    )
    language = models.CharField(_("language"), max_length=2, choices=Language, blank=True)
    unit = models.CharField(_("unit of the amounts"), max_length=4, choices=Unit, blank=True)
    density = models.CharField(
        _("density of the tables"), max_length=12, choices=Density, default=Density.COMPACT
    )
    theme = models.CharField(_("theme"), max_length=8, choices=Theme, default=Theme.SYSTEM)
    shortcuts = models.BooleanField(_("single-key shortcuts"), default=True)
    notification_rhythm = models.CharField(
        _("rhythm of the notifications"), max_length=8, choices=Rhythm, default=Rhythm.DAILY
    )

    class Meta:
        verbose_name = _("preferences")
        verbose_name_plural = _("preferences")
        ordering = ["user_id"]
        constraints = [
            models.CheckConstraint(
                name="accounts_preferences_known_unit",
                condition=models.Q(unit__in=["", *Unit.values]),
                violation_error_message=_("The unit is €, k€ or M€."),
            ),
            models.CheckConstraint(
                name="accounts_preferences_known_rhythm",
                condition=models.Q(notification_rhythm__in=Rhythm.values),
                violation_error_message=_("The rhythm of the notifications is not known."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}"
