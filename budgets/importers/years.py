"""The exercise whose AE a commitment consumed, where the source does not give it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Min

from budgets.models import Commitment
from records.importing.stage import StagedRow
from records.services.plan import chunks


def fill_commitment_years(rows: Iterable[StagedRow]) -> None:
    """Fill `commitment_year`: the exercise of the row, or for a withdrawal the first of its EJ.

    A withdrawal lowers what was committed: before a file says otherwise, in the first exercise
    of the legal reference, in the file or in the ledger (domain §1.5). One query by thousands.
    """
    withdrawals: list[StagedRow] = []
    first: dict[str, int] = {}
    for row in rows:
        year, reference = row.values["fiscal_year"], row.values["legal_reference"]
        if row.values["amount"] > 0:
            first[reference] = min(first.get(reference, year), year)
        if row.values["commitment_year"] is not None:
            continue
        if row.values["amount"] > 0:
            row.values["commitment_year"] = year
        else:
            withdrawals.append(row)
    for some in chunks({row.values["legal_reference"] for row in withdrawals}):
        known = Commitment.objects.filter(legal_reference__in=some, amount__gt=0).order_by()
        pairs = known.values_list("legal_reference").annotate(Min("fiscal_year"))
        for reference, year in pairs:
            first[reference] = min(first.get(reference, year), year)
    for row in withdrawals:
        year = row.values["fiscal_year"]
        row.values["commitment_year"] = min(first.get(row.values["legal_reference"], year), year)
