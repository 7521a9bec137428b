"""Measure `verify_ledger` on a million lines of ledgers.

    python3 benchmarks/verify_ledgers.py [--lines 1000000]

One line in ten is a commitment, one a credit movement, two are certified services, one a payment
request, the others payments; each project has its indicators computed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from bench import database, manage, psycopg, tell, tell_load, verdict
from extract import PROJECTS, UNITS, write_referentials

MOST_SECONDS = 60
MOST_MEGABYTES = 400
_FACT = "data_origin, source_reference, document_reference, document_version, recorded_at"
_FACT += ", source_file"
_IMPUTED = "credit_type, is_earmarked, fiscal_year"


def fill(url: str, lines: int) -> None:
    """Write the lines, in the database, from those of the referentials."""
    share = lines // 10
    with psycopg.connect(url, autocommit=True) as connection:
        for table, columns, values, count in _ledgers(share):
            connection.execute(
                f"INSERT INTO budgets_{table} ({_FACT}, {columns})"
                f" SELECT 'fictitious', '{table}-' || n, '', 1, now(), '', {values}"
                f" FROM generate_series(1, {count}) AS n"
            )
        connection.execute("ANALYZE")


def _ledgers(share: int) -> list[tuple[str, str, str, int]]:
    node = f"(SELECT min(id) + 7 FROM budgets_nomenclaturenode) + n % {UNITS}"
    project = f"(SELECT min(id) FROM projects_project) + n % {PROJECTS}"
    commitment = f"(SELECT max(id) - {share} FROM budgets_commitment) + 1 + n % {share}"
    day = "date '2025-01-01' + n % 365"
    amount = "100 + n % 900"
    return [
        ("creditmovement", f"{_IMPUTED}, node_id, project_id, kind, ae, cp, effective_on,"
         " legal_basis, act_reference, ceiling_law",
         f"'ht2', false, 2025, {node}, {project}, 'initial_finance_act', {amount}, {amount}, {day},"
         " '', '', ''", share),
        ("commitment", f"{_IMPUTED}, node_id, project_id, legal_reference, line_number, label,"
         " supplier, amount, committed_on, commitment_year, is_recyclable",
         f"'ht2', false, 2025, {node}, {project}, 'EJV' || n, '1', '', '', 100000, {day}, 2025,"
         " false", share),
        ("servicedone", "commitment_id, fiscal_year, amount, done_on",
         f"{commitment}, 2025, {amount}, {day}", 2 * share),
        ("paymentrequest", "commitment_id, fiscal_year, amount, requested_on, number,"
         " invoice_number", f"{commitment}, 2025, {amount}, {day}, 'DP' || n, ''", share),
        ("payment", "commitment_id, fiscal_year, amount, paid_on, payment_request, is_advance",
         f"{commitment}, 2025, {amount}, {day}, '', false", 5 * share),
    ]  # fmt: skip


def main() -> int:
    """Measure and print; return 1 when the bound is not held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    lines = parser.parse_args().lines
    with tempfile.TemporaryDirectory() as parent, database() as url:
        known = write_referentials(Path(parent) / "referentials", 100)
        manage(url, "import_portfolio", str(known))
        fill(url, lines)
        computed = manage(url, "compute_indicators")
        tell(f"indicators of {PROJECTS} projects", f"{computed.seconds:.1f} s")
        verified = manage(url, "verify_ledger", "--format", "json")
        told = json.loads(verified.output)
        tell("rows verified", f"{sum(told['rows'].values())}, {told['status']}")
        tell("verify_ledger", f"{verified.seconds:.1f} s, {verified.megabytes:.0f} MB")
        tell("its processor time, the database set aside", f"{verified.processor:.1f} s")
        tell_load()
        return verdict(
            {
                f"at most {MOST_SECONDS} s": verified.seconds <= MOST_SECONDS,
                f"at most {MOST_MEGABYTES} MB": verified.megabytes <= MOST_MEGABYTES,
                "the ledgers are sound": told["status"] == "sound",
            }
        )


if __name__ == "__main__":
    sys.exit(main())
