"""What a check finds: which rule is broken, where, and by how much; amounts in cents TTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Place:
    """What a check looks at: an object known by its kind and code, in an exercise.

    `facet` tells two findings of one rule on one object apart: T2 and HT2, AE and CP.
    """

    kind: str
    code: str
    fiscal_year: int
    facet: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule: `message` is a key of `budgets.messages`, filled by figures and words.

    `amount` is what goes beyond, in cents; `figures` are cents too.
    """

    rule: str
    place: Place
    message: str
    amount: int
    figures: Mapping[str, int] = field(default_factory=dict)
    words: Mapping[str, str | int] = field(default_factory=dict)


def share_of(cents: int, percent: Decimal) -> int:
    """Return the greatest whole number of cents within a share in percent; negative bases give 0.

    A limit of 2 % of 100.01 € is 2.00 €: what exceeds the exact share exceeds the limit.
    """
    return int(max(cents, 0) * percent / 100)
