"""A scenario in a browser: the cut moves as a ceiling is typed, and the version stays as it is."""

from __future__ import annotations

from typing import Any

import pytest

from budgets.models import ProgrammingAmount, ProgrammingEdit, Scenario

pytestmark = pytest.mark.browser


def state() -> tuple[Any, ...]:
    """Return what the programming holds, and how many edits made it."""
    amounts = ProgrammingAmount.objects.order_by("pk").values_list("pk", "proposed_ae")
    return ProgrammingEdit.objects.count(), *amounts


def test_the_cut_moves_at_once_when_a_ceiling_is_typed_and_nothing_is_written(visit: Any) -> None:
    scenario = Scenario.objects.filter(programming_version__fiscal_year=2027).first()
    assert scenario is not None
    before = state()
    visitor = visit()
    visitor.log_in("budget")
    assert visitor.go(f"/budget/programmation/scenarios/{scenario.pk}/") == 200
    page = visitor.page
    assert page.locator("tr[data-cut]").count() == 0
    ceiling = page.locator("#id_ae")
    ceiling.fill("5 M€")
    page.locator("tr[data-cut]").wait_for()
    assert ceiling.evaluate("field => field === document.activeElement")
    few = page.locator("tr.pf-muted[data-line]").count()
    ceiling.fill("4 M€")
    page.wait_for_function(
        "few => document.querySelectorAll('tr.pf-muted[data-line]').length > few", arg=few
    )
    assert "ae=4" in page.url
    assert state() == before
    assert visitor.complaints == []
