"""A stored file as an answer that a browser saves and never shows, for the pages and the API."""

from __future__ import annotations

import re
from urllib.parse import quote

from django.http import FileResponse

from records.models import AttachmentFile
from records.services.storage import open_verified

# Whatever the file holds, nothing in it runs, even where a browser would show it.
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
MEDIA_TYPE = "application/octet-stream"


def as_download(file: AttachmentFile) -> FileResponse:
    """Return a file that is still the one received. Raises AlteredFile."""
    content = open_verified(file.stored_name, file.sha256)
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", file.file_name)
    named = quote(file.file_name, safe="")
    response = FileResponse(content, content_type=MEDIA_TYPE)
    response["Content-Length"] = str(file.size)
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{named}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    return response
