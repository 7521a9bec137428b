"""Django application of the room `indicators`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from jobs.registry import register


class IndicatorsConfig(AppConfig):
    """The room `indicators`; see docs/architecture.md."""

    name = "indicators"
    verbose_name = _("indicators")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the handlers of the computation jobs, by name."""
        for kind, label in (
            ("compute", _("Computation of the indicators")),
            ("chunk", _("Indicators of a range of projects")),
            ("refresh", _("Refresh of a project")),
            ("refresh_stale", _("Refresh of what changed")),
            ("roll_up", _("Roll-up of the portfolio")),
        ):
            register(f"indicators.{kind}", f"indicators.services.runs.run_{kind}", label)
