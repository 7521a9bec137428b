"""Every link leads to a row; every imported fact has its batch, and a batch all its facts."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models
from django.db.models import Count, Exists, F, OuterRef

from indicators.services.verification.report import Mismatch
from indicators.services.verification.tables import IMPORTED, LINKED, name_of
from partners.models import ContractCommitment, ContractProject
from records.enums import BatchKind
from records.models import ImportBatch


def broken_links() -> Iterator[Mismatch]:
    """Yield the rows whose foreign key leads nowhere; one query a foreign key."""
    for model in LINKED:
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey):
                yield from _broken(model, field)


def _broken(
    model: type[models.Model],
    field: models.ForeignKey,  # type: ignore[type-arg]
) -> Iterator[Mismatch]:
    target = field.related_model
    reached = target._base_manager.filter(pk=OuterRef(field.attname))
    lost = model._base_manager.filter(~Exists(reached), **{f"{field.attname}__isnull": False})
    for row, found in lost.order_by("pk").values_list(name_of(model), field.attname):
        wanted = f"a row of {target._meta.label}"
        yield Mismatch("references", model._meta.label, str(row), wanted, f"id {found}")


def facts_without_batch() -> Iterator[Mismatch]:
    """Yield the facts that name a line of a file and no batch; one query a table."""
    for model in IMPORTED.values():
        alone = model._base_manager.filter(batch__isnull=True, source_line__isnull=False)
        for row in alone.order_by("pk").values_list(name_of(model), flat=True):
            yield Mismatch("batch_of_fact", model._meta.label, str(row), "a batch", "none")


def batches_without_facts() -> Iterator[Mismatch]:
    """Yield the batches that created more, or fewer, facts than are stored; one query a table.

    Facts are never deleted but by the undo of their batch: one that stands and whose rows are
    gone was tampered with. A fact replaced by a newer version makes two rows.
    """
    batches = list(
        ImportBatch.objects.standing()
        .filter(kind=BatchKind.PORTFOLIO)
        .order_by("pk")
        .values_list("pk", "code", "counts")
    )
    for name, model in IMPORTED.items():
        stored = dict(
            model._base_manager.filter(batch__isnull=False)
            .order_by()
            .values_list("batch_id")
            .annotate(rows=Count("pk"))
        )
        for pk, code, counts in batches:
            counted = counts.get(name, {})
            told = counted.get("created", 0) + 2 * counted.get("updated", 0)
            if told != stored.get(pk, 0):
                label = f"{model._meta.label} of batch"
                yield Mismatch("batch_rows", label, code, str(told), str(stored.get(pk, 0)))


def contracts_elsewhere() -> Iterator[Mismatch]:
    """Yield the commitments of a contract for a project that the contract does not serve."""
    served = ContractProject.objects.filter(
        contract=OuterRef("contract"), project=OuterRef("commitment__project")
    )
    odd = ContractCommitment.objects.filter(~Exists(served), commitment__project__isnull=False)
    rows = odd.order_by("pk").values_list(
        F("contract__code"), F("commitment__source_reference"), F("commitment__project__code")
    )
    for contract, commitment, project in rows:
        yield Mismatch("contract_project", f"contract {contract}", commitment, "", project)
