"""What people type in the ledgers, before it is a fact: its shape, its budget line, its verdict.

One entry or a thousand are treated alike: rules are evaluated in the order of the entries, each
counting what the former ones use, and either all are recorded or none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from budgets.enums import CreditType
from budgets.exceptions import ReferenceTaken, RowsRefused
from budgets.models import NomenclatureNode
from budgets.models.rows import AXES
from budgets.permissions import Place, closed_places
from budgets.rules.nomenclature import AXIS_KINDS, credit_type_of
from common.exceptions import DomainError
from common.models import RecordState
from projects.models import Project

REFERENCE_LENGTH = 70
MOST_ENTRIES = 1000


@dataclass(frozen=True, kw_only=True)
class Imputation:
    """The budget line that an entry is charged to."""

    node: NomenclatureNode
    project: Project | None = None
    functional_domain: NomenclatureNode | None = None
    activity: NomenclatureNode | None = None
    category: NomenclatureNode | None = None
    tranche: NomenclatureNode | None = None
    cost_centre: NomenclatureNode | None = None
    credit_type: str = CreditType.HT2
    is_earmarked: bool = False

    @property
    def columns(self) -> dict[str, Any]:
        """Return the columns of the ledgers that it fills."""
        return {field.name: getattr(self, field.name) for field in fields(Imputation)}

    def faults(self, fiscal_year: int, kinds: frozenset[str]) -> dict[str, str]:
        """Return what is wrong with it, by column; `kinds` are those of the node."""
        found = {}
        if self.node.kind not in kinds:
            found["node"] = _("Credits do not sit on a node of this kind.")
        for axis in AXES:
            named: NomenclatureNode | None = getattr(self, axis)
            if named is not None and named.kind not in AXIS_KINDS[axis]:
                found[axis] = _("This node of the nomenclature is not of the kind of this axis.")
        for name in ("node", *AXES):
            named = getattr(self, name)
            if named is not None and named.state != RecordState.OPEN:
                found[name] = _("This node of the nomenclature is not open.")
        if self.activity is not None and self.activity.fiscal_year not in (None, fiscal_year):
            found["activity"] = _("This activity is of another exercise.")
        nature = (self.category.external_code or self.category.code) if self.category else ""
        if nature and credit_type_of(nature) != self.credit_type:
            found["credit_type"] = _("T2 is title 2 and nothing else (LOLF art. 5).")
        return found


class Verdicts:
    """What stands against each entry of a list, by its index."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.errors: dict[int, Exception] = {}

    def refuse(self, index: int, error: Exception) -> None:
        """Keep what stands against an entry; the first error of an entry is the one told."""
        self.errors.setdefault(index, error)

    def stands(self, index: int) -> bool:
        """Whether nothing was found against an entry yet."""
        return index not in self.errors

    def refuse_faults(self, index: int, faults: dict[str, str]) -> None:
        """Keep the faults of the shape of an entry, by field; nothing without any."""
        if faults:
            self.refuse(index, ValidationError(dict(faults)))

    def refuse_closed(
        self, actor: Any, action: str, resource: str, places: Sequence[Sequence[Place]]
    ) -> None:
        """Refuse the entries of which one place is out of what `actor` may decide on."""
        owners = [index for index, some in enumerate(places) for _place in some]
        every = [place for some in places for place in some]
        for index in closed_places(actor, action, resource, every):
            self.refuse(owners[index], PermissionDenied())

    def refuse_repeated(self, references: Sequence[str], known: Iterable[str]) -> None:
        """Refuse a reference that is recorded already, or twice in the list."""
        taken = set(known)
        for index, reference in enumerate(references):
            if reference in taken:
                self.refuse(index, ReferenceTaken(reference=reference))
            taken.add(reference)

    def settle(self) -> None:
        """Raise RowsRefused when something stands against an entry: nothing is recorded then."""
        if self.errors:
            raise RowsRefused(self.count, self.errors)


def only(refused: RowsRefused) -> Exception:
    """Return what stands against the only entry of a list."""
    return refused.errors[0]


def provenance(actor: Any) -> dict[str, Any]:
    """Return the columns of a fact typed now by `actor`."""
    return {"recorded_at": timezone.now(), "recorded_by": actor}


def insert(rows: Sequence[Any]) -> None:
    """Insert facts in one statement a thousand; the columns are checked, the tables do the rest.

    Raises ReferenceTaken when somebody recorded one of the references meanwhile.
    """
    for row in rows:
        keys = {field.name for field in row._meta.concrete_fields if field.is_relation}
        row.clean_fields(exclude=keys)
    try:
        with transaction.atomic():
            type(rows[0]).objects.bulk_create(rows, batch_size=1000)
    except IntegrityError as error:
        raise ReferenceTaken(reference=rows[0].source_reference) from error


def told(error: Exception) -> list[dict[str, Any]]:
    """Return an error of an entry as located messages: path, code, message."""
    if isinstance(error, ValidationError):
        by_path = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        return [
            {"path": path, "code": "invalid", "message": str(message)}
            for path, messages in by_path.items()
            for message in messages
        ]
    if isinstance(error, DomainError):
        return [{"path": "", "code": error.code, "message": str(error)}]
    return [{"path": "", "code": "permission_denied", "message": _("You may not do this.")}]
