"""Tables of the partners room: partners, contracts, amendments; HT, VAT and TTC agree."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

from common.fiscal import add_months
from web.demo.curves import LAST_MONTH, thousands
from web.demo.ledger import Book
from web.demo.specs import CONTRACTS, PARTNERS, ContractSpec
from web.demo.tables import Tables

_CENT = Decimal("0.01")
# A contract that nothing was committed on yet.
_UNUSED = 480_000


def add_contracts(tables: Tables, book: Book, draw: random.Random) -> None:
    """Add the partners and their contracts, each above what was committed on it."""
    for number, (code, name, kind, country) in enumerate(PARTNERS, start=1):
        tables.add(
            "partners",
            code=code,
            name=name,
            kind=kind,
            identifier_kind="exemple",
            identifier=f"EXEMPLE-{number:03d}",
            country=country,
            data_origin="fictitious",
        )
    for spec in CONTRACTS:
        _add_contract(tables, spec, book, draw)


def _add_contract(tables: Tables, spec: ContractSpec, book: Book, draw: random.Random) -> None:
    rate = Decimal(spec.vat)
    committed = book.amounts.get(spec.code, _UNUSED)
    excluding = Decimal(thousands(committed / (1 + float(rate) / 100) * draw.uniform(1.02, 1.2)))
    notified = book.first_days.get(spec.code, LAST_MONTH) - dt.timedelta(days=2)
    end = add_months(notified, draw.choice((36, 48)))
    tables.add(
        "contracts",
        code=spec.code,
        title=spec.title,
        kind=spec.kind,
        holder=spec.holder,
        amount_excl_tax=excluding,
        vat_rate=rate,
        amount_incl_tax=_with_tax(excluding, rate),
        notified_on=notified,
        start_on=notified + dt.timedelta(days=2),
        end_on=end,
        projects="|".join(spec.projects),
        commitments="|".join(book.commitments.get(spec.code, ())),
    )
    for number, subject in enumerate(spec.amendments, start=1):
        difference = Decimal(thousands(float(excluding) * draw.uniform(0.03, 0.09)))
        tables.add(
            "amendments",
            source_reference=f"{spec.code}-AV{number}",
            contract=spec.code,
            number=number,
            subject=subject,
            signed_on=min(add_months(notified, 8 * number), LAST_MONTH),
            amount_excl_tax=difference,
            amount_incl_tax=_with_tax(difference, rate),
            new_end_on=add_months(end, 6 * number) if number == 2 else "",
        )


def _with_tax(amount: Decimal, rate: Decimal) -> Decimal:
    return (amount * (1 + rate / 100)).quantize(_CENT)
