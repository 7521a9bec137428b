"""What an entry of the catalogue of indicators is made of."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise

from indicators.enums import Unit


@dataclass(frozen=True)
class Thresholds:
    """Values beyond which a figure deserves attention; `higher_is_worse` gives the direction."""

    warning: Decimal
    alert: Decimal
    higher_is_worse: bool = True


@dataclass(frozen=True)
class Indicator:
    """One entry of the catalogue; `inputs` are columns of the snapshot.

    `is_shared`: partners read its value on the projects that are shared with them; it holds no
    amount (`reliability.md` §3.2).
    """

    code: str
    key: str
    name: str | Promise
    unit: Unit
    formula: str
    inputs: tuple[str, ...]
    source: str
    version: int = 1
    thresholds: Thresholds | None = None
    owner: str = "management_controller"
    is_shared: bool = False

    @property
    def family(self) -> str:
        """Return the two letters of the code."""
        return self.code[:2]
