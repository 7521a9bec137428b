"""The exercises of the demonstration: the one that runs, and the one that is prepared."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from budgets.enums import OpeningRegime
from budgets.services.exercises import create_exercise, dates_of, edit_exercise
from common.models import DataOrigin
from web.demo.ledger import LAST_YEAR

# What was due by then is done, the day before; the calendar is the same whatever the day.
_DONE_UNTIL = dt.date(LAST_YEAR, 11, 30)
_LFI = dt.date(LAST_YEAR, 2, 20)


def open_exercises(officer: Any) -> None:
    """Open the exercise that runs, under voted services until February, and the next one."""
    for year in (LAST_YEAR, LAST_YEAR + 1):
        row = create_exercise(
            actor=officer,
            fiscal_year=year,
            data_origin=DataOrigin.FICTITIOUS,
            opening_regime=OpeningRegime.VOTED_SERVICES,
            lfi_opens_on=_LFI if year == LAST_YEAR else None,
        )
        dates = [
            replace(one, done_on=one.due_on - dt.timedelta(days=1))
            if one.due_on <= _DONE_UNTIL
            else one
            for one in dates_of(row)
        ]
        edit_exercise(actor=officer, exercise_id=row.pk, expected_version=row.version, dates=dates)
