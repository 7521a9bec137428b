"""The catalogue of indicators: code ↔ name ↔ unit ↔ formula ↔ version ↔ thresholds ↔ owner.

Codes never change and are never reused; a changed formula is a new version of the same code
(domain §2). `key` is the column of `IndicatorSnapshot` that holds the value. `docs/indicators.md`
is checked against this module by a test.
"""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from indicators.catalogue_budget import BUDGET
from indicators.definitions import Indicator, Thresholds
from indicators.enums import Unit

_GAP = Thresholds(Decimal("0.05"), Decimal("0.15"))
_INDEX = Thresholds(Decimal("0.95"), Decimal("0.90"), higher_is_worse=False)
_EVM = "PMI Practice Standard for Earned Value Management; domain §2.5"
_ES = "Lipke, Earned Schedule; domain §2.5"
_PAP = "DINUM panorama; PAP « grands projets »; domain §2.1, §2.2"

INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        "DR-07",
        "cost_gap_rate",
        _("Cost gap rate"),
        Unit.RATIO,
        "(current_cost − initial_cost) / initial_cost",
        ("initial_cost", "current_cost"),
        _PAP,
        thresholds=_GAP,
    ),
    Indicator(
        "DR-08",
        "schedule_gap_rate",
        _("Schedule gap rate"),
        Unit.RATIO,
        "(current_duration − initial_duration) / initial_duration",
        ("initial_duration", "current_duration"),
        _PAP,
        thresholds=_GAP,
        is_shared=True,
    ),
    Indicator(
        "DR-11",
        "cost_gap_vs_reference",
        _("Cost gap to the current baseline"),
        Unit.RATIO,
        "(current_cost − reference_cost) / reference_cost",
        ("reference_cost", "current_cost"),
        _PAP,
    ),
    Indicator(
        "DR-12",
        "schedule_gap_vs_reference",
        _("Schedule gap to the current baseline"),
        Unit.RATIO,
        "(current_duration − reference_duration) / reference_duration",
        ("reference_duration", "current_duration"),
        _PAP,
        is_shared=True,
    ),
    Indicator("EV-01", "cv", _("Cost variance (CV)"), Unit.EUR, "EV − AC", ("ev", "ac"), _EVM),
    Indicator("EV-02", "sv", _("Schedule variance (SV)"), Unit.EUR, "EV − PV", ("ev", "pv"), _EVM),
    Indicator(
        "EV-03",
        "cpi",
        _("Cost performance index (CPI)"),
        Unit.RATIO,
        "EV / AC",
        ("ev", "ac"),
        _EVM,
        thresholds=_INDEX,
    ),
    Indicator(
        "EV-04",
        "spi",
        _("Schedule performance index (SPI)"),
        Unit.RATIO,
        "EV / PV",
        ("ev", "pv"),
        _EVM,
        thresholds=_INDEX,
    ),
    Indicator(
        "EV-05",
        "eac_cpi",
        _("Estimate at completion (trend)"),
        Unit.EUR,
        "BAC / CPI",
        ("bac", "ev", "ac"),
        _EVM,
    ),
    Indicator(
        "EV-06",
        "eac_remaining_at_budget",
        _("Estimate at completion (one-off gap)"),
        Unit.EUR,
        "AC + (BAC − EV)",
        ("bac", "ev", "ac"),
        _EVM,
    ),
    Indicator(
        "EV-07",
        "eac_cpi_spi",
        _("Estimate at completion (cost and schedule)"),
        Unit.EUR,
        "AC + (BAC − EV) / (CPI × SPI)",
        ("bac", "pv", "ev", "ac"),
        _EVM,
    ),
    Indicator(
        "EV-09",
        "etc_cpi",
        _("Estimate to complete"),
        Unit.EUR,
        "EAC − AC",
        ("bac", "ev", "ac"),
        _EVM,
    ),
    Indicator(
        "EV-10",
        "vac_cpi",
        _("Variance at completion"),
        Unit.EUR,
        "BAC − EAC",
        ("bac", "ev", "ac"),
        _EVM,
    ),
    Indicator(
        "EV-11",
        "tcpi_bac",
        _("To-complete index on the budget"),
        Unit.RATIO,
        "(BAC − EV) / (BAC − AC)",
        ("bac", "ev", "ac"),
        _EVM,
    ),
    Indicator(
        "EV-12",
        "tcpi_eac",
        _("To-complete index on the estimate"),
        Unit.RATIO,
        "(BAC − EV) / (EAC − AC)",
        ("bac", "ev", "ac"),
        _EVM,
    ),
    Indicator(
        "EV-13", "pct_complete", _("Share complete"), Unit.RATIO, "EV / BAC", ("ev", "bac"), _EVM
    ),
    Indicator(
        "EV-14", "pct_planned", _("Share planned"), Unit.RATIO, "PV / BAC", ("pv", "bac"), _EVM
    ),
    Indicator("EV-15", "pct_spent", _("Share spent"), Unit.RATIO, "AC / BAC", ("ac", "bac"), _EVM),
    Indicator(
        "ES-01",
        "es",
        _("Earned schedule (ES)"),
        Unit.MONTHS,
        "C + (EV − PV_C) / (PV_C+1 − PV_C)",
        ("ev", "bac"),
        _ES,
    ),
    Indicator(
        "ES-02",
        "sv_t",
        _("Schedule variance in time, SV(t)"),
        Unit.MONTHS,
        "ES − AT",
        ("ev", "bac", "actual_time"),
        _ES,
    ),
    Indicator(
        "ES-03",
        "spi_t",
        _("Schedule performance index in time, SPI(t)"),
        Unit.RATIO,
        "ES / AT",
        ("ev", "bac", "actual_time"),
        _ES,
        thresholds=_INDEX,
        is_shared=True,
    ),
    Indicator(
        "ES-04",
        "ieac_t",
        _("Estimated duration at completion"),
        Unit.MONTHS,
        "PD / SPI(t)",
        ("ev", "bac", "actual_time"),
        _ES,
    ),
    Indicator(
        "ES-05",
        "tspi",
        _("To-complete schedule index"),
        Unit.RATIO,
        "(PD − ES) / (PD − AT)",
        ("ev", "bac", "actual_time"),
        _ES,
    ),
    *BUDGET,
)

# What partners read, and nothing else.
SHARED = tuple(indicator for indicator in INDICATORS if indicator.is_shared)
BY_CODE: dict[str, Indicator] = {indicator.code: indicator for indicator in INDICATORS}
BY_KEY: dict[str, Indicator] = {indicator.key: indicator for indicator in INDICATORS}
