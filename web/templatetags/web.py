"""Tags of the pages: weather chips, cues, charts; meaning is never carried by colour alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from accounts.naming import acting_name
from common.models import DataOrigin
from projects.enums import Weather
from web.administration.words import object_words, verb_words
from web.help.glossary import Term
from web.help.screens import terms_of
from web.levels import CUES

register = template.Library()
register.filter(verb_words)
register.filter(object_words)

WEATHER_ICONS = {
    Weather.SOLEIL: "sun-fill",
    Weather.COUVERT: "cloudy-2-fill",
    Weather.NUAGE: "heavy-showers-fill",
    Weather.ORAGE: "thunderstorms-fill",
    Weather.NON_RENSEIGNEE: "question-line",
    Weather.NON_NECESSAIRE: "subtract-line",
}


@register.filter
def verbose_name_plural(model: Any) -> str:
    """Return what people call the rows of a model."""
    return str(model._meta.verbose_name_plural)


@register.filter
def from_iso(text: str | None) -> dt.date | None:
    """Return the day or the moment that an ISO 8601 text writes; None for none."""
    if not text:
        return None
    return dt.datetime.fromisoformat(text) if "T" in text else dt.date.fromisoformat(text)


@register.inclusion_tag("web/partials/_weather.html")
def weather(code: str | None) -> dict[str, Any]:
    """Show a weather as an icon, a word and a border."""
    known = Weather(code) if code in Weather.values else Weather.NON_RENSEIGNEE
    return {"code": known.value, "label": known.label, "icon": WEATHER_ICONS[known]}


@register.inclusion_tag("web/partials/_cue.html")
def cue(level: str) -> dict[str, Any]:
    """Show a level (alert, warning, ok) as an icon and a word; nothing for another value."""
    return {"level": level, "cue": CUES.get(level)}


@register.simple_tag
def origin_label(origin: str) -> str:
    """Return the words of a data origin."""
    return str(DataOrigin(origin).label) if origin in DataOrigin.values else ""


@register.simple_tag
def screen_terms(section: str) -> list[Term]:
    """Return the terms of the glossary that the screens of a section use."""
    return terms_of(section)


@register.filter
def is_fictitious(origin: str) -> bool:
    """Whether rows of this origin must say that they are invented."""
    return origin == DataOrigin.FICTITIOUS


@register.simple_tag
def acting(actor: Any, other: Any) -> str:
    """Return who did something, and for whom when they stood in for somebody."""
    return acting_name(actor, other) or "–"


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """Return the item of a dictionary."""
    return mapping.get(key)


@register.simple_tag
def not_supplied() -> Any:
    """Return the words for a value that nobody gave."""
    return _("Not supplied")


REASON_WORDS = {
    "zero_denominator": _("the denominator is zero"),
    "missing_input": _("a figure is missing"),
    "not_started": _("not started"),
    "not_applicable": _("not applicable"),
    "unreachable": _("can no longer be reached"),
    "not_published": _("not published"),
}


@register.filter
def reason_words(code: str | None) -> Any:
    """Return the words of the reason why a value is null."""
    return REASON_WORDS.get(code or "", "")
