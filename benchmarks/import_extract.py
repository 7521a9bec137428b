"""Measure the import of a large accounting extract beside COPY of the very same rows.

    python3 benchmarks/import_extract.py [--lines 500000]

COPY fills, in the same run, a table of the same columns, constraints, foreign keys and indexes,
then one of the same columns and nothing else. The import reads and checks every cell, finds what
each row names, compares with what is known, writes, and can be undone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from bench import database, manage, psycopg, tell, tell_load, verdict
from extract import LINES_BY_COMMITMENT, write_payments, write_referentials

LEAST_RATIO = 1 / 40
MOST_MEGABYTES = 400
_TABLE = "budgets_payment"
_UNDO = """
from accounts.models import User
from records.models import ImportBatch
from records.services.undo import confirm_undo, request_undo
one, other = (User.objects.create(username=name) for name in ("one", "other"))
batch = ImportBatch.objects.order_by("-pk").first()
request_undo(actor=one, batch_id=batch.pk, reason="measure")
confirm_undo(actor=other, batch_id=batch.pk)
"""


def copy_seconds(url: str, *, is_bare: bool) -> float:
    """Return the seconds that COPY takes to write the payments to another such table.

    With every constraint, foreign key and index of theirs, or, `is_bare`, without any.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS copied")
        options = "" if is_bare else "INCLUDING ALL"
        connection.execute(f"CREATE TABLE copied (LIKE {_TABLE} {options})")
        if not is_bare:
            found = connection.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
                f" WHERE conrelid = '{_TABLE}'::regclass AND contype = 'f'"
            ).fetchall()
            for name, definition in found:
                definition = definition.replace(_TABLE, "copied")
                connection.execute(f"ALTER TABLE copied ADD CONSTRAINT {name} {definition}")
        with tempfile.TemporaryFile() as rows:
            with connection.cursor().copy(f"COPY (SELECT * FROM {_TABLE}) TO STDOUT") as source:
                for piece in source:
                    rows.write(piece)
            rows.seek(0)
            began = time.monotonic()
            with connection.cursor().copy("COPY copied FROM STDIN") as target:
                while piece := rows.read(1 << 18):
                    target.write(piece)
            took = time.monotonic() - began
        connection.execute("DROP TABLE copied")
    return took


def main() -> int:
    """Measure and print; return 1 when a bound is not held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=500_000)
    lines = parser.parse_args().lines
    with tempfile.TemporaryDirectory() as parent, database() as url:
        folder = Path(parent)
        commitments = max(1, lines // LINES_BY_COMMITMENT)
        known = write_referentials(folder / "referentials", commitments)
        before = manage(url, "import_portfolio", str(known))
        tell(f"referentials and {commitments} commitments", f"{before.seconds:.1f} s")
        extract = write_payments(folder / "extract", lines)
        imported = manage(url, "import_portfolio", str(extract))
        rate = lines / imported.seconds
        tell(f"import of {lines} payments", f"{imported.seconds:.1f} s, {rate:,.0f} rows/s")
        tell("processor time of the import, by row", f"{imported.processor / lines * 1e6:.0f} µs")
        tell_load()
        tell("peak memory of the import", f"{imported.megabytes:.0f} MB")
        full, bare = copy_seconds(url, is_bare=False), copy_seconds(url, is_bare=True)
        tell("COPY, with constraints and indexes", f"{full:.1f} s, {lines / full:,.0f} rows/s")
        tell("COPY, without any", f"{bare:.1f} s, {lines / bare:,.0f} rows/s")
        tell("import to COPY with constraints and indexes", f"1/{imported.seconds / full:.1f}")
        tell("import to COPY without any", f"1/{imported.seconds / bare:.1f}")
        again = manage(url, "import_portfolio", str(extract))
        tell("the same file again", f"{again.seconds:.1f} s, {again.megabytes:.0f} MB")
        undone = manage(url, code=_UNDO)
        tell("undo of the batch", f"{undone.seconds:.1f} s, {undone.megabytes:.0f} MB")
        peak = max(imported.megabytes, again.megabytes, undone.megabytes)
        return verdict(
            {
                "at least 1/40 of COPY with constraints and indexes": full / imported.seconds
                >= LEAST_RATIO,
                "at least 1/40 of COPY without any": bare / imported.seconds >= LEAST_RATIO,
                f"at most {MOST_MEGABYTES} MB": peak <= MOST_MEGABYTES,
            }
        )


if __name__ == "__main__":
    sys.exit(main())
