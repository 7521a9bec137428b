"""Whatever the portfolio: it is imported whole, once, with the sums that it holds."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budgets.models import Payment
from common.tabular.columns import strip_mark
from projects.models import Project
from tests.imports.folders import Tables, right_tables, run, write_tables

amounts = (
    st.integers(min_value=-(10**9), max_value=10**9)
    .filter(bool)
    .map(lambda cents: Decimal(cents).scaleb(-2))
)
# Any text that a cell can hold: quotes, separators, line ends, accents, other scripts; but for the
# mark that exports put before what a spreadsheet would compute, which reading takes away.
titles = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "Zs", "S")), min_size=1, max_size=60
).filter(lambda text: text.strip() and "|" not in text and strip_mark(text) == text)


@st.composite
def portfolios(draw: st.DrawFn) -> Tables:
    """Draw projects, the commitments of each and their payments, rows shuffled."""
    tables = right_tables()
    kept = {"portfolios", "nomenclature"}
    drawn: Tables = {name: rows for name, rows in tables.items() if name in kept}
    names = draw(st.lists(titles, min_size=1, max_size=5))
    drawn["projects"] = [
        {"code": f"H-{i}", "title": title, "portfolio": draw(st.sampled_from(["DNE", "DNE-SN"]))}
        for i, title in enumerate(names)
    ]
    drawn["commitments"] = [
        tables["commitments"][0] | {"source_reference": f"EJ-{i}", "project": f"H-{i}"}
        for i in range(len(names))
    ]
    drawn["payments"] = [
        tables["payments"][0]
        | {"source_reference": f"DP-{i}", "amount": amount, "commitment": f"EJ-{i % len(names)}"}
        for i, amount in enumerate(draw(st.lists(amounts, min_size=1, max_size=20)))
    ]
    return {name: draw(st.permutations(rows)) for name, rows in drawn.items()}


@pytest.mark.django_db
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tables=portfolios())
def test_any_portfolio_is_imported_whole_and_once(tables):
    with tempfile.TemporaryDirectory() as parent, transaction.atomic():
        folder = write_tables(Path(parent) / "drawn", tables)
        result = run(folder)
        assert (result.status, result.errors) == ("applied", [])
        counts = {name: counted["created"] for name, counted in result.counts.items()}
        assert counts == {name: len(rows) for name, rows in tables.items()}
        total = sum((row["amount"] for row in tables["payments"]), Decimal(0))
        assert Payment.objects.aggregate(total=Sum("amount"))["total"] == total
        read = dict(Project.objects.values_list("code", "title"))
        assert read == {row["code"]: row["title"].strip() for row in tables["projects"]}
        assert run(folder).status == "already_imported"
        transaction.set_rollback(True)
