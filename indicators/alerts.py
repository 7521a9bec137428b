"""The indicators with thresholds, as the checks that open alerts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from common.templatetags.amounts import euros, number, percent
from indicators.catalogue import BY_CODE, INDICATORS
from indicators.enums import Unit
from records.alert_sources import AlertSource

# The rates that say nothing where nothing is programmed: an execution then opens an alert.
UNPROGRAMMED = {"BX-03": "cp_paid", "BX-23": "ae_committed"}


def sentence(message: str, context: Mapping[str, Any]) -> str:
    """Return the sentence of a value beyond its threshold, in the language in force."""
    indicator = BY_CODE.get(str(context.get("code")))
    if indicator is None:
        return message
    if message == "unprogrammed":
        return _("%(name)s: %(value)s executed, nothing programmed to date.") % {
            "name": indicator.name,
            "value": euros(context["value"]),
        }
    write = {Unit.EUR: euros, Unit.RATIO: percent}.get(indicator.unit, lambda v: number(v, 1))
    return _("%(name)s: %(value)s, beyond the threshold of %(threshold)s.") % {
        "name": indicator.name,
        "value": write(context["value"]),
        "threshold": write(context["threshold"]),
    }


SOURCES = tuple(
    AlertSource(indicator.code, indicator.name, sentence)
    for indicator in INDICATORS
    if indicator.thresholds is not None or indicator.code in UNPROGRAMMED
)
