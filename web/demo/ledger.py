"""Tables of the budgets room: nomenclature, credits, commitments, service done, payments."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from decimal import Decimal

from common.fiscal import add_months, month_end
from common.money import allocate, from_cents, to_cents
from web.demo.curves import LAST_MONTH, Run, thousands
from web.demo.specs import CONTRACTS, PROJECTS, ProjectSpec
from web.demo.tables import Tables

LAST_PAYMENT = dt.date(2026, 11, 20)
FIRST_YEAR, LAST_YEAR = 2023, 2026
_MISSION, _PROGRAMME, _ACTION, _BOP = "ESCO", "0214", "0214-08", "0214-EXNU"
UNITS = {
    "DNE-SN": ("0214-EXNU-SN01", "UO d'exemple Services numériques", "0214EX080101"),
    "DNE-TN": ("0214-EXNU-TN01", "UO d'exemple Transformation numérique", "0214EX080201"),
    "DNE-SOCLE": ("0214-EXNU-SO01", "UO d'exemple Socle numérique", "0214EX080301"),
}
_SUPPLIERS = ("Fournisseur d'exemple A", "Fournisseur d'exemple B", "Fournisseur d'exemple C")
# Projects whose cost is not in the specifications: what a study and a first grant cost.
_SMALL = {"EX-08": 240_000, "EX-10": 1_900_000}


@dataclass
class Book:
    """What the contracts need of the ledger: the commitments of each, and their sum in euros."""

    commitments: dict[str, list[str]] = field(default_factory=dict)
    amounts: dict[str, int] = field(default_factory=dict)
    first_days: dict[str, dt.date] = field(default_factory=dict)


def add_ledger(tables: Tables, runs: dict[str, Run], draw: random.Random) -> Book:
    """Add the nomenclature and the ledgers; return what the contracts need."""
    _add_nomenclature(tables)
    book = Book()
    for spec in PROJECTS:
        if spec.spends:
            _add_years(tables, spec, runs[spec.code], draw, book)
    _add_unit_credits(tables, draw)
    return book


def _add_nomenclature(tables: Tables) -> None:
    rows = [
        (_MISSION, "Enseignement scolaire (exemple)", "mission", ""),
        (_PROGRAMME, "Soutien de la politique de l'éducation nationale (exemple)",
         "lolf_programme", _MISSION),
        (_ACTION, "Logistique, système d'information, immobilier (exemple)", "action", _PROGRAMME),
        (_BOP, "BOP d'exemple numérique", "bop", _PROGRAMME),
    ]  # fmt: skip
    for unit, name, activity in UNITS.values():
        rows += [
            (unit, name, "uo", _BOP),
            (activity, f"Activité de l'{name}", "activity", unit),
        ]
    for code, name, kind, parent in rows:
        tables.add(
            "nomenclature", code=code, name=name, kind=kind, parent=parent,
            valid_from=dt.date(2023, 1, 1), data_origin="fictitious",
        )  # fmt: skip


def _total_cost(tables: Tables, spec: ProjectSpec) -> float:
    """Return what the whole project will have cost: its last baseline over its index."""
    costs = [
        float(row["full_cost"])
        for row in tables.rows["baselines"]
        if row["project"] == spec.code and row["full_cost"]
    ]
    return costs[-1] / spec.cpi if costs else float(_SMALL[spec.code])


def _add_years(
    tables: Tables, spec: ProjectSpec, run: Run, draw: random.Random, book: Book
) -> None:
    """Add the exercises of a project, each on one of its contracts in turn."""
    total = _total_cost(tables, spec)
    own = [contract.code for contract in CONTRACTS if contract.projects[0] == spec.code]
    for turn, year in enumerate(range(max(spec.start.year, FIRST_YEAR), LAST_YEAR + 1)):
        first = max(dt.date(year, 1, 1), spec.start)
        last = min(dt.date(year, 12, 1), LAST_MONTH)
        spent = run.spent_between(first, last, total)
        if spent < 1000:
            continue
        contract = own[turn % len(own)]
        exercise = Exercise(tables, spec, year, draw)
        committed = exercise.commit(first, spent)
        book.commitments.setdefault(contract, []).append(exercise.reference)
        book.amounts[contract] = book.amounts.get(contract, 0) + committed
        book.first_days.setdefault(contract, exercise.day)
        paid = exercise.execute(run, first, last, total)
        exercise.open_credits(committed, paid)


class Exercise:
    """One project in one exercise: its commitment, its services, payments and credits."""

    def __init__(self, tables: Tables, spec: ProjectSpec, year: int, draw: random.Random) -> None:
        self.tables, self.spec, self.year, self.draw = tables, spec, year, draw
        self.stem = f"{spec.code}-{year}"
        self.reference = f"EX-EJ-{self.stem}-1"
        self.node = UNITS[spec.programme][2]
        self.day = dt.date(year, 1, 1)
        self.committed = Decimal(0)
        self.served = Decimal(0)
        self.numbers: dict[str, int] = {}

    def _next(self, table: str) -> int:
        self.numbers[table] = self.numbers.get(table, 0) + 1
        return self.numbers[table]

    def commit(self, first: dt.date, spent: float) -> int:
        """Commit the year's work, a little more than it will cost; return the euros."""
        amount = thousands(spent * self.draw.uniform(1.04, 1.10))
        self.day = first.replace(day=self.draw.randint(10, 25))
        self.committed = Decimal(amount)
        self._movement_of_commitment(self.day, self.committed, "Engagement de l'année")
        return amount

    def _movement_of_commitment(self, day: dt.date, amount: Decimal, label: str) -> None:
        self.tables.add(
            "commitments",
            source_reference=f"EX-EJ-{self.stem}-{self._next('commitments')}",
            legal_reference=f"EJ-{self.stem}",
            node=self.node,
            project=self.spec.code,
            label=f"{label} ({self.spec.code})",
            supplier=_SUPPLIERS[sum(map(ord, self.stem)) % len(_SUPPLIERS)],
            amount=amount,
            committed_on=day,
            fiscal_year=self.year,
        )

    def execute(self, run: Run, first: dt.date, last: dt.date, total: float) -> Decimal:
        """Certify the services every two months, pay them, withdraw what is left; return paid."""
        advance = Decimal(0)
        if self.year == max(self.spec.start.year, FIRST_YEAR):
            advance = (self.committed * Decimal("0.05")).quantize(Decimal("0.01"))
            self._pay(advance, self.day + dt.timedelta(days=20), is_advance=True)
        paid, owed, month = advance, advance, first
        while month <= last:
            end = min(add_months(month, 1), last)
            amount = Decimal(round(run.spent_between(month, end, total) * 100)) / 100
            amount = min(amount, self.committed - self.served)
            if amount > 0:
                recovered = min(owed, amount / 2).quantize(Decimal("0.01"))
                owed -= recovered
                paid += self._serve(amount, amount - recovered, month_end(end))
            month = add_months(end, 1)
        left = self.committed - self.served
        if self.year < LAST_YEAR and left > 5000:
            part = Decimal(thousands(float(left) * 0.8))
            part = min(part, left)
            self._movement_of_commitment(dt.date(self.year, 12, 15), -part, "Retrait d'engagement")
            self.committed -= part
        self._schedule(paid)
        return paid

    def _schedule(self, paid: Decimal) -> None:
        """Expect CP by quarter of the exercise, and what is left in the next one: Σ CP = Σ AE."""
        first = (self.day.month + 2) // 3
        quarters = range(first, 5)
        shares = allocate(to_cents(paid), [1] * len(quarters)) if paid > 0 else []
        for quarter, cents in zip(quarters, shares, strict=False):
            due_on = month_end(dt.date(self.year, 3 * quarter, 1))
            self._expect(self.year, from_cents(cents), due_on)
        if self.committed > paid:
            self._expect(self.year + 1, self.committed - paid, dt.date(self.year + 1, 3, 31))

    def _expect(self, year: int, amount: Decimal, due_on: dt.date) -> None:
        if not amount:
            return
        self.tables.add(
            "scheduled_payments",
            source_reference=f"EX-ECH-{self.stem}-{self._next('scheduled_payments')}",
            commitment=self.reference,
            amount=amount,
            forecast_on=self.day,
            due_on=due_on,
            fiscal_year=year,
        )

    def _serve(self, amount: Decimal, due: Decimal, day: dt.date) -> Decimal:
        """Certify a service and pay it; return what is paid by the last day of payments.

        A service of the end of the year is paid in January and belongs to the former exercise.
        """
        self.served += amount
        self.tables.add(
            "service_done",
            source_reference=f"EX-SF-{self.stem}-{self._next('service_done')}",
            commitment=self.reference,
            amount=amount,
            done_on=day,
            fiscal_year=self.year,
        )
        paid_on = day + dt.timedelta(days=self.draw.randint(18, 29))
        if day.month == 12:
            paid_on = dt.date(self.year + 1, 1, self.draw.randint(5, 14))
        if paid_on > LAST_PAYMENT or due <= 0:
            return Decimal(0)
        self._pay(due, paid_on)
        return due

    def _pay(self, amount: Decimal, day: dt.date, *, is_advance: bool = False) -> None:
        number = self._next("payments")
        requested_on = day - dt.timedelta(days=6)
        self.tables.add(
            "payment_requests",
            source_reference=f"EX-OP-{self.stem}-{number}",
            commitment=self.reference,
            number=f"DP-{self.stem}-{number:02d}",
            invoice_number="" if is_advance else f"FA-{self.stem}-{number:02d}",
            invoice_received_on=None if is_advance else day - dt.timedelta(days=15),
            amount=amount,
            requested_on=requested_on,
            fiscal_year=self.year,
        )
        self.tables.add(
            "payments",
            source_reference=f"EX-DP-{self.stem}-{number}",
            commitment=self.reference,
            payment_request=f"DP-{self.stem}-{number:02d}",
            amount=amount,
            paid_on=day,
            fiscal_year=self.year,
            is_advance=is_advance,
        )

    def open_credits(self, committed: int, paid: Decimal) -> None:
        """Open the credits of the exercise: finance act, reserve, then what happened in the year.

        A project that spends too much is short of AE: a fact that raises an alert.
        """
        short = self.spec.cpi < 0.85 and self.year == LAST_YEAR
        ae = thousands(committed * (1.0 if short else self.draw.uniform(1.08, 1.16)))
        cp = thousands(float(paid) * self.draw.uniform(1.10, 1.25))
        act_day = dt.date(self.year, 2, 20) if self.year >= 2025 else dt.date(self.year, 1, 6)
        basis = f"LFI {self.year} (exemple)"
        self._move("initial_finance_act", ae * 0.92, cp * 0.9, act_day, basis)
        reserve = dt.date(self.year, 2, 25)
        self._move("precautionary_reserve", ae * 0.04, cp * 0.04, reserve, "LOLF, art. 51")
        self._move("carry_over", ae * 0.05, cp * 0.07, dt.date(self.year, 3, 15), "LOLF, art. 15")
        if self.draw.random() < 0.5:
            self._move("freeze", ae * 0.02, cp * 0.02, dt.date(self.year, 5, 12), "Gel (exemple)")
            self._move(
                "release", -ae * 0.02, -cp * 0.02, dt.date(self.year, 10, 8), "Dégel (exemple)"
            )
        self._move("virement", ae * 0.03, cp * 0.03, dt.date(self.year, 9, 20), "LOLF, art. 12")

    def _move(self, kind: str, ae: float, cp: float, day: dt.date, basis: str) -> None:
        self.tables.add(
            "movements",
            source_reference=f"EX-MVT-{self.stem}-{self._next('movements')}",
            node=self.node,
            project=self.spec.code,
            kind=kind,
            ae=_hundreds(ae),
            cp=_hundreds(cp),
            effective_on=day,
            fiscal_year=self.year,
            legal_basis=basis,
        )


