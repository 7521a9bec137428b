"""The tables of the partners room in a folder of import tables (docs/imports.md)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from budgets.models import Commitment
from partners.models import Amendment, Contract, ContractCommitment, ContractProject, Partner
from projects.models import Project
from records.importing.stage import StagedRow
from records.services.editable import RecordTable
from records.services.facts import FactTable
from records.services.plan import Plan, Room, Undoing, Writer, chunks


class PartnerTable(RecordTable):
    """Partners."""

    name = "partners"
    needs = (Action.CREATE, Resource.PARTNER)
    model = Partner
    columns = {
        name: name
        for name in ("name", "kind", "identifier_kind", "identifier", "country", "data_origin")
    }


class ContractTable(RecordTable):
    """Contracts and their links; a list that the file gives is the whole list."""

    name = "contracts"
    needs = (Action.CREATE, Resource.CONTRACT)
    model = Contract
    columns = {
        name: name
        for name in (
            "title",
            "kind",
            "amount_excl_tax",
            "vat_rate",
            "amount_incl_tax",
            "notified_on",
            "start_on",
            "end_on",
        )
    }
    references = {"holder": ("holder", "partners", "code")}
    related = ("holder",)
    subject_kind = "contract"

    def origin(self, row: StagedRow) -> str:
        """A contract takes the origin of its holder."""
        return self.plan.origin_of("partners", (row.values["holder"],))

    def prepare(self, known: dict[str, Contract]) -> None:
        """Read the links of known contracts."""
        ids = [record.pk for record in known.values()]
        self.links: dict[str, dict[int, set[str]]] = {
            "projects": _links(ContractProject, "project__code", ids),
            "commitments": _links(ContractCommitment, _DOCUMENT, ids),
        }

    def current(self, record: Contract, column: str) -> Any:
        """Return the value of a contract as the file would write it; links as a set."""
        if column in self.links:
            return self.links[column].get(record.pk, set())
        return super().current(record, column)

    @staticmethod
    def _differs(current: Any, row: StagedRow, column: str) -> bool:
        if column in ("projects", "commitments"):
            return set(row.values[column]) != current
        return RecordTable._differs(current, row, column)

    def write_links(self, rows: list[tuple[StagedRow, int]]) -> None:
        """Replace the links that the file gives."""
        columns = self.plan.stage.tables[self.name].columns
        if "projects" in columns:
            self._replace(ContractProject, "project", "projects", rows)
        if "commitments" in columns:
            self._replace(ContractCommitment, "commitment", "commitments", rows)

    @classmethod
    def links_of(cls, record: Contract, column: str) -> Any:
        """Return the codes of the projects, or the references of the commitments, of a contract."""
        model: Any = ContractProject if column == "projects" else ContractCommitment
        lookup = "project__code" if column == "projects" else _DOCUMENT
        return _links(model, lookup, [record.pk]).get(record.pk, set())

    @classmethod
    def restore_links(cls, record: Contract, column: str, trace: Any) -> None:
        """Give back the former projects or commitments of a contract."""
        former = trace.before[column]
        if column == "projects":
            record.projects.set(Project.objects.filter(code__in=former))
        else:
            ids = [pk for found in _every_version(former).values() for pk in found]
            record.commitments.set(Commitment.objects.filter(pk__in=ids))

    @classmethod
    def undo(cls, undoing: Undoing) -> list[str]:
        """Undo the contracts, then the links to the versions of commitments of the batch."""
        blockers = super().undo(undoing)
        if not blockers:
            newer = ContractCommitment.objects.filter(commitment__batch=undoing.batch)
            newer.exclude(commitment__document_reference="").delete()
        return blockers

    def _replace(
        self, model: Any, field: str, table: str, rows: list[tuple[StagedRow, int]]
    ) -> None:
        for some in chunks(pk for _row, pk in rows):
            model.objects.filter(contract__in=some).delete()
        named = {key for row, _pk in rows for key in row.values[table]}
        found = (
            _every_version(named)
            if model is ContractCommitment
            else {key: [self.plan.found[table][key,].pk] for key in named}
        )
        model.objects.bulk_create(
            [
                model(contract_id=pk, **{f"{field}_id": linked})
                for row, pk in rows
                for key in row.values[table]
                for linked in found[key]
            ]
        )


# The commitment as its source names it, whatever the version of the document.
_DOCUMENT = Coalesce(
    NullIf("commitment__document_reference", Value("")), "commitment__source_reference"
)


def _links(model: Any, lookup: Any, ids: Iterable[int]) -> dict[int, set[str]]:
    """Return the codes linked to each contract."""
    found: dict[int, set[str]] = {}
    for some in chunks(ids):
        kept = model.objects.filter(contract__in=some).order_by()
        for contract_id, code in kept.values_list("contract_id", lookup):
            found.setdefault(contract_id, set()).add(code)
    return found


def _every_version(references: Iterable[str]) -> dict[str, list[int]]:
    """Return the ids of every version of the commitments, counter-entries included."""
    found: dict[str, list[int]] = {}
    for some in chunks(references):
        named = Q(source_reference__in=some) | Q(document_reference__in=some)
        rows = Commitment.objects.filter(named).order_by("pk")
        for pk, own, document in rows.values_list("pk", "source_reference", "document_reference"):
            found.setdefault(document or own, []).append(pk)
    return found


class AmendmentTable(FactTable):
    """Signed amendments."""

    name = "amendments"
    needs = (Action.SUBMIT, Resource.CONTRACT)
    model = Amendment
    paths = {
        "source_reference": "source_reference",
        "contract": "contract__code",
        "number": "number",
        "subject": "subject",
        "signed_on": "signed_on",
        "amount_excl_tax": "amount_excl_tax",
        "amount_incl_tax": "amount_incl_tax",
        "new_end_on": "new_end_on",
    }
    references = (("contract", "contracts", ("contract",)),)
    project_path = ""


def check(plan: Plan) -> None:
    """A commitment belongs to one contract, and a number to one amendment of it."""
    _check_commitments(plan)
    _check_numbers(plan)


def _check_commitments(plan: Plan) -> None:
    rows = plan.stage.rows("contracts")
    named = {reference for row in rows for reference in row.values["commitments"]}
    given = {row.values["code"] for row in rows}
    holders: dict[str, str] = {}
    for some in chunks(named):
        links = ContractCommitment.objects.filter(commitment__source_reference__in=some)
        pairs = links.exclude(contract__code__in=given).order_by()
        holders |= dict(pairs.values_list("commitment__source_reference", "contract__code"))
    for row in rows:
        for reference in row.values["commitments"]:
            holder = holders.setdefault(reference, row.values["code"])
            if holder != row.values["code"]:
                message = _("%(reference)s belongs to contract %(code)s already.") % {
                    "reference": reference,
                    "code": holder,
                }
                plan.stage.fault("contracts", row, "commitments", "commitment_taken", message)


def _check_numbers(plan: Plan) -> None:
    rows = plan.stage.rows("amendments")
    taken: dict[tuple[str, int], str] = {}
    for some in chunks({row.values["contract"] for row in rows}):
        known = Amendment.objects.filter(contract__code__in=some).order_by()
        for code, number, reference in known.values_list(
            "contract__code", "number", "source_reference"
        ):
            taken[code, number] = reference
    for row in rows:
        reference = taken.get((row.values["contract"], row.values["number"]), "")
        if reference and reference != row.values["source_reference"]:
            message = _("The contract has this amendment already, as %(reference)s.") % {
                "reference": reference
            }
            plan.stage.fault("amendments", row, "number", "number_taken", message)


def finish(plan: Plan, writer: Writer) -> None:
    """A contract that produced a commitment produced its newer version as well."""
    replaced = plan.replaced.get("commitments", {})
    links: list[ContractCommitment] = []
    for some in chunks(replaced):
        held = ContractCommitment.objects.filter(commitment__in=some).order_by()
        for contract_id, former in held.values_list("contract_id", "commitment_id"):
            links += [
                ContractCommitment(contract_id=contract_id, commitment_id=pk)
                for pk in replaced[former]
            ]
    # The contracts of the folder linked every version already.
    ContractCommitment.objects.bulk_create(links, ignore_conflicts=True)


ROOM = Room((PartnerTable, ContractTable, AmendmentTable), check=check, finish=finish)
