"""What the rules say of the objects of a side of the world."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.enums import Role
from budgets.models import (
    BopOpinion,
    BudgetCeiling,
    BudgetRule,
    Exercise,
    NomenclatureNode,
    ProgrammingKey,
    RuleOverride,
    Trajectory,
)
from records.models import Alert

DAY = dt.date(2025, 3, 1)


def put_rules(world: Any, side: str, node: NomenclatureNode) -> None:
    """Put an alert and an override on the commitment, an opinion and a trajectory on the node."""
    code, now = side.upper(), timezone.now()
    about: dict[str, Any] = {
        "subject_kind": "commitment", "subject_code": f"EJ-{code}", "fiscal_year": 2025,
        "message": "dormant", "amount": Decimal("10"),
        "context": {
            "code": f"EJ-{code}", "fiscal_year": 2025, "figures": {"left": 1000},
            "words": {"day": "2025-03-01"},
        },
    }  # fmt: skip
    alert = Alert.objects.create(
        **about, source="R-16", severity="alert", first_seen_at=now, last_seen_at=now
    )
    rule = BudgetRule.objects.get(code="R-16")
    override = RuleOverride.objects.create(
        **about, rule=rule, reason="Urgence", at=now,
        actor=world.people[Role.MANAGEMENT_CONTROLLER],
    )  # fmt: skip
    opinion = BopOpinion.objects.create(
        node=node, fiscal_year=2025, given_on=DAY, sense="favourable"
    )
    trajectory = Trajectory.objects.create(node=node, fiscal_year=2027, cp=Decimal("10"))
    ceiling = BudgetCeiling.objects.create(
        node=node, fiscal_year=2027, ae=Decimal("10"), cp=Decimal("10"), reason=f"PLAF-{code}",
        proposed_by=world.people[Role.AUDITOR], proposed_at=now,
    )  # fmt: skip
    world.put("ceiling", side, ceiling.pk)
    exercise, _ = Exercise.objects.get_or_create(fiscal_year=2025)
    world.put("exercise", side, exercise.pk)
    world.put("alert", side, alert.pk)
    world.put("override", side, override.pk)
    world.put("budget rule", side, rule.pk)
    world.put("opinion", side, opinion.pk)
    world.put("trajectory", side, trajectory.pk)
    keys = {"key_0": 100, "key_1": 0, "key_2": 0, "key_3": 0}
    key = ProgrammingKey.objects.create(node=node, fiscal_year=2025, **keys)
    world.put("programming key", side, key.pk)
