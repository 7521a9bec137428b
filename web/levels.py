"""Levels of attention: a value against the thresholds of its indicator."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from indicators.catalogue import BY_CODE


@dataclass(frozen=True)
class Cue:
    """How a level is shown: an icon of the DSFR and a word."""

    icon: str
    word: str | Promise


CUES: dict[str, Cue] = {
    "alert": Cue("alert-fill", _("alert")),
    "warning": Cue("error-warning-line", _("watch")),
    "ok": Cue("checkbox-circle-fill", _("on track")),
}


def level_of(code: str, value: Decimal | float | None) -> str:
    """Return `alert`, `warning`, `ok`, or nothing without a value or a threshold."""
    thresholds = BY_CODE[code].thresholds
    if thresholds is None or value is None:
        return ""
    number = Decimal(str(value))
    sign = 1 if thresholds.higher_is_worse else -1
    if sign * number > sign * thresholds.alert:
        return "alert"
    if sign * number > sign * thresholds.warning:
        return "warning"
    return "ok"
