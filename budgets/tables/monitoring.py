"""The figures that execution is followed by, and the sums of ledgers that they are made of.

A figure is a line of sums, as those of the official tables: the rows behind it add up to it.
Amounts are cents TTC; AE and CP are never added together (LOLF art. 8).
"""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from budgets.models import CONSUMING, FROZEN, OPENED
from budgets.tables.layout import Layout, Line
from budgets.tables.perimeter import Source


def monitoring_layout(year: int) -> Layout:
    """Return the figures of an exercise: credits, commitments, services done, payments.

    What is left to pay counts the exercises up to this one (domain §1.7): it is a stock, the
    others are flows of the exercise.
    """
    return Layout(_LINES, _sources(year))


def _sources(year: int) -> dict[str, Source]:
    own, so_far = Q(fiscal_year=year), Q(fiscal_year__lte=year)
    return {
        "opened_ae": Source("movements", "ae", OPENED & own),
        "frozen_ae": Source("movements", "ae", FROZEN & own),
        "opened_cp": Source("movements", "cp", OPENED & own),
        "frozen_cp": Source("movements", "cp", FROZEN & own),
        "consumed": Source("commitments", "amount", own & CONSUMING),
        "committed_so_far": Source("commitments", "amount", so_far),
        "done": Source("services", "amount", own),
        "done_so_far": Source("services", "amount", so_far),
        "paid": Source("payments", "amount", own),
        "paid_so_far": Source("payments", "amount", so_far),
        "paid_on_services": Source("payments", "amount", so_far & Q(is_advance=False)),
    }


_LINES = (
    Line("ae_opened", _("AE opened"), ((1, "opened_ae"),)),
    Line("ae_frozen", _("AE frozen"), ((1, "frozen_ae"),)),
    Line("ae_usable", _("AE opened, net of what is frozen"), ((1, "opened_ae"), (-1, "frozen_ae"))),
    Line("ae_committed", _("AE committed"), ((1, "consumed"),)),
    Line("cp_opened", _("CP opened"), ((1, "opened_cp"),)),
    Line("cp_frozen", _("CP frozen"), ((1, "frozen_cp"),)),
    Line("cp_usable", _("CP opened, net of what is frozen"), ((1, "opened_cp"), (-1, "frozen_cp"))),
    Line("service_done", _("service done"), ((1, "done"),)),
    Line("cp_paid", _("CP paid"), ((1, "paid"),)),
    Line(
        "left_to_pay", _("left to pay"), ((1, "committed_so_far"), (-1, "paid_so_far")),
        _("committed − paid, this exercise and the former ones"),
    ),
    Line(
        "accrued_unpaid", _("accrued unpaid"), ((1, "done_so_far"), (-1, "paid_on_services")),
        _("services done − payments on services done"),
    ),
)  # fmt: skip
KEYS = tuple(line.key for line in _LINES)
