"""Checks of commitments: their execution, schedule, date and credit lines.

One pure function a rule of domain §1.8; amounts in cents TTC, dates as days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from budgets.enums import CreditType, RuleCode
from budgets.rules.findings import Finding, Place, share_of

PERSONNEL, INVESTMENT = "2", "5"


@dataclass(frozen=True, slots=True)
class Executed:
    """What a legal commitment (EJ) holds over its life, net of withdrawals.

    `paid` counts everything; `advances` are those paid and not recovered yet.
    """

    committed: int
    done: int = 0
    paid: int = 0
    advances: int = 0

    @property
    def left_to_pay(self) -> int:
        """Committed less paid."""
        return self.committed - self.paid


def check_execution(place: Place, held: Executed) -> list[Finding]:
    """R-04: service done within committed; paid within service done and advances (GBCP 30, 31)."""
    found = []
    if held.done > held.committed:
        figures = {"done": held.done, "committed": held.committed}
        beyond = held.done - held.committed
        found.append(
            Finding(RuleCode.EXECUTION, _of(place, "done"), "done_passed", beyond, figures)
        )
    allowed = held.done + max(held.advances, 0)
    if held.paid > allowed:
        figures = {"paid": held.paid, "done": held.done, "advances": held.advances}
        beyond = held.paid - allowed
        found.append(
            Finding(RuleCode.EXECUTION, _of(place, "paid"), "paid_passed", beyond, figures)
        )
    return found


def check_schedule(place: Place, committed: int, scheduled: int | None) -> list[Finding]:
    """R-05: the schedule of a commitment adds up to what it commits, withdrawals deduced.

    `scheduled` is None for a commitment without any schedule: nothing is compared.
    """
    if scheduled is None or scheduled == committed:
        return []
    figures = {"scheduled": scheduled, "committed": committed}
    gap = abs(scheduled - committed)
    return [Finding(RuleCode.SCHEDULE, place, "schedule_differs", gap, figures)]


@dataclass(frozen=True, slots=True)
class Anticipated:
    """What is known of commitments signed on credits of a coming exercise.

    `title` is the number of the title, empty when the source names none; `total` are all the
    commitments anticipated on it, `credits` what the exercise of the signature holds of it, and
    `service_on` the first day of the service, when it is known.
    """

    title: str
    credit_type: str
    total: int
    credits: int
    service_on: dt.date | None = None


def check_date(
    place: Place,
    committed_on: dt.date,
    amount: int,
    anticipated: Anticipated,
    parameters: Mapping[str, Decimal],
) -> list[Finding]:
    """R-13: a commitment is dated within its exercise, or anticipated (LF 2005 art. 108).

    Anticipation: from the opening day of the year before, within a share of the credits that this
    year has opened on the title, neither personnel nor investment, for a service not before
    1 January. `parameters` holds `share` (percent), `opening_month` and `opening_day`.
    """
    year = place.fiscal_year
    if committed_on.year == year:
        return []
    opening = dt.date(year - 1, int(parameters["opening_month"]), int(parameters["opening_day"]))
    if not opening <= committed_on < dt.date(year, 1, 1):
        words: dict[str, str | int] = {"day": committed_on.isoformat(), "year": year}
        return [Finding(RuleCode.ANTICIPATION, place, "out_of_exercise", amount, {}, words)]
    if anticipated.credit_type == CreditType.T2 or anticipated.title in (PERSONNEL, INVESTMENT):
        return [Finding(RuleCode.ANTICIPATION, place, "anticipation_of_title", amount)]
    service_on = anticipated.service_on
    if service_on is not None and service_on < dt.date(year, 1, 1):
        late: dict[str, str | int] = {"day": service_on.isoformat(), "year": year}
        return [Finding(RuleCode.ANTICIPATION, place, "service_too_early", amount, {}, late)]
    limit = share_of(anticipated.credits, parameters["share"])
    if anticipated.total <= limit:
        return []
    return [
        Finding(
            RuleCode.ANTICIPATION,
            place,
            "anticipation_passed",
            anticipated.total - limit,
            {"used": anticipated.total, "limit": limit, "base": anticipated.credits},
            {"share": str(parameters["share"])},
        )
    ]


def check_dormant(
    place: Place, held: Executed, last_on: dt.date, limit_on: dt.date
) -> list[Finding]:
    """R-16: something is left to pay, and nothing was done or paid since `limit_on`.

    `last_on` is the day of the last service done or payment, else of the commitment; `limit_on`
    the day, some months ago, from which a commitment is at rest.
    """
    if held.left_to_pay <= 0 or last_on > limit_on:
        return []
    figures = {"left": held.left_to_pay}
    words = {"day": last_on.isoformat()}
    return [Finding(RuleCode.DORMANT, place, "dormant", held.left_to_pay, figures, words)]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits on a commitment: service done for long, and old invoices, in cents.

    `done_before` was certified before the delay and `requested` is under a payment request;
    `invoices_unpaid` are received before their delay and not paid.
    """

    done_before: int
    requested: int
    invoices_unpaid: int


def check_delays(
    place: Place, waiting: Waiting, parameters: Mapping[str, Decimal]
) -> list[Finding]:
    """R-20: service done has a payment request, and an invoice is paid, in time (CCP R2192-10).

    `parameters` holds `request_days` and `invoice_days`.
    """
    found = []
    unasked = waiting.done_before - waiting.requested
    if unasked > 0:
        words = {"days": int(parameters["request_days"])}
        facet = _of(place, "request")
        found.append(
            Finding(RuleCode.DELAYS, facet, "no_request", unasked, {"amount": unasked}, words)
        )
    if waiting.invoices_unpaid > 0:
        unpaid = waiting.invoices_unpaid
        words = {"days": int(parameters["invoice_days"])}
        facet = _of(place, "invoice")
        found.append(
            Finding(RuleCode.DELAYS, facet, "invoice_unpaid", unpaid, {"amount": unpaid}, words)
        )
    return found


def check_credit_line(place: Place, committed: int, *, has_credits: bool) -> list[Finding]:
    """R-21: no credit line, no commitment (domain §1.8).

    `place` is the UO with, as facet, T2 or HT2; `has_credits` whether anything was opened there.
    """
    if has_credits or committed <= 0:
        return []
    figures = {"committed": committed}
    return [Finding(RuleCode.CREDIT_LINE, place, "no_credit_line", committed, figures)]


def check_parts(place: Place, amount: int, parts: Sequence[int]) -> list[Finding]:
    """R-21: the parts of a commitment split over several lines add up to it (domain §1.8)."""
    total = sum(parts)
    if total == amount:
        return []
    figures = {"parts": total, "committed": amount}
    return [Finding(RuleCode.CREDIT_LINE, place, "parts_differ", abs(total - amount), figures)]


def _of(place: Place, facet: str) -> Place:
    return Place(place.kind, place.code, place.fiscal_year, facet)
