"""T3, what is signed and planned by year, and T6, the main acts of the exercise (domain §1.9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.db.models import BigIntegerField, F, Max, Q, Sum
from django.db.models.functions import Cast

from budgets.enums import RANKS, RuleCode
from budgets.models import BudgetRule, ProgrammingAmount, ProgrammingVersion
from budgets.rules.landing import still_due
from budgets.rules.programming import rank_of, stage_of
from budgets.rules.timetable import act_status, years_of_act
from budgets.tables.perimeter import Perimeter
from budgets.tables.programmed import Sums, TableRow, added, lines_in
from common.fiscal import month_end
from common.money import to_cents

_RAW = BigIntegerField()
_EJ = "commitment__legal_reference"


@dataclass(slots=True)
class _Act:
    """A commitment or a planned act; `before` is committed less paid on former exercises."""

    label: str = ""
    supplier: str = ""
    project: str | None = None
    before: int = 0
    ae: list[int] = field(default_factory=lambda: [0] * len(RANKS))
    paid: list[int] = field(default_factory=lambda: [0] * len(RANKS))
    due: list[int] = field(default_factory=lambda: [0] * len(RANKS))


def timetable(perimeter: Perimeter, version: ProgrammingVersion) -> tuple[list[TableRow], Sums]:
    """Return the rows of T3 and their total: signed commitments, then planned acts.

    A commitment is read in the ledgers: CP of the exercise are those paid, and those that its
    schedule still expects; left to pay is what is committed less paid, at the opening and at the
    closing of the exercise. A line of the version that names a commitment of the ledgers is that
    one: it is not told twice. Five statements.
    """
    signed = _signed(perimeter)
    rows = [
        _timed(f"ej-{number}", "signed", number, act)
        for number, act in sorted(signed.items())
        if act.before or any((*act.ae, *act.paid, *act.due))
    ]
    rows += _planned(perimeter, version, signed)
    return rows, added(dict(row.cents) for row in rows)


def _timed(key: str, kind: str, number: str, act: _Act) -> TableRow:
    cp = [paid + still_due(due, paid) for paid, due in zip(act.paid, act.due, strict=True)]
    words = {
        "kind": kind, "legal_reference": number, "label": act.label or None,
        "supplier": act.supplier or None, "project": act.project,
    }  # fmt: skip
    return TableRow(key, words, years_of_act(act.before, act.ae, cp))


def _signed(perimeter: Perimeter) -> dict[str, _Act]:
    """Return the commitments of a perimeter by number; three statements."""
    year = perimeter.fiscal_year
    found: dict[str, _Act] = {}
    rows = perimeter.rows("commitments").values_list("legal_reference", "fiscal_year")
    named = {
        "total": Sum(Cast(F("amount"), _RAW)),
        "own_label": Max("label", filter=Q(amount__gt=0)),
        "own_supplier": Max("supplier"),
        "own_project": Max("project__code"),
    }
    for number, when, total, label, supplier, project in rows.annotate(**named):
        act = found.setdefault(number, _Act())
        act.label = max(act.label, label or "")
        act.supplier = max(act.supplier, supplier or "")
        act.project = project or act.project
        rank = rank_of(year, when)
        if rank is None:
            act.before += int(total)
        else:
            act.ae[rank] += int(total)
    for ledger, name in (("payments", "paid"), ("schedules", "due")):
        read = perimeter.rows(ledger).filter(commitment__isnull=False)
        sums = read.values_list(_EJ, "fiscal_year").annotate(total=Sum(Cast(F("amount"), _RAW)))
        for number, when, total in sums:
            known, rank = found.get(number), rank_of(year, when)
            if known is not None and rank is not None:
                getattr(known, name)[rank] += int(total)
            elif known is not None and name == "paid":
                known.before -= int(total)
    return found


def _planned(
    perimeter: Perimeter, version: ProgrammingVersion, signed: Mapping[str, _Act]
) -> Iterator[TableRow]:
    """Yield the lines of a version that no commitment of the ledgers stands for; two statements."""
    amounts = amounts_of(perimeter, version)
    columns = (
        "pk", "label", "act_label", "act_supplier", "legal_reference", "project__code",
        Cast(F("opening_left_to_pay"), _RAW),
    )  # fmt: skip
    lines = lines_in(version, perimeter).order_by("project__code", "pk")
    for pk, label, act, supplier, number, project, opening in lines.values_list(*columns):
        if number in signed:
            continue
        ae, cp = amounts.get(pk, ([0] * len(RANKS), [0] * len(RANKS)))
        words = {
            "kind": "planned", "legal_reference": number or None, "label": act or label,
            "supplier": supplier or None, "project": project,
        }  # fmt: skip
        yield TableRow(f"line-{pk}", words, years_of_act(opening or 0, ae, cp))


def amounts_of(
    perimeter: Perimeter, version: ProgrammingVersion
) -> dict[int, tuple[list[int], list[int]]]:
    """Return the AE and CP of each line by rank, in the stage of its version; one statement."""
    stage = stage_of(version.kind)
    rows = ProgrammingAmount.objects.filter(line__in=lines_in(version, perimeter)).order_by()
    found: dict[int, tuple[list[int], list[int]]] = {}
    columns = [Cast(F(f"{stage}_{one}"), _RAW) for one in ("ae", "cp")]
    for pk, rank, ae, cp in rows.values_list("line_id", "rank", *columns):
        years = found.setdefault(pk, ([0] * len(RANKS), [0] * len(RANKS)))
        years[0][rank], years[1][rank] = ae or 0, cp or 0
    return found


@dataclass(frozen=True, slots=True)
class VisaThreshold:
    """From how many cents an act needs the visa of the budget controller, and by whose law."""

    cents: int
    source: str


def visa_threshold(day: dt.date) -> VisaThreshold | None:
    """Return the threshold of a day: rule R-17; None when none is in force."""
    rule = BudgetRule.objects.in_force(day).filter(code=RuleCode.VISA).first()
    if rule is None:
        return None
    return VisaThreshold(to_cents(rule.parameters["threshold"]), rule.legal_source)


def main_acts(
    perimeter: Perimeter, version: ProgrammingVersion, day: dt.date
) -> tuple[list[TableRow], Sums]:
    """Return the rows of T6, the planned acts of the version by AE of N, and their total.

    An act that reaches the threshold of the day needs the visa of the CBCM (rule R-17): None when
    no threshold is in force. It is signed when the commitment that it names stands in the ledgers,
    late when its month is over without it. Four statements.
    """
    threshold, amounts = visa_threshold(day), amounts_of(perimeter, version)
    signed = set(perimeter.rows("commitments").values_list("legal_reference", flat=True).distinct())
    columns = (
        "pk", "act_label", "act_procedure", "act_supplier", "project__code", "legal_reference",
        "act_month",
    )  # fmt: skip
    lines = lines_in(version, perimeter).exclude(act_label="")
    rows = []
    for pk, label, procedure, supplier, project, number, month in lines.values_list(*columns):
        ae, cp = amounts.get(pk, ([0], [0]))
        words = {
            "label": label,
            "procedure": procedure or None,
            "supplier": supplier or None,
            "project": project,
            "month": month,
            "needs_visa": None if threshold is None else ae[0] >= threshold.cents,
            "status": act_status(
                is_signed=number in signed, ends_on=month and month_end(month), day=day
            ).value,
        }
        rows.append(TableRow(f"line-{pk}", words, {"ae": ae[0], "cp": cp[0]}))
    rows.sort(key=lambda row: (-(row.cents["ae"] or 0), row.words["label"], row.key))
    return rows, added(dict(row.cents) for row in rows)
