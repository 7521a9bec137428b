"""Every check of the ledgers, in one consistent read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from indicators.services.verification import credits, references, stored, sums
from indicators.services.verification.digests import table_digest
from indicators.services.verification.reading import consistent_read
from indicators.services.verification.report import Mismatch, Report
from indicators.services.verification.tables import LINKED, name_of

Check = Callable[[], Iterator[Mismatch]]
ERRORS: dict[str, Check] = {
    "references": references.broken_links,
    "batch_of_fact": references.facts_without_batch,
    "batch_rows": references.batches_without_facts,
    "whole_cents": sums.amounts_not_whole,
    "sums": sums.sums_by_level,
    "snapshot": stored.stale_totals,
    "rollup": stored.rollups_apart,
}
ALERTS: dict[str, Check] = {
    "execution_beyond_commitment": sums.executions_beyond,
    "act_balance": credits.acts_apart,
    "sums_level": credits.levels_apart,
    "reservation": credits.reservations_apart,
    "contract_project": references.contracts_elsewhere,
}


def verify_ledger() -> Report:
    """Check sums at every level, references and what was computed; write nothing.

    The number of queries depends on the tables, never on the rows. The digest of each table says
    whether two databases hold the same facts.
    """
    report = Report(checks=[*ERRORS, *ALERTS])
    with consistent_read():
        for check in ERRORS.values():
            report.errors += check()
        for check in ALERTS.values():
            report.alerts += check()
        # An amount that is no whole number cannot be read: the digest would only fail on it.
        if not any(one.check == "whole_cents" for one in report.errors):
            for model in LINKED:
                label = model._meta.label
                report.rows[label], report.digests[label] = table_digest(model, key=name_of(model))
    return report
