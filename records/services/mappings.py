"""Mappings that people keep: made from a deposited file, used for it, edited, closed."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.services.owned import RecordKind, create_record, update_record
from common.models import RecordState
from common.tabular.parsing import normalise_title
from records.importing.reading import Options, Reading, headings_named
from records.importing.schema import TableSchema, load_schemas
from records.models import ImportDraft, ImportMapping
from records.services.deposits import tell_recognised
from records.services.drafts import draft_changed, lock_draft

_CODE_LENGTH = 32


def check_mapping(mapping: ImportMapping) -> None:
    """Refuse a mapping that names what the table or the file does not have, or fills one field
    twice.

    A required field is filled by a column or by a value. Raises ValidationError, whose messages
    name the fields.
    """
    schema = load_schemas().get(mapping.table)
    if schema is None:
        raise ValidationError({"table": _("There is no such table.")})
    options = Options.from_dict(mapping.options)
    known = {field.name: field for field in schema.fields}
    named = [*mapping.columns.values(), *options.values, *options.reversed]
    unknown = sorted({name for name in [*named, *options.equivalents] if name not in known})
    if unknown:
        message = _("The table has no such column.")
        raise ValidationError({"columns": f"{', '.join(unknown)}: {message}"})
    _refuse_doubles(mapping, schema)
    filled = {*mapping.columns.values(), *options.values}
    missing = [field for field in schema.fields if field.required and field.name not in filled]
    if missing:
        told = ", ".join(_(field.title) for field in missing)
        message = _("These fields are required, and no column gives them: %(fields)s.")
        raise ValidationError({"columns": message % {"fields": told}})


def _refuse_doubles(mapping: ImportMapping, schema: TableSchema) -> None:
    names = list(mapping.columns.values())
    for name in sorted(set(names)):
        field = schema.field(name)
        if names.count(name) > 1:
            message = _("Two columns are matched with “%(field)s”: keep one.")
            raise ValidationError({"columns": message % {"field": _(field.title)}})
    known = {normalise_title(heading) for heading in mapping.headings}
    told = headings_named(Options.from_dict(mapping.options).values)
    unknown = [heading for heading in told if normalise_title(heading) not in known]
    if unknown:
        message = _("The file has no heading “%(heading)s”.")
        raise ValidationError({"options": message % {"heading": unknown[0]}})


MAPPING = RecordKind(
    name="import_mapping",
    model=ImportMapping,
    editable=frozenset({"name", "table", "headings", "signature", "columns", "options"}),
    check=check_mapping,
)


@transaction.atomic
def match_file(
    *,
    actor: Any,
    draft_id: int,
    position: int,
    name: str,
    reading: Reading,
    expected_version: int | None = None,
) -> ImportDraft:
    """Keep how a deposited file is read as the mapping of its source, and read it so.

    The open mapping of this name is edited when something changed, otherwise a new one is made.
    Corrections of the table are forgotten: they were made under other columns. Raises
    ValidationError, WrongDraftState, StaleEdit, DepositRefused, DraftFile.DoesNotExist.
    """
    draft = lock_draft(draft_id, expected_version)
    file = draft.files.get(position=position)
    mapping = _kept(actor, name.strip(), reading)
    kept = replace(reading, code=mapping.code, version=mapping.version)
    file.table, file.reading = reading.table, kept.as_dict()
    file.save(update_fields=["table", "reading"])
    draft.corrections.pop(reading.table, None)
    tell_recognised(draft)
    detail = {"file": file.name, "table": reading.table, "mapping": mapping.code}
    return draft_changed(draft, actor, "matched", detail)


@transaction.atomic
def edit_mapping(
    *, actor: Any, mapping_id: int, expected_version: int, name: str, reading: Reading
) -> ImportMapping:
    """Edit a mapping; the deposits that it was used for keep what it said then.

    Raises StaleEdit, RecordEnded, ValidationError.
    """
    edited: ImportMapping = update_record(
        actor=actor,
        kind=MAPPING,
        record_id=mapping_id,
        expected_version=expected_version,
        changes=_fields(name.strip(), reading),
    )
    return edited


@transaction.atomic
def add_mapping(*, actor: Any, code: str, name: str, reading: Reading) -> ImportMapping | None:
    """Add a mapping that no deposited file was matched for; None, and nothing changes, when its
    code is known already, whatever its state, or another open mapping has its name.

    What people edited or closed stays so. Raises ValidationError.
    """
    same_name = Q(name=name, state=RecordState.OPEN)
    if ImportMapping.objects.filter(same_name | Q(code=code)).exists():
        return None
    fields = {"code": code, **_fields(name, reading)}
    created: ImportMapping = create_record(actor=actor, kind=MAPPING, fields=fields, draft=False)
    return created


def _fields(name: str, reading: Reading) -> dict[str, Any]:
    return {
        "name": name,
        "table": reading.table,
        "headings": list(reading.headings),
        "signature": reading.signature,
        "columns": {told: field for told, field in reading.columns.items() if field},
        "options": reading.options.as_dict(),
    }


def _kept(actor: Any, name: str, reading: Reading) -> ImportMapping:
    """Return the mapping of a source, made or edited as the reading says."""
    fields = _fields(name, reading)
    known = ImportMapping.objects.select_for_update(of=("self",))
    mapping = known.filter(name=name, state=RecordState.OPEN).first()
    if mapping is None:
        fields["code"] = _free_code(name)
        created: ImportMapping = create_record(
            actor=actor, kind=MAPPING, fields=fields, draft=False
        )
        return created
    if _says_the_same(mapping, fields):
        return mapping
    edited: ImportMapping = update_record(
        actor=actor,
        kind=MAPPING,
        record_id=mapping.pk,
        expected_version=mapping.version,
        changes=fields,
    )
    return edited


def _says_the_same(mapping: ImportMapping, fields: dict[str, Any]) -> bool:
    """Whether a mapping says this already, wherever the headings of this file stand."""
    places = ("header_line", "sheet")
    ours, theirs = (
        {name: value for name, value in options.items() if name not in places}
        for options in (fields["options"], mapping.options)
    )
    same = all(getattr(mapping, name) == fields[name] for name in ("table", "signature", "columns"))
    return same and ours == theirs


def _free_code(name: str) -> str:
    """Return the code of a new mapping, from the name of its source."""
    stem = slugify(name).upper()[:_CODE_LENGTH].strip("-") or "SOURCE"
    taken = set(ImportMapping.objects.filter(code__startswith=stem).values_list("code", flat=True))
    codes = (stem if rank == 1 else f"{stem}-{rank}" for rank in count(1))
    return next(code for code in codes if code not in taken)
