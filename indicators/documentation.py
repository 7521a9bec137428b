"""The page `docs/indicators.md`, written from the catalogue."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import override

from indicators.catalogue import INDICATORS, Indicator
from indicators.models import IndicatorSnapshot

FAMILIES = {
    "DR": "Drift of costs and durations",
    "EV": "Earned value",
    "ES": "Earned schedule",
    "BX": "AE/CP execution",
}

HEAD = """# Indicators

Written from `indicators/catalogue.py` by `manage.py document_indicators`; a test compares them.

Codes never change and are never reused; a changed formula is a new version of the same code. Ratios
are unrounded numbers (0.873, never 87.3), amounts are euros TTC. A value that cannot be computed is
null with one reason: `zero_denominator`, `missing_input`, `not_started`, `not_applicable`,
`unreachable`, `not_published`. Any of them can be redone by `manage.py calculate`
(`tests/cases/CALCULATE.md`) and justified on the sheet of the project, down to its rows.
"""


def indicators_page() -> str:
    """Return the whole page, one section a family, one entry a code."""
    return "\n".join([HEAD, *_sections()])


def _sections() -> Iterator[str]:
    for family, title in FAMILIES.items():
        yield f"## {family} · {title}\n"
        for indicator in INDICATORS:
            if indicator.family == family:
                yield _entry(indicator)


def _entry(indicator: Indicator) -> str:
    with override("en"):
        english, labels = str(indicator.name), [_label(name) for name in indicator.inputs]
    with override("fr"):
        french = str(indicator.name)
    lines = [
        f"### {indicator.code} · {english}\n",
        f"- French: {french}",
        f"- key `{indicator.key}`, version {indicator.version}, unit {indicator.unit}",
        f"- formula: `{indicator.formula}`",
        f"- inputs: {', '.join(labels)}",
        f"- thresholds: {_thresholds(indicator)}",
        f"- owner: {indicator.owner}",
        f"- shared with partners: {'yes' if indicator.is_shared else 'no'}",
        f"- source: {indicator.source}",
        "",
    ]
    return "\n".join(lines)


def _label(name: str) -> str:
    field = IndicatorSnapshot._meta.get_field(name)
    return f"{getattr(field, 'verbose_name', name)} (`{name}`)"


def _thresholds(indicator: Indicator) -> str:
    limits = indicator.thresholds
    if limits is None:
        return "none"
    sign = ">" if limits.higher_is_worse else "<"
    return f"vigilance {sign} {limits.warning}, alert {sign} {limits.alert}"
