"""A password hasher that says in a file, shared by every process, that it was asked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import MD5PasswordHasher


class CountingHasher(MD5PasswordHasher):
    """Append one byte for each check of a password (an append of one byte is atomic)."""

    def verify(self, password: str, encoded: str) -> Any:
        """Count, then check."""
        with Path(os.environ["CHECKS_FILE"]).open("ab", buffering=0) as checks:
            checks.write(b"x")
        return super().verify(password, encoded)
