"""One process that sends an estimate under a key, and dies between the effect and the answer.

    python -m tests.api.crashing USERNAME KEY

It kills itself (SIGKILL) while its transaction is open, as a machine that loses its power does.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import django

django.setup()

from accounts.api import idempotency  # noqa: E402 (models come after the set-up)
from accounts.models import User  # noqa: E402
from projects.models import Estimate  # noqa: E402
from tests.api.conftest import client_of  # noqa: E402
from tests.api.test_recorded_rows import ESTIMATE  # noqa: E402


def die(**kwargs: Any) -> None:
    """The effect is there, inside the transaction; say so, and die."""
    sys.stdout.write(f"{Estimate.objects.filter(project__code='A-1').count()}\n")
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    idempotency.keep_answer = die
    client = client_of(User.objects.get(username=sys.argv[1]))
    headers = {"If-Match": '"1"', "Idempotency-Key": sys.argv[2]}
    client.post("/api/v1/estimates/", ESTIMATE, format="json", headers=headers)
