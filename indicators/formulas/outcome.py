"""A figure, or the reason why there is none.

An indicator that cannot be computed is never 0, 1 or infinity: it is null, and the null says why.
`Outcome` carries both for N projects at once, so that a chain of formulas keeps the first cause.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
CodeArray = NDArray[np.int8]
BoolArray = NDArray[np.bool_]


class Reason(IntEnum):
    """Why a value is null; the lower-case name is the code that is published."""

    NONE = 0
    ZERO_DENOMINATOR = 1
    MISSING_INPUT = 2
    NOT_STARTED = 3
    NOT_APPLICABLE = 4
    UNREACHABLE = 5
    NOT_PUBLISHED = 6

    @property
    def code(self) -> str:
        """Published code, `""` for NONE."""
        return "" if self is Reason.NONE else self.name.lower()


class Notice(IntEnum):
    """What the reader must be told beside the figure, null or not."""

    NONE = 0
    EV_ABOVE_BAC = 1
    EV_NEGATIVE = 2
    PLAN_DECREASES = 3
    PLAN_IS_ZERO = 4
    SEVERAL_RATES = 5
    NEGATIVE_AGAIN = 6
    NOTHING_INVESTED = 7
    OUT_OF_RANGE = 8
    NEGATIVE_LEFT_TO_PAY = 9


NOTICE_TEXTS: Mapping[Notice, str] = {
    Notice.EV_ABOVE_BAC: "ev is greater than bac: the scope was not re-baselined",
    Notice.EV_NEGATIVE: "ev is negative: no schedule was earned",
    Notice.PLAN_DECREASES: "pv_cumulative decreases: it is not a cumulative plan",
    Notice.PLAN_IS_ZERO: "pv_cumulative ends at zero: nothing is planned",
    Notice.SEVERAL_RATES: "several rates cancel the flows: the one nearest 0 is given",
    Notice.NEGATIVE_AGAIN: "the cumulative flow becomes negative again after the payback",
    Notice.NOTHING_INVESTED: "the payback comes before any expense",
    Notice.OUT_OF_RANGE: "the result is out of the range of double precision",
    Notice.NEGATIVE_LEFT_TO_PAY: "more was paid than committed",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """N values with their reasons.

    value   float64 (N,), NaN exactly where `reason` is not 0
    reason  int8 (N,), codes of `Reason`
    notice  int8 (N,), codes of `Notice`
    """

    value: FloatArray
    reason: CodeArray
    notice: CodeArray

    def __len__(self) -> int:
        return len(self.value)


def _codes(like: FloatArray) -> CodeArray:
    return np.zeros(like.shape, dtype=np.int8)


def measured(values: ArrayLike) -> Outcome:
    """Inputs as outcomes: numbers (N,), any unit; NaN means missing (`missing_input`)."""
    value = np.atleast_1d(np.asarray(values)).astype(np.float64)
    return combine(
        value, Outcome(value, np.where(np.isnan(value), 2, 0).astype(np.int8), _codes(value))
    )


def combine(value: FloatArray, *parents: Outcome) -> Outcome:
    """Outcome of a computation on `parents`: the first parent that has a reason gives it.

    value: float64 (N,), whatever where a parent is null. A result that overflows is null
    `not_applicable` with the notice OUT_OF_RANGE: infinity never leaves a formula.
    """
    reason, notice = _codes(value), _codes(value)
    for parent in parents:
        reason = np.where(reason == 0, parent.reason, reason).astype(np.int8)
    overflow = (reason == 0) & ~np.isfinite(value)
    reason[overflow] = Reason.NOT_APPLICABLE
    notice[overflow] = Notice.OUT_OF_RANGE
    # "+ 0.0" turns -0.0 into 0.0: a null gap has no sign.
    return Outcome(np.where(reason == 0, value, np.nan) + 0.0, reason, notice)


def nullified(
    outcome: Outcome, where: BoolArray, reason: Reason, notice: Notice = Notice.NONE
) -> Outcome:
    """The same outcome, null for `reason` on the rows `where` (bool (N,)), whatever it was."""
    return Outcome(
        np.where(where, np.nan, outcome.value),
        np.where(where, np.int8(reason), outcome.reason).astype(np.int8),
        np.where(where, np.int8(notice), outcome.notice).astype(np.int8),
    )


def replaced(outcome: Outcome, where: BoolArray, value: float | FloatArray) -> Outcome:
    """The same outcome, with the known `value` on the rows `where`, whatever it was."""
    return Outcome(
        np.where(where, value, outcome.value),
        np.where(where, np.int8(0), outcome.reason).astype(np.int8),
        np.where(where, np.int8(0), outcome.notice).astype(np.int8),
    )


def noticed(outcome: Outcome, where: BoolArray, notice: Notice) -> Outcome:
    """The same outcome, with a notice on the rows `where`."""
    codes = np.where(where, np.int8(notice), outcome.notice).astype(np.int8)
    return Outcome(outcome.value, outcome.reason, codes)
