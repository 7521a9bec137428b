"""Django application of the room `indicators`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from jobs.registry import register, register_daily
from records.alert_sources import register_alert_sources

RESULTS = {
    "run": _("Computation"),
    "projects": _("Projects computed"),
    "chunks": _("Ranges of projects"),
    "roll_ups": _("Totals computed"),
}


class IndicatorsConfig(AppConfig):
    """The room `indicators`; see docs/architecture.md."""

    name = "indicators"
    verbose_name = _("indicators")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the handlers of the computation jobs and the checks, by name."""
        register_alert_sources("indicators.alerts.SOURCES")
        for kind, label in (
            ("compute", _("Computation of the indicators")),
            ("chunk", _("Indicators of a range of projects")),
            ("refresh", _("Refresh of a project")),
            ("refresh_stale", _("Refresh of what changed")),
            ("roll_up", _("Roll-up of the portfolio")),
        ):
            register(
                f"indicators.{kind}",
                f"indicators.services.runs.run_{kind}",
                label,
                needs=(Action.RECOMPUTE, Resource.INDICATOR_VALUE),
                results=RESULTS,
            )
        # Time passes even when figures do not change.
        register_daily("indicators.nightly", "indicators.services.runs.request_computation")
