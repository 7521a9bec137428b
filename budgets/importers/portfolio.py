"""The tables of the budgets room in a folder of import tables (docs/imports.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts.enums import Action, Reach, Resource
from accounts.permissions import scopes_of
from budgets.importers.checks import check
from budgets.importers.waiting import WaitingFacts, forget, keep, prepare
from budgets.importers.years import fill_commitment_years
from budgets.models import (
    Commitment,
    CreditMovement,
    NomenclatureNode,
    Payment,
    PaymentRequest,
    ScheduledPayment,
    ServiceDone,
)
from budgets.models.attaching import reaches_every_line
from budgets.models.rows import AXES
from budgets.services.rule_jobs import request_checks
from projects.models import Project
from records.importing.stage import StagedRow
from records.services.editable import RecordTable
from records.services.facts import FactTable
from records.services.plan import Changes, Plan, Room, Undoing, Writer, chunks

_PROJECT = ("project", "projects", ("project",))
_NODE = ("node", "nomenclature", ("node",))
_COMMITMENT = ("commitment", "commitments", ("commitment",))
_MOVEMENT = ("movement", "movements", ("movement",))
_AXES = tuple((axis, "nomenclature", (axis,)) for axis in AXES)


def _paths(*columns: str, **others: str) -> dict[str, str]:
    """Return the lookups of columns: their own name, but for those given."""
    return {column: others.get(column, column) for column in columns}


_IMPUTATION = {axis: f"{axis}__code" for axis in AXES} | _paths("credit_type", "is_earmarked")


class NomenclatureTable(RecordTable):
    """Nodes of the nomenclature."""

    name = "nomenclature"
    needs = (Action.CREATE, Resource.NOMENCLATURE)
    model = NomenclatureNode
    columns = {
        name: name
        for name in (
            "name",
            "kind",
            "external_code",
            "fiscal_year",
            "valid_from",
            "valid_to",
            "data_origin",
        )
    }
    references = {"parent": ("parent", "nomenclature", "code")}
    related = ("parent",)
    is_tree = True


class _OfNode(WaitingFacts):
    """Facts of a node of the nomenclature and, it may be, of a project."""

    waits_for = frozenset({"node", "project", *AXES})

    def reached(self, user: Any) -> Callable[[StagedRow], bool]:
        """Tell the rows whose project or node `user` may import facts of."""
        scopes = scopes_of(user, *self.needs)
        if reaches_every_line(scopes):
            return lambda row: True
        reach = Project.objects.within(scopes.only(Reach.NODE, Reach.OWN), user)
        projects = set(reach.values_list("code", flat=True))
        within = scopes.codes.get(Reach.BUDGET, ())
        ids = NomenclatureNode.objects.subtree_ids(within) if within else ()
        nodes = set(NomenclatureNode.objects.filter(pk__in=ids).values_list("code", flat=True))
        return lambda row: row.values["project"] in projects or row.values["node"] in nodes


class _OfCommitment(WaitingFacts):
    """Facts of a commitment."""

    waits_for = frozenset({"commitment"})

    def reached(self, user: Any) -> Callable[[StagedRow], bool]:
        """Tell the rows whose commitment `user` may import facts of, those of the file included.

        A commitment of the file is checked as a row of its own.
        """
        if reaches_every_line(scopes_of(user, *self.needs)):
            return lambda row: True
        rows = Commitment.objects.allowing(user, self.needs[0])
        ids = {known.pk for known in self.plan.found["commitments"].values()}
        kept: set[int] = set()
        for some in chunks(ids):
            kept.update(rows.filter(pk__in=some).values_list("pk", flat=True))
        keys = {key for key, known in self.plan.found["commitments"].items() if known.pk in kept}
        staged = self.plan.stage.table("commitments")
        keys |= set(staged.by_key) if staged else set()
        return lambda row: row.key(("commitment",)) in keys


class MovementTable(_OfNode):
    """Credit movements."""

    name = "movements"
    needs = (Action.IMPORT, Resource.CREDIT)
    model = CreditMovement
    paths = _paths(
        "source_reference", "node", "project", "kind", "ae", "cp", "effective_on", "fiscal_year",
        "legal_basis", "act_reference", "ceiling_law", node="node__code", project="project__code",
    ) | _IMPUTATION  # fmt: skip
    references = (_PROJECT, _NODE, *_AXES)
    signed = ("ae", "cp")


class CommitmentTable(_OfNode):
    """Commitments."""

    name = "commitments"
    model = Commitment
    paths = _paths(
        "source_reference", "legal_reference", "line_number", "node", "project", "label",
        "supplier", "amount", "amount_excl_tax", "vat_rate", "committed_on", "fiscal_year",
        "commitment_year", "is_recyclable", node="node__code", project="project__code",
    ) | _IMPUTATION  # fmt: skip
    references = (_PROJECT, _NODE, *_AXES)
    signed = ("amount", "amount_excl_tax")

    def compare(self) -> Changes:
        """Give each row the exercise of its commitment, then compare."""
        fill_commitment_years(self.plan.stage.tables[self.name].sound_rows())
        return super().compare()


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


class PaymentRequestTable(_OfCommitment):
    """Payment requests."""

    name = "payment_requests"
    model = PaymentRequest
    paths = _paths(
        "source_reference", "commitment", "number", "invoice_number", "invoice_received_on",
        "amount", "requested_on", "fiscal_year", commitment="commitment__source_reference",
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


class ScheduledPaymentTable(FactTable):
    """CP expected on commitments and on credits; only for who imports facts everywhere."""

    name = "scheduled_payments"
    model = ScheduledPayment
    paths = _paths(
        "source_reference", "commitment", "movement", "amount", "forecast_on", "due_on",
        "fiscal_year", commitment="commitment__source_reference",
        movement="movement__source_reference",
    )  # fmt: skip
    references = (_COMMITMENT, _MOVEMENT)
    signed = ("amount",)
    project_path = "commitment__project_id"

    def project_of(self, fact: Any) -> int | None:
        """Return the project of the commitment, or of the credits."""
        project_id: int | None = (fact.commitment or fact.movement).project_id
        return project_id


def finish(plan: Plan, writer: Writer) -> None:
    """Keep the lines that wait, and ask for the check of the rules on the exercises of the facts
    that were written.
    """
    keep(plan, writer)
    years = {
        year
        for name, changes in plan.changes.items()
        if name in LEDGERS
        for year in changes.created_exercises()
    }
    request_checks(years, actor=writer.actor)


def undone(undoing: Undoing) -> None:
    """Remove the lines that waited, and ask for the check of the rules."""
    forget(undoing)
    request_checks(actor=undoing.actor)


LEDGERS = frozenset(
    table.name
    for table in (
        MovementTable,
        CommitmentTable,
        ServiceDoneTable,
        PaymentRequestTable,
        PaymentTable,
        ScheduledPaymentTable,
    )
)
ROOM = Room(
    (
        NomenclatureTable,
        MovementTable,
        CommitmentTable,
        ServiceDoneTable,
        PaymentRequestTable,
        PaymentTable,
        ScheduledPaymentTable,
    ),
    check=check,
    prepare=prepare,
    finish=finish,
    undone=undone,
)
