"""What is planned on a side of the world: reserved, expected, programmed."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from budgets.models import (
    LandingChoice,
    ProgrammingEdit,
    ProgrammingFile,
    ProgrammingStep,
    ProgrammingVersion,
    Reservation,
    Scenario,
    ScenarioChange,
)
from tests.budgets.programming import make_line


def put_planned(world: Any, side: str, on: dict[str, Any]) -> None:
    """Add a reservation and a landing, then a line supported by the contract of the side."""
    code = side.upper()
    reservation = Reservation.objects.create(
        **on, fiscal_year=2025, label=f"RES-{code}", ae=Decimal("10"), cp=Decimal("10"),
    )  # fmt: skip
    landing = LandingChoice.objects.create(
        project=on["project"], fiscal_year=2025, method="linear", justification=f"ATT-{code}",
        decided_by=User.objects.order_by("pk").first(),
    )  # fmt: skip
    world.put("reservation", side, reservation.pk)
    world.put("landing", side, landing.pk)
    version, _ = ProgrammingVersion.objects.get_or_create(
        fiscal_year=2025, number=1, kind="requests"
    )
    line = make_line(
        version, **on, label=f"PROG-{code}", contract_code=f"CT-{code}", requested=[("10", "5")]
    )
    edit = ProgrammingEdit.objects.create(
        programming_version=version, line=line, rank=0, stage="requested", measure="ae",
        after=Decimal("10"), reason=f"EDIT-{code}", operation=uuid.uuid4(), at=timezone.now(),
    )  # fmt: skip
    file = ProgrammingFile.objects.create(programming_version=version, project=on["project"])
    step = ProgrammingStep.objects.create(
        programming_version=version, project=on["project"], verb="submit", from_state="draft",
        to_state="submitted", actor=User.objects.order_by("pk").first(), at=timezone.now(),
        reason=f"STEP-{code}", content_digest="0" * 64,
    )  # fmt: skip
    world.put("programming year", side, version.fiscal_year)
    scenario, _ = Scenario.objects.get_or_create(
        programming_version=version, name="Scénario", author=User.objects.order_by("pk").first()
    )
    change = ScenarioChange.objects.create(
        scenario=scenario, line=line, rank=0, measure="ae", before=Decimal("10"),
        after=Decimal("11.01" if side == "in" else "12.02"),
    )  # fmt: skip
    world.put("scenario", side, scenario.pk)
    world.put("scenario change", side, change.pk)
    world.put("programming file", side, file.pk)
    world.put("programming step", side, step.pk)
    world.put("programming version", side, version.pk)
    world.put("list programmed line", side, version.pk)
    world.put("programming page", side, version.fiscal_year)
    world.put("programmed line", side, line.pk)
    world.put("programming edit", side, edit.pk)
