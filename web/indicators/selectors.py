"""Values of one indicator over the projects that a person may read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from indicators.catalogue import Indicator
from indicators.models import IndicatorSnapshot
from indicators.selectors import indicator_value
from web.levels import level_of

MOST_ROWS = 500


@dataclass(frozen=True)
class ProjectValue:
    """The value of an indicator for one project."""

    code: str
    title: str
    data_origin: str
    value: str | float | None
    reason: str | None
    level: str
    as_of: Any
    is_stale: bool


def project_values(user: Any, indicator: Indicator, origin: str) -> list[ProjectValue]:
    """Return the latest values of an indicator in one data origin; one query."""
    rows = IndicatorSnapshot.objects.latest().visible_to(user).filter(project__data_origin=origin)
    rows = rows.select_related("project").only(
        "as_of", "figures_version", "reasons", indicator.key,
        "project__code", "project__title", "project__data_origin", "project__figures_version",
    )  # fmt: skip
    return [_value(row, indicator) for row in rows.order_by("project__code")[:MOST_ROWS]]


def _value(row: IndicatorSnapshot, indicator: Indicator) -> ProjectValue:
    value, reason = indicator_value(row, indicator.code)
    project = row.project
    return ProjectValue(
        code=project.code,
        title=project.title,
        data_origin=project.data_origin,
        value=value,
        reason=reason,
        level=level_of(indicator.code, value) if isinstance(value, float) else "",
        as_of=row.as_of,
        is_stale=row.figures_version != project.figures_version,
    )
