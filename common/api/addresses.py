"""What answers as an API under /api/, beside the two pages that people read there."""

from __future__ import annotations

ROOT = "/api/"
PAGES = "/api/acces/"


def is_api_path(path: str) -> bool:
    """Whether an address is answered in problem documents, limits and tokens.

    The documentation (/api/) and the accesses (/api/acces/) are pages: log-in and HTML.
    """
    return path.startswith(ROOT) and path != ROOT and not path.startswith(PAGES)
