"""The rest of the frame: a published edition and a job for each caller."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from jobs.models import Job
from projects.models import PanoramaEdition, PanoramaEntry
from records.models import ImportBatch


def add_frame(portfolio: Any, users: Any) -> None:
    """Add what `portfolio` lacks for every list to hold a row for every role."""
    batch = ImportBatch.objects.create(
        code="P-1",
        kind="panorama",
        source="example.csv",
        digest="0" * 64,
        imported_at=timezone.now(),
    )
    edition = PanoramaEdition.objects.create(
        code="2025-06", published_on=dt.date(2025, 6, 30), batch=batch
    )
    for line, project in enumerate((portfolio.first, portfolio.second, portfolio.other), start=2):
        PanoramaEntry.objects.create(
            edition=edition,
            project=project,
            source_line=line,
            title=project.title,
            ministry=portfolio.ministry,
            full_cost=Decimal("9100000.00"),
        )
    for user in vars(users).values():
        Job.objects.create(
            kind="indicators.refresh", key=str(user.pk), due_at=timezone.now(), requested_by=user
        )
