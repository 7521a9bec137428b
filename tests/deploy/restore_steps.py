"""The steps of the restoration test, each run in a process of its own on the database it names.

python -m tests.deploy.restore_steps fill|write|login [FILE]
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402 (models are ready after setup)
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.enums import Role  # noqa: E402
from accounts.models import User  # noqa: E402
from accounts.services.audit import record_event  # noqa: E402
from accounts.services.grants import establish_grant  # noqa: E402
from budgets.models import Commitment, Payment  # noqa: E402
from tests.samples import RECORDED, build_sample  # noqa: E402

PASSWORD = "un mot de passe de test"
AFTER_RESTORE = "/projets/P-1/"


def fill(_file: Path) -> None:
    """Write a person, a portfolio and two files."""
    person = User.objects.create_user(username="manager", password=PASSWORD)
    establish_grant(user=person, role=Role.PORTFOLIO_DIRECTOR, valid_from=dt.date(2020, 1, 1))
    build_sample(person)
    media = Path(settings.MEDIA_ROOT)
    (media / "pieces").mkdir(parents=True)
    (media / "pieces" / "note.txt").write_text("une pièce", encoding="utf-8")


def write(file: Path) -> None:
    """Pay and record the event, in one transaction each time, until the file is there."""
    signed = Commitment.objects.get(source_reference="C-1")
    number = 0
    while not file.exists():
        number += 1
        reference = f"{file.name}-{connection.vendor}-{number}-{id(signed)}-{sys.argv[3]}"
        with transaction.atomic():
            Payment.objects.create(
                source_reference=reference[:80],
                commitment=signed,
                amount=Decimal("0.01"),
                paid_on=dt.date(2025, 6, 1),
                fiscal_year=2025,
                recorded_at=RECORDED,
            )
            record_event(actor=None, verb="paid", object_code=reference[:80])


def login(_file: Path) -> None:
    """Log in by the page, and open a sheet."""
    client = Client()
    refused = client.post("/connexion/", {"username": "manager", "password": "another"})
    entered = client.post("/connexion/", {"username": "manager", "password": PASSWORD})
    sheet = client.get(AFTER_RESTORE)
    sys.stdout.write(json.dumps([refused.status_code, entered.status_code, sheet.status_code]))


STEPS: dict[str, Callable[[Path], None]] = {
    "fill": fill,
    "write": write,
    "login": login,
}

if __name__ == "__main__":
    STEPS[sys.argv[1]](Path(sys.argv[2]))
