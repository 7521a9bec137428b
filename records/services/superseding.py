"""A newer version of a document replaces the former one, and never adds to it.

Facts are append-only: the former stays, a counter-entry of the same day takes it out of every
total, and the newer version is a fact of its own. What was known before is read with `known_at`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from records.importing.stage import Key, StagedRow
from records.services.copying import among
from records.services.plan import Changes, Stored, Writer, chunks

REFERENCE_LENGTH = 80
# « #12- »: what the references of the two facts of a replacement add to that of the document.
_SUFFIX_LENGTH = 5
# The longest reference of a document that may have a newer version.
LONGEST_DOCUMENT = REFERENCE_LENGTH - _SUFFIX_LENGTH
ROWS_BY_INSERT = 2_000


def last_versions(table: Any, keys: set[Key], columns: list[str]) -> dict[Key, Stored]:
    """Return the last version of the documents that have several, by key."""
    found: dict[Key, Stored] = {}
    size = len(table.paths)
    for some in chunks(key[0] for key in keys):
        later = table.model._default_manager.filter(
            document_reference__in=among(some), reverses__isnull=True
        )
        ordered = later.order_by("document_version").values_list("document_reference", *columns)
        for reference, *row in ordered:
            found[reference,] = Stored((reference, *row[1:size]), *row[size:])
    return found


def may_replace(table: Any, row: StagedRow, stored: Stored, changed: set[str]) -> bool:
    """Whether the row is a newer version of the fact; a fault is recorded when it is not.

    It is when its `document_version` is higher, or when the deposit as a whole was declared to be
    a newer version of the same documents and the row does not tell.
    """
    stage, name = table.plan.stage, table.name
    told = row.values.get("document_version")
    told = told if table.signed else None
    if told is not None and told < stored.version:
        message = _("Version %(version)s of this document is recorded already.") % {
            "version": stored.version
        }
        stage.fault(name, row, "document_version", "older_version", message)
        return False
    is_newer = told is not None and told > stored.version
    if not is_newer and not (told is None and table.plan.is_new_version and table.signed):
        _tell_changed(table, row, stored, changed)
        return False
    if len(row.values["source_reference"]) > LONGEST_DOCUMENT:
        message = _("The reference is too long to have a newer version.")
        stage.fault(name, row, "source_reference", "too_long", message)
        return False
    return True


def _tell_changed(table: Any, row: StagedRow, stored: Stored, changed: set[str]) -> None:
    """Record the fault of a fact that is known with another content."""
    for column, value in zip(table.paths, stored.values, strict=True):
        if column in changed:
            message = _("The fact is recorded with %(value)s: it never changes, add a correction.")
            shown = {"value": "-" if value in (None, "") else value}
            table.plan.stage.fault(table.name, row, column, "fact_changed", message % shown)
            return


def refuse_moved(table: Any, changes: Changes) -> None:
    """Refuse a newer version that moves elsewhere a fact on which others lean."""
    links = {column for _field, _table, columns in table.references for column in columns}
    moved = {
        stored.pk: (row, min(changed & links))
        for row, stored, changed in changes.updated
        if changed & links
    }
    leant_on: set[int] = set()
    for relation in table.model._meta.related_objects:
        if relation.related_model is table.model:
            continue
        rows = relation.related_model._base_manager.order_by()
        for some in chunks(moved):
            held = rows.filter(**{f"{relation.field.name}__in": some})
            leant_on.update(held.values_list(relation.field.attname, flat=True))
    for pk in leant_on:
        message = _("Other rows lean on this fact: its newer version cannot belong elsewhere.")
        table.plan.stage.fault(table.name, *moved[pk], "fact_in_use", message)
    changes.updated = [item for item in changes.updated if item[1].pk not in leant_on]


def replace_facts(table: Any, changes: Changes, writer: Writer) -> None:
    """Write the two facts of each replacement: the counter-entry and the newer version."""
    former: dict[int, Any] = {}
    for some in chunks(stored.pk for _row, stored, _changed in changes.updated):
        former |= table.model._default_manager.in_bulk(some)
    reversals = []
    newer = []
    for row, stored, _changed in changes.updated:
        reversals.append(_reversal(table, former[stored.pk], row, writer))
        fact = table.build(row, writer)
        reference = row.values["source_reference"]
        version = row.values.get("document_version") or stored.version + 1
        fact.source_reference = f"{reference}#{version}"
        fact.document_reference, fact.document_version = reference, version
        newer.append(fact)
        table.plan.touch(table.project_of(former[stored.pk]))
        table.plan.touch(table.project_id(row))
    manager = table.model._default_manager
    manager.bulk_create(reversals, batch_size=ROWS_BY_INSERT)
    manager.bulk_create(newer, batch_size=ROWS_BY_INSERT)
    table.plan.replaced.setdefault(table.name, {}).update(
        (reversal.reverses_id, (reversal.pk, fact.pk))
        for reversal, fact in zip(reversals, newer, strict=True)
    )


def _reversal(table: Any, former: Any, row: StagedRow, writer: Writer) -> Any:
    """Return the counter-entry of a fact: the same in all, the sign of its amounts turned."""
    kept = {
        field.attname: getattr(former, field.attname)
        for field in table.model._meta.concrete_fields
        if not field.primary_key
    }
    kept |= {name: -kept[name] for name in table.signed if kept[name] is not None}
    reference = former.document_reference or former.source_reference
    kept |= {
        "source_reference": f"{reference}#{former.document_version}-",
        "document_reference": reference,
        "reverses_id": former.pk,
        **table.provenance(row, writer),
    }
    return table.model(**kept)


def free_references(table: Any, changes: Changes) -> None:
    """Refuse a newer version whose two references are taken by facts of other documents."""
    wanted = {}
    for row, stored, _changed in changes.updated:
        reference = row.values["source_reference"]
        version = row.values.get("document_version") or stored.version + 1
        wanted[f"{reference}#{version}"] = row
        wanted[f"{reference}#{stored.version}-"] = row
    for taken in _taken(table, wanted):
        message = _("Another fact has the reference %(reference)s.") % {"reference": taken}
        row = wanted[taken]
        table.plan.stage.fault(table.name, row, "source_reference", "number_taken", message)


def _taken(table: Any, references: Iterable[str]) -> list[str]:
    found: list[str] = []
    for some in chunks(references):
        rows = table.model._default_manager.filter(source_reference__in=some).order_by()
        found += rows.values_list("source_reference", flat=True)
    return found
