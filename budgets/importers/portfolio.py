"""The tables of the budgets room in a folder of import tables (docs/imports.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from accounts.enums import Action, Reach, Resource
from accounts.permissions import scopes_of
from budgets.enums import FREEZING_KINDS, MovementKind
from budgets.models import Commitment, CreditMovement, NomenclatureNode, Payment, ServiceDone
from projects.models import Project
from records.importing.stage import StagedRow
from records.services.editable import RecordTable
from records.services.facts import FactTable
from records.services.plan import Plan, Room, chunks
from records.services.references import check_trees

_PROJECT = ("project", "projects", ("project",))
_NODE = ("node", "nomenclature", ("node",))
_COMMITMENT = ("commitment", "commitments", ("commitment",))


def _paths(*columns: str, **others: str) -> dict[str, str]:
    """Return the lookups of columns: their own name, but for those given."""
    return {column: others.get(column, column) for column in columns}


class NomenclatureTable(RecordTable):
    """Nodes of the nomenclature."""

    name = "nomenclature"
    needs = (Action.CREATE, Resource.NOMENCLATURE)
    model = NomenclatureNode
    columns = {name: name for name in ("name", "kind", "valid_from", "valid_to", "data_origin")}
    references = {"parent": ("parent", "nomenclature", "code")}
    related = ("parent",)
    is_tree = True


class _OfNode(FactTable):
    """Facts of a node of the nomenclature and, it may be, of a project."""

    def reached(self, user: Any) -> Callable[[StagedRow], bool]:
        """Tell the rows whose project or node `user` may import facts of."""
        scopes = scopes_of(user, *self.needs)
        reach = Project.objects.within(scopes.only(Reach.NODE, Reach.OWN), user)
        projects = set(reach.values_list("code", flat=True))
        within = scopes.codes.get(Reach.BUDGET, ())
        ids = NomenclatureNode.objects.subtree_ids(within) if within else ()
        nodes = set(NomenclatureNode.objects.filter(pk__in=ids).values_list("code", flat=True))
        return lambda row: row.values["project"] in projects or row.values["node"] in nodes


class _OfCommitment(FactTable):
    """Facts of a commitment."""

    def reached(self, user: Any) -> Callable[[StagedRow], bool]:
        """Tell the rows whose commitment `user` may import facts of, those of the file included.

        A commitment of the file is checked as a row of its own.
        """
        rows = Commitment.objects.allowing(user, self.needs[0])
        ids = {known.pk for known in self.plan.found["commitments"].values()}
        kept: set[int] = set()
        for some in chunks(ids):
            kept.update(rows.filter(pk__in=some).values_list("pk", flat=True))
        keys = {key for key, known in self.plan.found["commitments"].items() if known.pk in kept}
        staged = self.plan.stage.tables.get("commitments")
        keys |= set(staged.by_key) if staged else set()
        return lambda row: row.key(("commitment",)) in keys


class MovementTable(_OfNode):
    """Credit movements."""

    name = "movements"
    needs = (Action.IMPORT, Resource.CREDIT)
    model = CreditMovement
    paths = _paths(
        "source_reference", "node", "project", "kind", "ae", "cp", "effective_on", "fiscal_year",
        "legal_basis", node="node__code", project="project__code",
    )  # fmt: skip
    references = (_PROJECT, _NODE)
    signed = ("ae", "cp")


class CommitmentTable(_OfNode):
    """Commitments."""

    name = "commitments"
    model = Commitment
    paths = _paths(
        "source_reference", "legal_reference", "node", "project", "label", "amount",
        "committed_on", "fiscal_year", node="node__code", project="project__code",
    )  # fmt: skip
    references = (_PROJECT, _NODE)
    signed = ("amount",)


class ServiceDoneTable(_OfCommitment):
    """Certified services."""

    name = "service_done"
    model = ServiceDone
    paths = _paths(
        "source_reference", "commitment", "amount", "done_on", "fiscal_year",
        commitment="commitment__source_reference",
    )  # fmt: skip
    references = (_COMMITMENT,)
    signed = ("amount",)
    project_path = "commitment__project_id"


class PaymentTable(_OfCommitment):
    """Payments."""

    name = "payments"
    model = Payment
    paths = _paths(
        "source_reference", "commitment", "payment_request", "amount", "paid_on", "fiscal_year",
        "is_advance", commitment="commitment__source_reference",
    )  # fmt: skip
    references = (_COMMITMENT,)
    signed = ("amount",)
    project_path = "commitment__project_id"


def check(plan: Plan) -> None:
    """Check the tree of the nomenclature and the sign of frozen and released credits."""
    if "nomenclature" in plan.stage.tables:
        nodes = NomenclatureNode.objects.order_by()
        check_trees(plan, "nomenclature", dict(nodes.values_list("code", "parent__code")))
    for row in plan.stage.rows("movements"):
        kind = row.values["kind"]
        if kind not in FREEZING_KINDS:
            continue
        sign = -1 if kind == MovementKind.RELEASE else 1
        for column in ("ae", "cp"):
            if row.values[column] * sign < 0:
                message = _("A freeze is positive and a release negative: is the sign right?")
                plan.stage.fault("movements", row, column, "unusual_sign", message, is_warning=True)


ROOM = Room(
    (NomenclatureTable, MovementTable, CommitmentTable, ServiceDoneTable, PaymentTable),
    check=check,
)
