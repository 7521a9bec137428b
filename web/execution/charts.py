"""Charts of execution: the months of an exercise, and the credits from the act to what is left."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from budgets.tables.following import Figures, Month
from common.money import from_cents
from common.templatetags.amounts import in_millions
from web.charts.curves import Curve, CurveChart, curve_chart
from web.charts.shapes import Chart


def months_chart(months: list[Month], whole: Figures, *, reached: int, where: str) -> Chart:
    """Return the cumulative curves of an exercise, drawn up to the month reached.

    Net credits are those of the month reached, schedules are expected to the end of the year.
    """
    usable = {ledger: from_cents(whole.values[f"{ledger}_usable"]) for ledger in ("ae", "cp")}
    last = months[reached - 1]
    conclusion = _(
        "%(ae)s M€ of AE committed out of %(ae_all)s of net credits, %(cp)s M€ of CP paid out of"
        " %(cp_all)s, %(planned)s M€ of CP expected by the schedules."
    ) % {
        "ae": in_millions(from_cents(last.ae_committed)),
        "ae_all": in_millions(usable["ae"]),
        "cp": in_millions(from_cents(last.cp_paid)),
        "cp_all": in_millions(usable["cp"]),
        "planned": in_millions(from_cents(months[-1].cp_planned)),
    }

    def known(name: str) -> list[object]:
        return [
            from_cents(getattr(month, name)) if index < reached else None
            for index, month in enumerate(months)
        ]

    steps: list[dt.date] = [month.start for month in months]
    planned = [from_cents(month.cp_planned) for month in months]
    return curve_chart(
        CurveChart(
            key="months",
            title=_("Cumulative execution by month (M€)"),
            conclusion=conclusion,
            source=_("Source: ledgers, TTC, %(where)s.") % {"where": where},
            caption=_("AE and CP, M€ TTC, %(where)s") % {"where": where},
            steps=steps,
            curves=[
                Curve(_("AE net credits"), "pf-l-ae-ceiling", [usable["ae"]] * len(steps)),
                Curve(_("AE committed"), "pf-l-ae", known("ae_committed"), "pf-t-ae"),  # type: ignore[arg-type]
                Curve(_("CP net credits"), "pf-l-cp-ceiling", [usable["cp"]] * len(steps)),
                Curve(_("CP expected"), "pf-l-plan", list(planned), "pf-t-plan"),
                Curve(_("CP paid"), "pf-l-cp", known("cp_paid"), "pf-t-cp"),  # type: ignore[arg-type]
            ],
        ),
        width=760,
    )
