"""A QR code as the path of an SVG: drawn inside the page, no image is asked of anybody."""

from __future__ import annotations

from dataclasses import dataclass

import qrcode


@dataclass(frozen=True)
class QrCode:
    """The side of the square, quiet zone included, and the path of its dark cells."""

    side: int
    path: str


def qr_of(text: str) -> QrCode:
    """Return the code of a text."""
    code = qrcode.QRCode(border=4)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    cells = [
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    ]
    return QrCode(len(rows), "".join(cells))
