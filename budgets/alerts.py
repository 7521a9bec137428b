"""The rules on credits, as the checks that open alerts."""

from __future__ import annotations

from budgets.enums import RuleCode
from budgets.messages import sentence
from records.alert_sources import AlertSource

SOURCES = tuple(AlertSource(code.value, code.label, sentence) for code in RuleCode)
