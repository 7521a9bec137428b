"""What stands below what in the nomenclature, and what the codes of its nodes usually look like.

Sources: LOLF art. 5 and 7 (mission, programme, action; titles and categories), GBCP art. 64 to 66
(BOP, UO, activities). The shapes of the codes are those seen in the accounting system: an unusual
one is told, never refused (domain §1.2).
"""

from __future__ import annotations

import re

from budgets.enums import CreditType, NomenclatureKind

Kind = NomenclatureKind

# The kinds that a node may stand below; None is the root.
PARENTS: dict[str, frozenset[str | None]] = {
    Kind.MISSION: frozenset({None}),
    Kind.LOLF_PROGRAMME: frozenset({None, Kind.MISSION}),
    Kind.ACTION: frozenset({Kind.LOLF_PROGRAMME}),
    Kind.SUB_ACTION: frozenset({Kind.ACTION}),
    Kind.BOP: frozenset({None, Kind.LOLF_PROGRAMME}),
    Kind.UO: frozenset({None, Kind.BOP, Kind.LOLF_PROGRAMME}),
    Kind.TITLE: frozenset({None}),
    Kind.CATEGORY: frozenset({Kind.TITLE}),
    Kind.ACTIVITY: frozenset(
        {None, Kind.LOLF_PROGRAMME, Kind.ACTION, Kind.SUB_ACTION, Kind.UO, Kind.ACTIVITY}
    ),
    Kind.TRANCHE: frozenset({None, Kind.LOLF_PROGRAMME, Kind.BOP, Kind.UO}),
    Kind.COST_CENTRE: frozenset({None, Kind.COST_CENTRE}),
}
# The kinds of node that each axis of an imputation names.
AXIS_KINDS: dict[str, frozenset[str]] = {
    "functional_domain": frozenset({Kind.LOLF_PROGRAMME, Kind.ACTION, Kind.SUB_ACTION}),
    "activity": frozenset({Kind.ACTIVITY}),
    "category": frozenset({Kind.TITLE, Kind.CATEGORY}),
    "tranche": frozenset({Kind.TRANCHE}),
    "cost_centre": frozenset({Kind.COST_CENTRE}),
}
_SHAPES: dict[str, re.Pattern[str]] = {
    Kind.LOLF_PROGRAMME: re.compile(r"\d{3,4}"),
    Kind.ACTION: re.compile(r"\d{4}-\d{2}"),
    Kind.SUB_ACTION: re.compile(r"\d{4}-\d{2}-\d{2}"),
    Kind.BOP: re.compile(r"\d{4}-[A-Z0-9]{4}"),
    Kind.UO: re.compile(r"\d{4}-[A-Z0-9]{4}-[A-Z0-9]{4}"),
    Kind.ACTIVITY: re.compile(r"\d{4}[A-Z0-9]{1,8}"),
    Kind.COST_CENTRE: re.compile(r"[A-Z0-9]{1,10}"),
    Kind.CATEGORY: re.compile(r"[1-7][1-9]"),
    Kind.TITLE: re.compile(r"[1-7]"),
}
PERSONNEL_TITLE = "2"


def may_stand_below(kind: str, parent_kind: str | None) -> bool:
    """Whether a node of `kind` may stand below one of `parent_kind` (None: at the root)."""
    return parent_kind in PARENTS[kind]


def is_usual_code(kind: str, external_code: str) -> bool:
    """Whether a code of the accounting system looks as those of its kind; an empty one does."""
    shape = _SHAPES.get(kind)
    return not external_code or shape is None or bool(shape.fullmatch(external_code))


def credit_type_of(category_code: str) -> str:
    """Return T2 or HT2 from the code of a title or category: title 2 is personnel (LOLF art. 5).

    `category_code` is the number given by the accounting system: "2", "21", "31"…
    """
    return CreditType.T2 if category_code.startswith(PERSONNEL_TITLE) else CreditType.HT2


def title_of(category_code: str) -> str:
    """Return the number of the title of a category, its first digit; empty for an empty code."""
    return category_code[:1]
