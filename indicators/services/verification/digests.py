"""Digests of tables: equal on two databases when, and only when, they hold the same rows."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal
from typing import Any

from django.db import models

CHUNK = 5_000
# Written as they are.
_PLAIN = frozenset({str, int, bool, type(None), float, dict, list})
_write = json.JSONEncoder(sort_keys=True).encode


def table_digest(model: type[models.Model], *columns: str, key: str = "pk") -> tuple[int, str]:
    """Return the number of rows and the SHA-256 of a table, by `key`; one query.

    Without `columns`, every stored column. Values are written the same on both engines: amounts
    with their two decimals, moments in UTC, JSON with sorted keys.
    """
    names = columns or tuple(field.attname for field in model._meta.concrete_fields)
    digest, count = hashlib.sha256(), 0
    rows = model._base_manager.order_by(key).values_list(*names)
    for row in rows.iterator(chunk_size=CHUNK):
        plain = [value if value.__class__ in _PLAIN else _plain(value) for value in row]
        digest.update(_write(plain).encode())
        count += 1
    return count, digest.hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date | Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value if isinstance(value, dict | list | bool | int | float) else value and str(value)
