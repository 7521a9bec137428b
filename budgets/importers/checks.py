"""What the tables of the budgets room must satisfy together, once their cells are read.

A fact is told, not refused, for a rule of the law (architecture, rule 1): only what cannot be
understood is an error, such as an activity that names a UO.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.utils.translation import gettext as _

from budgets.enums import BALANCED_KINDS, FREEZING_KINDS, MovementKind
from budgets.models import NomenclatureNode
from budgets.rules.nomenclature import AXIS_KINDS, is_usual_code, may_stand_below
from records.importing.stage import StagedRow
from records.services.plan import Plan, chunks
from records.services.references import check_trees


def check(plan: Plan) -> None:
    """Check the nomenclature, the axes of the imputations, and the acts on credits."""
    if "nomenclature" in plan.stage.tables:
        nodes = NomenclatureNode.objects.order_by()
        check_trees(plan, "nomenclature", dict(nodes.values_list("code", "parent__code")))
        _tell_unusual_nodes(plan)
    _refuse_wrong_axes(plan)
    _tell_unusual_signs(plan)
    _tell_unbalanced_acts(plan)


def _tell_unusual_nodes(plan: Plan) -> None:
    """Tell the nodes below what their kind does not stand below, and the codes that look odd."""
    rows = plan.stage.rows("nomenclature")
    kinds = _kinds(plan, {row.values["parent"] for row in rows})
    for row in rows:
        kind, parent = row.values["kind"], row.values["parent"]
        if (not parent or parent in kinds) and not may_stand_below(kind, kinds.get(parent)):
            message = _("A node of this kind does not stand there in the nomenclature.")
            plan.stage.fault(
                "nomenclature", row, "parent", "unusual_parent", message, is_warning=True
            )
        if not is_usual_code(kind, row.values["external_code"] or ""):
            message = _("The codes of this kind usually look otherwise: is it right?")
            plan.stage.fault(
                "nomenclature", row, "external_code", "unusual_code", message, is_warning=True
            )


def _kinds(plan: Plan, codes: set[str]) -> dict[str, str]:
    """Return the kinds of nodes by code, of the folder and of the database."""
    kinds: dict[str, str] = {}
    for some in chunks(code for code in codes if code):
        kinds.update(NomenclatureNode.objects.filter(code__in=some).values_list("code", "kind"))
    if "nomenclature" in plan.stage.tables:
        kinds |= {row.values["code"]: row.values["kind"] for row in plan.stage.rows("nomenclature")}
    return kinds


def _refuse_wrong_axes(plan: Plan) -> None:
    """Refuse an axis that names a node of another kind."""
    for table in ("movements", "commitments"):
        rows = list(plan.stage.rows(table))
        kinds = _kinds(plan, {row.values[axis] for row in rows for axis in AXIS_KINDS})
        for row in rows:
            for axis, wanted in AXIS_KINDS.items():
                kind = kinds.get(row.values[axis])
                if kind is not None and kind not in wanted:
                    message = _("This node of the nomenclature is not of the kind of this axis.")
                    plan.stage.fault(table, row, axis, "wrong_axis", message)


def _tell_unusual_signs(plan: Plan) -> None:
    """Tell a negative freeze and a positive release: the sum is what is frozen."""
    for row in plan.stage.rows("movements"):
        kind = row.values["kind"]
        if kind not in FREEZING_KINDS:
            continue
        sign = -1 if kind == MovementKind.RELEASE else 1
        for column in ("ae", "cp"):
            if row.values[column] * sign < 0:
                message = _("A freeze is positive and a release negative: is the sign right?")
                plan.stage.fault("movements", row, column, "unusual_sign", message, is_warning=True)


def _tell_unbalanced_acts(plan: Plan) -> None:
    """Tell the acts that move credits between nodes and whose legs do not sum to zero."""
    acts: dict[tuple[str, int], list[StagedRow]] = defaultdict(list)
    for row in plan.stage.rows("movements"):
        if row.values["act_reference"] and row.values["kind"] in BALANCED_KINDS:
            acts[row.values["act_reference"], row.values["fiscal_year"]].append(row)
    for legs in acts.values():
        for column in ("ae", "cp"):
            total = sum((row.values[column] for row in legs), Decimal(0))
            if total:
                message = _("The legs of the act sum to %(total)s, not to zero.")
                plan.stage.fault(
                    "movements", legs[0], column, "unbalanced_act",
                    message % {"total": total}, is_warning=True,
                )  # fmt: skip
