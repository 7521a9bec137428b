"""What waits to be attached on a side of the world."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from budgets.models import MatchingRule, WaitingLine
from records.models import ImportBatch


def put_to_attach(world: Any, side: str, on: dict[str, Any]) -> None:
    """Add a line that waits for its imputation, and a rule that attaches others."""
    code = side.upper()
    batch = ImportBatch.objects.create(
        code=f"WAIT-{code}", kind="portfolio", source="x", digest=f"wait-{code}",
        imported_at=timezone.now(),
    )  # fmt: skip
    line = WaitingLine.objects.create(
        **on, batch=batch, table="commitments", source_reference=f"WL-{code}", fiscal_year=2025,
        amount=Decimal("5"), reasons=["unknown_axis"],
    )  # fmt: skip
    rule = MatchingRule.objects.create(
        code=f"RULE-{code}", name=f"RULE-{code}", project=on["project"],
        conditions=[{"column": "supplier", "operator": "is", "text": "x"}],
    )  # fmt: skip
    world.put("waiting line", side, line.pk)
    world.put("matching rule", side, rule.code)