def _hundreds(amount: float) -> Decimal:
    return Decimal(round(amount / 100) * 100)


def _add_unit_credits(tables: Tables, draw: random.Random) -> None:
    """Add the credits that units keep for common expenses, allotted to no project."""
    for unit, _name, _activity in UNITS.values():
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            amount = draw.randint(300, 900) * 1000
            rows = (
                ("initial_finance_act", amount, amount * 0.95, dt.date(year, 2, 20), "LFI"),
                ("precautionary_reserve", amount * 0.05, amount * 0.05, dt.date(year, 2, 25),
                 "LOLF, art. 51"),
                ("extra_freeze", amount * 0.02, amount * 0.02, dt.date(year, 6, 18), "Surgel"),
                ("cancellation", -amount * 0.03, -amount * 0.03, dt.date(year, 10, 2),
                 "LOLF, art. 14"),
            )  # fmt: skip
            for number, (kind, ae, cp, day, basis) in enumerate(rows, start=1):
                tables.add(
                    "movements",
                    source_reference=f"EX-MVT-{unit}-{year}-{number}",
                    node=unit,
                    kind=kind,
                    ae=_hundreds(ae),
                    cp=_hundreds(cp),
                    effective_on=day,
                    fiscal_year=year,
                    legal_basis=f"{basis} {year} (exemple)",
                )
