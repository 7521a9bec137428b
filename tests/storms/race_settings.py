"""Settings of the servers of a race for credits: one officer, known at once; a protection off."""

from __future__ import annotations

import os

from dne_portfolio.settings.test import *  # noqa: F403 (settings are layered)
from dne_portfolio.settings.test import DATABASES, REST_FRAMEWORK

REST_FRAMEWORK = {
    **REST_FRAMEWORK,
    "DEFAULT_AUTHENTICATION_CLASSES": ["tests.storms.race_officer.Officer"],
}
if os.environ.get("RACE_OFF") == "immediate":
    DATABASES["default"]["OPTIONS"]["transaction_mode"] = "DEFERRED"
