"""What is opened, and committed ahead, by title: read after the lock of the UO, as sets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import BigIntegerField, F, QuerySet, Sum, Value
from django.db.models.functions import Cast, Coalesce, NullIf, Substr

from budgets.models import OPENED, Commitment, CreditMovement

# A UO, T2 or HT2, the number of a title; it is empty where the source names no category.
Titled = tuple[int, str, str]


def opened_by_title(node_ids: Collection[int], fiscal_year: int, origin: str) -> dict[Titled, int]:
    """Return the AE opened on UO in an exercise, in cents; one query."""
    rows = CreditMovement.objects.filter(OPENED)
    return _sums(rows, "ae", node_ids, fiscal_year, origin)


def anticipated_by_title(
    node_ids: Collection[int], fiscal_year: int, origin: str
) -> dict[Titled, int]:
    """Return what is committed on an exercise before it begins, in cents TTC; one query."""
    rows = Commitment.objects.filter(
        commitment_year=fiscal_year, committed_on__lt=dt.date(fiscal_year, 1, 1)
    )
    return _sums(rows, "amount", node_ids, fiscal_year, origin)


def _sums(
    rows: QuerySet[Any], amount: str, node_ids: Collection[int], fiscal_year: int, origin: str
) -> dict[Titled, int]:
    own = rows.filter(node_id__in=node_ids, fiscal_year=fiscal_year, data_origin=origin)
    number = Coalesce(NullIf("category__external_code", Value("")), "category__code", Value(""))
    named = own.order_by().annotate(title=Substr(number, 1, 1))
    sums = named.values("node_id", "credit_type", "title").annotate(
        total=Sum(Cast(F(amount), BigIntegerField()))
    )
    columns = ("node_id", "credit_type", "title", "total")
    return {(node, kind, title): total for node, kind, title, total in sums.values_list(*columns)}
