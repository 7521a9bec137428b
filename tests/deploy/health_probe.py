"""Answer `/health/ready` once a line of the standard input: status, seconds, checks that fail."""

from __future__ import annotations

import json
import sys
import time

import django

django.setup()

from django.test import Client  # noqa: E402 (the site is ready after setup)

for _line in sys.stdin:
    started = time.monotonic()
    answer = Client().get("/health/ready")
    bad = {name: one for name, one in answer.json()["checks"].items() if one["state"] != "ok"}
    sys.stdout.write(json.dumps([answer.status_code, time.monotonic() - started, bad]) + "\n")
    sys.stdout.flush()
