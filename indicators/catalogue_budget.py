"""The budget indicators of the catalogue: AE/CP execution and programming (family BX)."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from indicators.definitions import Indicator, Thresholds
from indicators.enums import Unit

# Above 100 %, more is used than what is open: rules R-01 and R-02 (LOLF art. 8 and 9).
_CEILING = Thresholds(Decimal("0.95"), Decimal(1))
# A stock that should never be negative: below, the data are wrong (domain BX-06).
_NOT_NEGATIVE = Thresholds(Decimal(0), Decimal(0), higher_is_worse=False)
_NOT_ABOVE_ALL = Thresholds(Decimal(1), Decimal(1))
_BUDGET = "LOLF art. 8; domain §2.3"
_PROGRAMMING = "Décret n° 2012-1246 (GBCP) art. 66, 94 and 95; domain §2.3"
# [P] of domain §2.3: 100 % is green, less than 90 % red.
_COVERED = Thresholds(Decimal(1), Decimal("0.90"), higher_is_worse=False)

BUDGET: tuple[Indicator, ...] = (
    Indicator(
        "BX-01",
        "ae_commitment_rate",
        _("AE commitment rate"),
        Unit.RATIO,
        "ae_committed / (ae_opened − ae_frozen)",
        ("ae_committed", "ae_opened", "ae_frozen"),
        _BUDGET,
        thresholds=_CEILING,
    ),
    Indicator(
        "BX-02",
        "cp_consumption_rate",
        _("CP consumption rate"),
        Unit.RATIO,
        "cp_paid / (cp_opened − cp_frozen)",
        ("cp_paid", "cp_opened", "cp_frozen"),
        _BUDGET,
        thresholds=_CEILING,
    ),
    Indicator(
        "BX-03",
        "programming_execution_rate",
        _("CP execution rate against the programming"),
        Unit.RATIO,
        "cp_paid / cp_programmed_to_date",
        ("cp_paid", "cp_programmed_to_date"),
        _PROGRAMMING,
    ),
    Indicator(
        "BX-04",
        "programmed_landing",
        _("Landing at 31 December"),
        Unit.EUR,
        "cp_paid + (cp_programmed − cp_programmed_to_date)",
        ("cp_paid", "cp_programmed", "cp_programmed_to_date"),
        _PROGRAMMING,
    ),
    Indicator(
        "BX-05",
        "programmed_landing_gap",
        _("Landing gap"),
        Unit.EUR,
        "(cp_opened − cp_frozen) − (cp_paid + cp_programmed − cp_programmed_to_date)",
        ("cp_opened", "cp_frozen", "cp_paid", "cp_programmed", "cp_programmed_to_date"),
        _PROGRAMMING,
        thresholds=_NOT_NEGATIVE,
    ),
    Indicator(
        "BX-06",
        "left_to_pay",
        _("Left to pay"),
        Unit.EUR,
        "committed_total − paid_total",
        ("committed_total", "paid_total"),
        _BUDGET,
        thresholds=_NOT_NEGATIVE,
    ),
    Indicator(
        "BX-07",
        "due_in_year",
        _("Left to pay due in the year"),
        Unit.EUR,
        "due_unpaid",
        ("due_unpaid",),
        _BUDGET,
    ),
    Indicator(
        "BX-08",
        "left_to_pay_coverage",
        _("Coverage of what is left to pay"),
        Unit.RATIO,
        "(cp_opened − cp_frozen − cp_paid) / (compulsory_unpaid + due_unpaid)",
        ("cp_opened", "cp_frozen", "cp_paid", "compulsory_unpaid", "due_unpaid"),
        _PROGRAMMING,
        thresholds=_COVERED,
    ),
    Indicator(
        "BX-09",
        "need_coverage",
        _("Coverage of the need in CP"),
        Unit.RATIO,
        "cp_granted / cp_requested",
        ("cp_granted", "cp_requested"),
        _PROGRAMMING,
    ),
    Indicator(
        "BX-10",
        "next_year_rigidity",
        _("Rigidity of the next year"),
        Unit.RATIO,
        "cp_due_next / cp_programmed_next",
        ("cp_due_next", "cp_programmed_next"),
        _PROGRAMMING,
    ),
    Indicator(
        "BX-11",
        "service_done_rate",
        _("Service-done rate"),
        Unit.RATIO,
        "service_done_total / committed_total",
        ("service_done_total", "committed_total"),
        _BUDGET,
        thresholds=_NOT_ABOVE_ALL,
    ),
    Indicator(
        "BX-12",
        "payment_rate",
        _("Payment rate"),
        Unit.RATIO,
        "(paid_total − advances_total) / service_done_total",
        ("paid_total", "advances_total", "service_done_total"),
        _BUDGET,
        thresholds=_NOT_ABOVE_ALL,
    ),
    Indicator(
        "BX-13",
        "accrued_unpaid",
        _("Accrued unpaid expense"),
        Unit.EUR,
        "service_done_total − (paid_total − advances_total)",
        ("service_done_total", "paid_total", "advances_total"),
        _BUDGET,
        version=2,
        thresholds=_NOT_NEGATIVE,
    ),
    Indicator(
        "BX-14",
        "aged_left_to_pay",
        _("Left to pay without movement for a year"),
        Unit.EUR,
        "left_1_2y + left_2_3y + left_over_3y",
        ("left_1_2y", "left_2_3y", "left_over_3y", "left_under_1y"),
        _BUDGET,
    ),
    Indicator(
        "BX-15",
        "owed_share",
        _("Share of compulsory and unavoidable spending"),
        Unit.RATIO,
        "(cp_compulsory + cp_unavoidable) / (cp_opened − cp_frozen)",
        ("cp_compulsory", "cp_unavoidable", "cp_opened", "cp_frozen"),
        _PROGRAMMING,
    ),
    Indicator(
        "BX-16",
        "forecast_error",
        _("Quality of the forecast"),
        Unit.RATIO,
        "|cp_paid − cp_forecast| / cp_forecast",
        ("cp_paid", "cp_forecast"),
        _PROGRAMMING,
    ),
    Indicator(
        "BX-17",
        "payment_key",
        _("Key of CP"),
        Unit.RATIO,
        "cp_planned / ae_planned",
        ("cp_planned", "ae_planned"),
        _PROGRAMMING,
    ),
    Indicator(
        "BX-18",
        "programming_stability",
        _("Stability of the programming"),
        Unit.RATIO,
        "Σ |cp_version − cp_former_version| / Σ cp_former_version",
        ("cp_moved", "cp_former"),
        _PROGRAMMING,
    ),
    Indicator(
        "BX-23",
        "programming_commitment_rate",
        _("AE execution rate against the programming"),
        Unit.RATIO,
        "ae_committed / ae_programmed_to_date",
        ("ae_committed", "ae_programmed_to_date"),
        _PROGRAMMING,
    ),
    Indicator(
        "BX-29",
        "need_coverage_ae",
        _("Coverage of the need in AE"),
        Unit.RATIO,
        "ae_granted / ae_requested",
        ("ae_granted", "ae_requested"),
        _PROGRAMMING,
    ),
)
