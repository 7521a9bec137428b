"""The fictitious portfolio of a seed: the same seed gives the same tables, whatever the day."""

from __future__ import annotations

import random

from web.demo.contracts import add_contracts
from web.demo.ledger import add_ledger
from web.demo.projects import add_projects
from web.demo.tables import Tables


def generate(seed: int = 1) -> Tables:
    """Return the import tables of the fictitious portfolio."""
    draw = random.Random(seed)  # noqa: S311 - made-up figures, no secret
    tables = Tables()
    runs = add_projects(tables, draw)
    book = add_ledger(tables, runs, draw)
    add_contracts(tables, book, draw)
    return tables
