"""Settings of the servers that are guessed against: each password check writes one line."""

from __future__ import annotations

import os

from dne_portfolio.settings.test import *  # noqa: F403 (settings are layered)

PASSWORD_HASHERS = ["tests.accounts.guessing_hasher.CountingHasher"]
TRIES_BY_ACCOUNT = int(os.environ["TRIES_BY_ACCOUNT"])
# The account alone is to stop the guesses: the network is let through.
TRIES_BY_NETWORK = 1_000_000
