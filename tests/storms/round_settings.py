"""Settings of the servers of a storm on a round: people are whom they say; a protection off."""

from __future__ import annotations

import os

from dne_portfolio.settings.test import *  # noqa: F403 (settings are layered)
from dne_portfolio.settings.test import DATABASES, REST_FRAMEWORK

REST_FRAMEWORK = {
    **REST_FRAMEWORK,
    "DEFAULT_AUTHENTICATION_CLASSES": ["tests.storms.round_people.Named"],
}
if os.environ.get("RACE_OFF") == "immediate":
    DATABASES["default"]["OPTIONS"]["transaction_mode"] = "DEFERRED"
