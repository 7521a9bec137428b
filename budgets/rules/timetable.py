"""What the years of an act add up to, and how far it is: tables T3 and T6 (domain §1.6, §1.9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from budgets.enums import ActStatus


def years_of_act(opening: int, ae: Sequence[int], cp: Sequence[int]) -> dict[str, int]:
    """Return the cents of a row of T3: AE and CP by rank, left to pay at both ends of N.

    `opening` is what is left to pay when the exercise opens; the closing is that, with the AE of
    N, less its CP. The last rank holds all the years from N + 3 on.
    """
    return {
        "opening": opening,
        **{f"ae_{rank}": cents for rank, cents in enumerate(ae)},
        **{f"cp_{rank}": cents for rank, cents in enumerate(cp)},
        "closing": opening + ae[0] - cp[0],
    }


def act_status(*, is_signed: bool, ends_on: dt.date | None, day: dt.date) -> ActStatus:
    """Return how far a planned act is on a day: `ends_on` ends the month of its notification."""
    if is_signed:
        return ActStatus.SIGNED
    return ActStatus.LATE if ends_on is not None and ends_on < day else ActStatus.PLANNED
