"""XML of strangers: no document type, no entity, no great depth; the rest by small watchers."""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from common.tabular_child.refusal import Refusal

_DEPTH = 100

Attributes = dict[str, str]


def local(name: str) -> str:
    """Return a name without its prefix."""
    return name.rpartition(":")[2] if ":" in name else name


class XmlPart:
    """One part while it is read; a subclass looks at what it needs.

    Raises Refusal `xml_entities` at the first declaration, `unreadable_workbook` when malformed.
    """

    def __init__(self) -> None:
        self.depth = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self.text
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse
        self._parser.UnparsedEntityDeclHandler = self._refuse

    def feed(self, piece: bytes) -> None:
        """Read a piece."""
        self._parse(piece, last=False)

    def close(self) -> None:
        """Read the end."""
        self._parse(b"", last=True)

    def _parse(self, piece: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(piece, last)
        except expat.ExpatError as error:
            raise Refusal("unreadable_workbook", detail=f"XML: {error}") from None

    def _refuse(self, *_declaration: Any) -> None:
        raise Refusal("xml_entities")

    def _start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if self.depth > _DEPTH:
            raise Refusal("unreadable_workbook", detail="XML: too deep")
        self.start(local(name), attributes)

    def _end(self, name: str) -> None:
        self.end(local(name))
        self.depth -= 1

    def start(self, name: str, attributes: Attributes) -> None:
        """See an element begin; its name has no prefix, its attributes keep theirs."""

    def end(self, name: str) -> None:
        """See an element end."""

    def text(self, data: str) -> None:
        """See text."""
