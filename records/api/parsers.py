"""Files in: multipart/form-data, bounded before anything is read."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import MultiPartParser

from records.rules.files import LARGEST_FILE

# The file, its fields and the boundaries.
LARGEST_BODY = LARGEST_FILE + 64 * 1024


class BoundedMultiPartParser(MultiPartParser):
    """Refuse a body that says it is larger than a file may be."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Parse the body, or raise a 400."""
        request = (parser_context or {})["request"]
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > LARGEST_BODY:
            raise ParseError("The body is larger than 20 MB.")
        return super().parse(stream, media_type, parser_context)
