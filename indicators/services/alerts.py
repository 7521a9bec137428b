"""Alerts of the indicators: each value of a project that is beyond its alert threshold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from common.models import DataOrigin
from common.money import from_cents
from indicators.alerts import UNPROGRAMMED
from indicators.catalogue import INDICATORS, Indicator
from indicators.enums import Unit
from indicators.formulas.outcome import Reason
from indicators.models import IndicatorSnapshot
from records.enums import Severity
from records.services.alerts import Found, sync_alerts

WATCHED = tuple(indicator for indicator in INDICATORS if indicator.thresholds is not None)
MESSAGE = "beyond_threshold"


def sync_threshold_alerts() -> int:
    """Open, refresh and close the alerts of the latest values; return how many stand.

    One alert a project and an indicator, in the exercise of the value. One read whatever the
    number of projects; the writes go by thousands.
    """
    found: dict[tuple[int, str], list[Found]] = {}
    columns = [indicator.key for indicator in WATCHED]
    more = ["reasons", *UNPROGRAMMED.values()]
    rows = IndicatorSnapshot.objects.latest().order_by()
    years = set()
    for code, origin, as_of, reasons, paid, committed, *values in rows.values_list(
        "project__code", "project__data_origin", "as_of", *more, *columns
    ).iterator(5_000):
        years.add(as_of.year)
        standing = found.setdefault((as_of.year, origin), [])
        for indicator, value in zip(WATCHED, values, strict=True):
            if value is not None and is_beyond(indicator, value):
                standing.append(_alert(indicator, code, origin, as_of.year, value))
        for source, actual in zip(UNPROGRAMMED, (paid, committed), strict=True):
            if reasons.get(source) == Reason.ZERO_DENOMINATOR.code and actual and actual > 0:
                standing.append(_unprogrammed(source, code, origin, as_of.year, actual))
    sources = {indicator.code for indicator in WATCHED} | set(UNPROGRAMMED)
    for year in years:
        for origin in DataOrigin.values:
            some = found.get((year, origin), [])
            sync_alerts(sources=sources, fiscal_year=year, origin=origin, found=some)
    return sum(len(some) for some in found.values())


def is_beyond(indicator: Indicator, value: Any) -> bool:
    """Whether a value is beyond the alert threshold of its indicator."""
    limits = indicator.thresholds
    if limits is None:
        return False
    number = Decimal(str(value))
    return number > limits.alert if limits.higher_is_worse else number < limits.alert


def _alert(indicator: Indicator, code: str, origin: str, year: int, value: Any) -> Found:
    assert indicator.thresholds is not None
    is_money = indicator.unit == Unit.EUR
    return Found(
        source=indicator.code,
        severity=Severity.ALERT,
        subject_kind="project",
        subject_code=code,
        fiscal_year=year,
        message=MESSAGE,
        amount=value if is_money else from_cents(0),
        data_origin=origin,
        context={
            "code": indicator.code,
            "value": str(value),
            "threshold": str(indicator.thresholds.alert),
        },
    )


def _unprogrammed(source: str, code: str, origin: str, year: int, actual: Decimal) -> Found:
    return Found(
        source=source,
        severity=Severity.ALERT,
        subject_kind="project",
        subject_code=code,
        fiscal_year=year,
        message="unprogrammed",
        amount=actual,
        data_origin=origin,
        context={"code": source, "value": str(actual)},
    )
