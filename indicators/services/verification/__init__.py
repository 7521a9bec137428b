"""Verification of the ledgers: nothing is written, everything that does not agree is named."""

from __future__ import annotations

from indicators.services.verification.digests import table_digest
from indicators.services.verification.reading import consistent_read
from indicators.services.verification.report import Mismatch, Report
from indicators.services.verification.whole import verify_ledger

__all__ = ["Mismatch", "Report", "consistent_read", "table_digest", "verify_ledger"]
