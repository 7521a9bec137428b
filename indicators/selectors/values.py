"""Values as they leave: money as exact strings, quotients unrounded, null with a reason."""

from __future__ import annotations

import hashlib
import json
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from indicators.catalogue import BY_CODE, INDICATORS, Indicator
from indicators.enums import Unit
from indicators.models import IndicatorRun, IndicatorSnapshot

_CENT = Decimal("0.01")


def published_value(indicator: Indicator, raw: Any) -> str | float | None:
    """Return the value of a column as the API gives it.

    Euros are a string with two decimals, rounded half up here and nowhere before (an estimate at
    completion is a quotient, in cents); other units are the unrounded number.
    """
    if raw is None:
        return None
    if indicator.unit == Unit.EUR:
        euros = raw if isinstance(raw, Decimal) else Decimal(repr(raw)).scaleb(-2)
        return str(euros.quantize(_CENT, ROUND_HALF_UP))
    return float(raw)


def indicator_value(
    snapshot: IndicatorSnapshot, code: str
) -> tuple[str | float | None, str | None]:
    """Return (value, reason) of one indicator of a snapshot; the reason is None beside a value."""
    indicator = BY_CODE[code]
    value = published_value(indicator, getattr(snapshot, indicator.key))
    return value, (snapshot.reasons.get(code, "missing_input") if value is None else None)


def snapshot_values(snapshot: IndicatorSnapshot) -> dict[str, str | float | None]:
    """Return every value of a snapshot by indicator code."""
    return {
        indicator.code: published_value(indicator, getattr(snapshot, indicator.key))
        for indicator in INDICATORS
    }


def run_payload(run: IndicatorRun) -> dict[str, Any]:
    """Return what a run computed: its projects by code, and the digest of that list.

    The digest is the SHA-256 of the canonical JSON of `projects`: it depends on the figures only,
    not on workers, order, engine, time zone or hash seed.
    """
    snapshots = run.snapshots.select_related("project").order_by("project__code")
    projects = [
        {
            "code": snapshot.project.code,
            "values": snapshot_values(snapshot),
            "reasons": snapshot.reasons,
        }
        for snapshot in snapshots.iterator(chunk_size=2000)
    ]
    return {
        "run": run.pk,
        "as_of": run.as_of.isoformat(),
        "projects": projects,
        "digest": digest_of(projects),
    }


def digest_of(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON of a value (sorted keys, no space, UTF-8)."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return hashlib.sha256(text.encode()).hexdigest()
