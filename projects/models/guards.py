"""What the tables of the plan refuse, whoever writes to them: facts are added, never changed."""

from __future__ import annotations

from common.triggers import Guard

PLAN_FACTS = ("milestoneforecast", "baselinetask")
_MESSAGES = {
    "milestoneforecast": "a forecast of a milestone is neither changed nor deleted",
    "baselinetask": "what a baseline froze is neither changed nor deleted",
}

PLAN_GUARDS: tuple[Guard, ...] = tuple(
    Guard(
        f"projects_{name}_kept_{event.lower()}", f"projects_{name}", event, "1 = 1", _MESSAGES[name]
    )
    for name in PLAN_FACTS
    for event in ("UPDATE", "DELETE")
)
