"""The table « Suivi des CP associés à la consommation des AE » of the RAP (domain §1.7).

AE opened, committed and left; CP opened and paid, on commitments of the exercise and of former
ones; what is left to pay at the end of the exercise, and when it should be paid.
"""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from budgets.models import ALLOCATED, OPENED
from budgets.tables.layout import Layout, Line
from budgets.tables.perimeter import Source


def execution_layout(year: int) -> Layout:
    """Return the layout of the RAP of an exercise.

    R2 is what the exercise changed of former commitments: withdrawals and works of the end of the
    year. F1 is expected on commitments of the exercise and before: R6 holds no later one.
    Amounts are cents TTC, AE and CP apart.
    """
    return Layout(_LINES, _sources(year))


def _sources(year: int) -> dict[str, Source]:
    own, former = Q(fiscal_year=year), Q(fiscal_year__lt=year)
    of_year, of_former = Q(commitment_year=year), Q(commitment_year__lt=year)
    paid_of_year = Q(commitment__commitment_year=year)
    paid_of_former = Q(commitment__commitment_year__lt=year)
    signed = Q(commitment__commitment_year__lte=year)
    return {
        "opened_ae": Source("movements", "ae", OPENED & own),
        "opened_cp": Source("movements", "cp", OPENED & own),
        "allocated": Source("movements", "ae", ALLOCATED & own),
        "committed": Source("commitments", "amount", own & of_year),
        "committed_on_tranches": Source(
            "commitments", "amount", own & of_year & Q(tranche__isnull=False)
        ),
        "changed": Source("commitments", "amount", own & of_former),
        "committed_before": Source("commitments", "amount", former),
        "paid_on_former": Source("payments", "amount", own & paid_of_former),
        "paid_on_year": Source("payments", "amount", own & paid_of_year),
        "paid_before": Source("payments", "amount", former),
        "expected": Source("schedules", "amount", Q(fiscal_year=year + 1) & signed),
    }


_LINES = (
    Line("E1", _("AE opened in the exercise"), ((1, "opened_ae"),), "E1 = E2 + E3 + E4"),
    Line("P1", _("CP opened in the exercise"), ((1, "opened_cp"),)),
    Line("E2", _("AE committed in the exercise"), ((1, "committed"),)),
    Line(
        "P2", _("CP used in the exercise"), ((1, "paid_on_former"), (1, "paid_on_year")),
        "P2 = P3 + P4",
    ),
    Line(
        "E3", _("AE allotted to operations and not committed"),
        ((1, "allocated"), (-1, "committed_on_tranches")),
    ),
    Line("P3", _("of which CP on commitments of former exercises"), ((1, "paid_on_former"),)),
    Line(
        "E4", _("AE neither allotted nor committed"), ((1, "E1"), (-1, "E2"), (-1, "E3")),
        "E4 = E1 − E2 − E3",
    ),
    Line("P4", _("of which CP on commitments of the exercise"), ((1, "paid_on_year"),)),
    Line(
        "R1", _("Former commitments not covered at the end of the previous exercise, gross"),
        ((1, "committed_before"), (-1, "paid_before")),
    ),
    Line("R2", _("Works of the end of the exercise on former commitments"), ((1, "changed"),)),
    Line(
        "R3", _("Former commitments not covered, net"), ((1, "R1"), (1, "R2")), "R3 = R1 + R2"
    ),
    Line(
        "R4", _("Former commitments not covered at the end of the exercise"),
        ((1, "R3"), (-1, "P3")), "R4 = R3 − P3",
    ),
    Line(
        "R5", _("Commitments of the exercise not covered at its end"), ((1, "E2"), (-1, "P4")),
        "R5 = E2 − P4",
    ),
    Line(
        "R6", _("Commitments not covered at the end of the exercise (left to pay)"),
        ((1, "R4"), (1, "R5")), "R6 = R4 + R5",
    ),
    Line("F1", _("CP expected in the next exercise on what is left to pay"), ((1, "expected"),)),
    Line(
        "F2", _("Most CP needed after the next exercise"), ((1, "R6"), (-1, "F1")), "F2 = R6 − F1"
    ),
)  # fmt: skip
