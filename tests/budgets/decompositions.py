"""Random ledgers that add up to given totals: what an official table is asked about.

Amounts are whole cents. A total is cut in signed parts: reversals and withdrawals come with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

Rows = list[dict[str, Any]]
UNITS = ("0214-AAAA-UO01", "0214-AAAA-UO02", "0214-BBBB-UO01")
NOMENCLATURE: Rows = [
    {"code": "0214", "name": "Programme", "kind": "lolf_programme", "parent": ""},
    *({"code": code, "name": code, "kind": "uo", "parent": "0214"} for code in UNITS),
    {"code": "TF-1", "name": "Opération", "kind": "tranche", "parent": UNITS[0]},
]
OPENING = ("initial_finance_act", "carry_over", "virement", "amending_finance_act", "cancellation")


def parts(random: Random, total: int, most: int = 4) -> list[int]:
    """Cut a total in signed parts, none of them zero; [] for zero may be a pair or nothing."""
    count = random.randint(1, most)
    spread = max(abs(total), 1000)
    found = [random.randint(-spread, spread) or 1 for _ in range(count - 1)]
    rest = total - sum(found)
    return [*found, rest] if rest else found


@dataclass
class Ledgers:
    """Rows of import tables, numbered as they come."""

    random: Random
    tables: dict[str, Rows] = field(
        default_factory=lambda: {
            "nomenclature": NOMENCLATURE, "movements": [], "commitments": [], "payments": [],
            "scheduled_payments": [],
        }
    )  # fmt: skip

    def add(self, table: str, **values: Any) -> str:
        """Add a row; return its reference."""
        rows = self.tables[table]
        reference = f"{table}-{len(rows) + 1}"
        rows.append({"source_reference": reference, **values})
        return reference

    def move(self, year: int, kind: str, ae: int, cp: int, **fields: Any) -> str:
        """Add a credit movement."""
        return self.add(
            "movements", node=self.unit(), kind=kind, ae=euros(ae), cp=euros(cp),
            effective_on=f"{year}-02-01", fiscal_year=year,
            credit_type=fields.get("credit_type", "ht2"),
            is_earmarked=str(fields.get("is_earmarked", self.random.random() < 0.3)).lower(),
            tranche=fields.get("tranche", ""),
        )  # fmt: skip

    def commit(self, year: int, amount: int, of: int | None = None, tranche: str = "") -> str:
        """Add a movement of a commitment, of the exercise or of a former one."""
        return self.add(
            "commitments", legal_reference=f"EJ-{self.random.randint(1, 5)}", node=self.unit(),
            amount=euros(amount), committed_on=f"{year}-03-01", fiscal_year=year,
            commitment_year=of or year, tranche=tranche,
        )  # fmt: skip

    def pay(self, year: int, amount: int, on: str) -> str:
        """Add a payment, at times of January: charged to the former exercise by its source."""
        day = f"{year + 1}-01-15" if self.random.random() < 0.2 else f"{year}-06-01"
        return self.add(
            "payments", commitment=on, amount=euros(amount), paid_on=day, fiscal_year=year
        )

    def expect(self, year: int, amount: int, *, on: str = "", of: str = "") -> str:
        """Add CP expected in an exercise, on a commitment or on credits."""
        return self.add(
            "scheduled_payments", commitment=on, movement=of, amount=euros(amount),
            forecast_on="2019-01-01", fiscal_year=year,
        )  # fmt: skip

    def unit(self) -> str:
        """Return one of the UO."""
        return self.random.choice(UNITS)

    def open(self, year: int, ae: int, cp: int) -> list[str]:
        """Open credits in several movements; return their references."""
        some_ae, some_cp = parts(self.random, ae), parts(self.random, cp)
        length = max(len(some_ae), len(some_cp))
        pairs = zip(
            some_ae + [0] * (length - len(some_ae)),
            some_cp + [0] * (length - len(some_cp)),
            strict=True,
        )
        return [self.move(year, self.random.choice(OPENING), one, other) for one, other in pairs]

    def noise(self, year: int) -> None:
        """Add what the tables must not read: T2, frozen credits, other exercises."""
        self.move(year, "initial_finance_act", 777, 777, credit_type="t2")
        self.move(year, "freeze", 555, 555)
        self.move(year + 3, "initial_finance_act", 333, 333)


def euros(cents: int) -> str:
    """Return an amount as files write it."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{cents // 100}.{cents % 100:02d}"


def execution_ledgers(random: Random, year: int, cells: dict[str, int]) -> Ledgers:
    """Return ledgers whose table of execution is `cells` (cents)."""
    made = Ledgers(random)
    made.noise(year)
    made.open(year, cells["E1"], cells["P1"])
    on_tranche = random.randint(-5_000, 50_000)
    for part in parts(random, cells["E3"] + on_tranche):
        made.move(year, "allocation", part, 0, tranche="TF-1")
    own = [made.commit(year, part, tranche="TF-1") for part in parts(random, on_tranche)]
    own += [made.commit(year, part) for part in parts(random, cells["E2"] - on_tranche)]
    paid_before = random.randint(0, 10**9)
    former = []
    for part in parts(random, cells["R1"] + paid_before, 6):
        of = year - random.randint(1, 3)
        former.append(made.commit(of, part, random.choice((of, of - 1))))
    for part in parts(random, paid_before):
        made.pay(year - random.randint(1, 2), part, random.choice(former))
    for part in parts(random, cells["R2"]):
        made.commit(year, part, year - random.randint(1, 3))
    for key, on in (("P3", former), ("P4", own)):
        for part in parts(random, cells[key]):
            made.pay(year, part, random.choice(on))
    for part in parts(random, cells["F1"]):
        made.expect(year + 1, part, on=random.choice(own + former))
    made.expect(year + 2, 4_242, on=own[0])
    made.expect(year + 1, 6_363, on=made.commit(year + 1, 7_000))
    return made


def programming_ledgers(random: Random, year: int, cells: dict[str, int]) -> Ledgers:
    """Return ledgers whose table of programming is `cells` (cents)."""
    made = Ledgers(random)
    made.noise(year - 1)
    paid = random.randint(0, 10**9)
    former = [
        made.commit(year - random.randint(2, 4), part) for part in parts(random, cells["A1"] + paid)
    ]
    for part in parts(random, paid):
        made.pay(year - random.randint(2, 3), part, random.choice(former))
    credits = made.open(year - 1, cells["A2"], cells["A3"])
    bill = [made.move(year, "finance_bill", part, 0) for part in parts(random, cells["C0"])]
    for column in range(1, 5):
        later = random.randint(0, 3) if column == 4 else 0
        due = year + column - 1 + later
        for part in parts(random, cells[f"B{column}"]):
            owner = random.choice((*former, *credits))
            made.expect(due, part, **{"on" if owner in former else "of": owner})
        for part in parts(random, cells[f"C{column}"]):
            made.expect(due, part, of=random.choice(bill))
    recent = made.commit(year - 1, 12_345)
    made.pay(year - 1, 345, recent)
    made.expect(year, 999, on=recent)
    return made
