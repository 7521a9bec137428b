"""The table « Suivi des CP associés à la consommation des AE » of the PAP (domain §1.6).

What is left to pay at the end of the previous exercise, by estimation, and when; the new AE of
the finance bill, and the keys by which their CP are opened.
"""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from budgets.enums import MovementKind
from budgets.models import OPENED
from budgets.tables.layout import Layout, Line
from budgets.tables.perimeter import Source

# The columns of the layout: the exercise, the two next ones, and all that follow.
COLUMNS = (1, 2, 3, 4)


def programming_layout(year: int) -> Layout:
    """Return the layout of the PAP of an exercise. Amounts are cents TTC, keys whole percents."""
    return Layout(_LINES, _sources(year))


def _sources(year: int) -> dict[str, Source]:
    bill = Q(kind=MovementKind.FINANCE_BILL, fiscal_year=year)
    before = Q(fiscal_year=year - 1)
    settled = Q(fiscal_year__lte=year - 2)
    sources = {
        "left_committed": Source("commitments", "amount", settled),
        "left_paid": Source("payments", "amount", settled),
        "opened_ae": Source("movements", "ae", OPENED & before),
        "opened_cp": Source("movements", "cp", OPENED & before),
        "new_ae": Source("movements", "ae", bill),
    }
    earlier = Q(commitment__commitment_year__lte=year - 2) | (
        _through("movement__", OPENED) & Q(movement__fiscal_year=year - 1)
    )
    new = Q(movement__kind=MovementKind.FINANCE_BILL, movement__fiscal_year=year)
    for column in COLUMNS:
        due = _due(year, column)
        sources[f"earlier_{column}"] = Source("schedules", "amount", earlier & due)
        sources[f"new_{column}"] = Source("schedules", "amount", new & due)
    return sources


def _due(year: int, column: int) -> Q:
    """Return the exercises of a column."""
    if column == COLUMNS[-1]:
        return Q(fiscal_year__gte=year + column - 1)
    return Q(fiscal_year=year + column - 1)


def _through(path: str, condition: Q) -> Q:
    """Return a plain condition on what a path leads to."""
    return Q(**{f"{path}{name}": value for name, value in condition.children})  # type: ignore[misc]


_EARLIER = (
    _("CP of the exercise on earlier AE"),
    _("CP of the next exercise on earlier AE"),
    _("CP of the second next exercise on earlier AE"),
    _("CP of later exercises on earlier AE"),
)
_NEW = (
    _("CP of the exercise on new AE"),
    _("CP of the next exercise on new AE"),
    _("CP of the second next exercise on new AE"),
    _("CP of later exercises on new AE"),
)
_TOTALS = (
    _("Total of the CP of the exercise"),
    _("Total of the CP of the next exercise"),
    _("Total of the CP of the second next exercise"),
    _("Total of the CP of later exercises"),
)
_KEYS = (
    _("Key of the CP of the exercise on new AE"),
    _("Key of the CP of the next exercise on new AE"),
    _("Key of the CP of the second next exercise on new AE"),
    _("Key of the CP of later exercises on new AE"),
)
_LINES = (
    Line(
        "A1", _("Commitments not covered at the end of the exercise before the last one"),
        ((1, "left_committed"), (-1, "left_paid")),
    ),
    Line("A2", _("AE opened in the last exercise"), ((1, "opened_ae"),)),
    Line("A3", _("CP opened in the last exercise"), ((1, "opened_cp"),)),
    Line(
        "A4", _("Commitments not covered at the end of the last exercise, estimated"),
        ((1, "A1"), (1, "A2"), (-1, "A3")), "A4 = A1 + A2 − A3",
    ),
    *(
        Line(f"B{n}", _EARLIER[n - 1], ((1, f"earlier_{n}"),),
             "B1 + B2 + B3 + B4 = A4" if n == COLUMNS[-1] else "")
        for n in COLUMNS
    ),
    Line("C0", _("New AE of the exercise (bill and earmarked funds)"), ((1, "new_ae"),)),
    *(
        Line(f"C{n}", _NEW[n - 1], ((1, f"new_{n}"),),
             "C1 + C2 + C3 + C4 = C0" if n == COLUMNS[-1] else "")
        for n in COLUMNS
    ),
    *(
        Line(f"T{n}", _TOTALS[n - 1], ((1, f"B{n}"), (1, f"C{n}")), f"T{n} = B{n} + C{n}")
        for n in COLUMNS
    ),
    *(
        Line(f"K{n}", _KEYS[n - 1], ((1, f"C{n}"),), f"K{n} = C{n} ÷ C0", "C0")
        for n in COLUMNS
    ),
)  # fmt: skip
