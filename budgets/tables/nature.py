"""The cost of a project by nature, as the PAP sheet of large projects prints it (table T10).

Source: PAP « grands projets informatiques », layout of domain §2.2. For the bill of year N: what
was executed up to N − 3 and in N − 2, the credits of N − 1 and of the bill, and the CP that
schedules expect after N. Cents TTC, AE and CP apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from budgets.enums import CreditType, MovementKind
from budgets.models import OPENED
from budgets.tables.perimeter import Perimeter, Source

STEPS = ("before", "executed", "current", "bill", "after")
LEDGERS = ("ae", "cp")


@dataclass(slots=True)
class NatureRow:
    """A line of the table: cents by step and ledger; AE after N are unknown until programmed."""

    label: object
    cents: dict[tuple[str, str], int] = field(default_factory=dict)

    def amount(self, step: str, ledger: str) -> int | None:
        """Return the cents of a cell; None for what no ledger holds."""
        return self.cents.get((step, ledger))

    def total(self, ledger: str) -> int:
        """Return the sum of what is known."""
        return sum(self.cents.get((step, ledger), 0) for step in STEPS)


def cost_by_nature(perimeter: Perimeter) -> list[NatureRow]:
    """Return HT2, T2 and their total, for the bill of the exercise of the perimeter.

    The credit type of the perimeter is not read. Four statements a nature.
    """
    year = perimeter.fiscal_year
    sources = _sources(year)
    rows = []
    for kind, label in ((CreditType.HT2, _("other than title 2")), (CreditType.T2, _("title 2"))):
        sums = replace(perimeter, credit_type=kind).sums(sources)
        cells = {_cell(name): cents for name, cents in sums.items()}
        rows.append(NatureRow(label, cells))
    whole = NatureRow(_("Total"))
    for row in rows:
        for key, cents in row.cents.items():
            whole.cents[key] = whole.cents.get(key, 0) + cents
    return [*rows, whole]


def steps_of(year: int) -> list[tuple[str, object]]:
    """Return the steps and their headings for the bill of a year."""
    years = {"before": year - 3, "executed": year - 2, "current": year - 1, "after": year + 1}
    return [
        ("before", _("%(year)s and before, executed") % {"year": years["before"]}),
        ("executed", _("%(year)s, executed") % {"year": years["executed"]}),
        ("current", _("%(year)s, credits opened") % {"year": years["current"]}),
        ("bill", _("%(year)s, bill") % {"year": year}),
        ("after", _("%(year)s and after, schedules") % {"year": years["after"]}),
    ]


def _sources(year: int) -> dict[str, Source]:
    bill = Q(kind=MovementKind.FINANCE_BILL, fiscal_year=year)
    current = OPENED & Q(fiscal_year=year - 1)
    return {
        "before_ae": Source("commitments", "amount", Q(fiscal_year__lte=year - 3)),
        "executed_ae": Source("commitments", "amount", Q(fiscal_year=year - 2)),
        "current_ae": Source("movements", "ae", current),
        "bill_ae": Source("movements", "ae", bill),
        "before_cp": Source("payments", "amount", Q(fiscal_year__lte=year - 3)),
        "executed_cp": Source("payments", "amount", Q(fiscal_year=year - 2)),
        "current_cp": Source("movements", "cp", current),
        "bill_cp": Source("movements", "cp", bill),
        "after_cp": Source("schedules", "amount", Q(fiscal_year__gt=year)),
    }


def _cell(name: str) -> tuple[str, str]:
    step, ledger = name.rsplit("_", 1)
    return step, ledger
