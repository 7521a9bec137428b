"""From the credits voted to what is left: the steps, each with the rows that make it.

Domain §1.5: opened − frozen − committed or paid, by group of movements. Cents TTC.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from budgets.enums import FREEZING_KINDS, MovementKind
from budgets.models import ALLOCATED, CONSUMING
from budgets.tables.layout import Layout, Line
from budgets.tables.perimeter import Source

K = MovementKind
# The groups of movements, in the order in which an exercise meets them.
GROUPS: tuple[tuple[str, object, frozenset[str]], ...] = (
    (
        "initial", _("initial credits (LFI, voted services, distribution)"),
        frozenset({K.VOTED_SERVICES, K.INITIAL_FINANCE_ACT, K.INITIAL_DISTRIBUTION}),
    ),
    ("frozen", _("reserve and freezes, net of releases"), FREEZING_KINDS),
    ("carried", _("carry-overs"), frozenset({K.CARRY_OVER})),
    ("earmarked", _("earmarked funds (FdC, AdP)"), frozenset({K.EARMARKED_FUND})),
    (
        "moved", _("virements, transfers, fungibility"),
        frozenset({K.VIREMENT, K.TRANSFER, K.ASYMMETRIC_FUNGIBILITY}),
    ),
    (
        "acts", _("amending acts, advance decrees, cancellations"),
        frozenset({K.AMENDING_FINANCE_ACT, K.ADVANCE_DECREE, K.CANCELLATION}),
    ),
)  # fmt: skip


def waterfall_layout(year: int, ledger: str) -> Layout:
    """Return the steps of AE (`ae`) or of CP (`cp`) of an exercise.

    The last line is what is available before the reservations of decisions, which are told apart.
    """
    own = Q(fiscal_year=year)
    sources = {
        f"{key}_rows": Source("movements", ledger, own & Q(kind__in=sorted(kinds)))
        for key, _label, kinds in GROUPS
    }
    steps = [
        Line(key, label, ((-1 if key == "frozen" else 1, f"{key}_rows"),))
        for key, label, _kinds in GROUPS
    ]
    used: tuple[Line, ...]
    if ledger == "ae":
        sources |= {
            "allocated": Source("movements", "ae", own & ALLOCATED),
            "on_tranches": Source(
                "commitments", "amount", own & CONSUMING & Q(tranche__isnull=False)
            ),
            "used_rows": Source("commitments", "amount", own & CONSUMING),
        }
        used = (
            Line("used", _("committed"), ((-1, "used_rows"),)),
            Line(
                "allotted", _("allotted to operations and not committed"),
                ((-1, "allocated"), (1, "on_tranches")),
            ),
        )  # fmt: skip
    else:
        sources |= {"used_rows": Source("payments", "amount", own)}
        used = (Line("used", _("paid"), ((-1, "used_rows"),)),)
    net = Line("net", _("net credits"), _terms(steps))
    left = Line("left", _("available before reservations"), ((1, "net"), *_terms(used)))
    return Layout((*steps, net, *used, left), sources)


def _terms(lines: Iterable[Line]) -> tuple[tuple[int, str], ...]:
    return tuple((1, line.key) for line in lines)
