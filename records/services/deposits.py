"""Deposits: files kept as they came under names of ours, and what they hold."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import unicodedata
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.services.audit import record_event
from common.exceptions import StaleEdit
from records.enums import BatchKind, DraftState
from records.exceptions import DepositRefused, WrongDraftState
from records.importing.amendments import Amendments
from records.importing.folder import read_folder
from records.importing.reading import Reading
from records.importing.registry import file_kind, file_kinds
from records.importing.stage import Stage
from records.models import DraftFile, ImportDraft, ImportMapping
from records.services.placing import can_match, is_zip, place_file
from records.services.reports import recognised_tables

FOLDER = "imports"
_NAME_LENGTH = 200
_PIECE = 1 << 20
ALIVE = (DraftState.DRAFT, DraftState.CHECKED, DraftState.REFUSED)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent."""

    name: str
    stream: BinaryIO
    size: int


def deposit_files(
    *,
    actor: Any,
    files: Sequence[Upload],
    is_new_version: bool = False,
    keeps_waiting: bool = False,
    mapping: ImportMapping | None = None,
    may_match: bool = False,
) -> ImportDraft:
    """Keep the files of a deposit and recognise what they hold; nothing else is written.

    A file whose headings are not those of a table is read by `mapping`, else by the open mapping
    of the same headings; `keeps_waiting` says that lines whose imputation is unknown wait, as
    a mapping may say too; `may_match` keeps one that nothing reads, for its columns to be matched.
    Raises DepositRefused: no file, too many, too large, a zip beside other files, a file that is
    none of the tables; MappingUnfit.
    """
    _check_sizes(files)
    kept: list[Path] = []
    is_done = False
    try:
        with transaction.atomic():
            draft = ImportDraft(
                author=actor,
                source=_source(files),
                is_new_version=is_new_version,
                keeps_waiting=keeps_waiting,
            )
            draft.full_clean()
            draft.save()
            for position, upload in enumerate(files):
                kept.append(_keep(draft, position, upload))
            _recognise(draft, mapping, may_match=may_match)
            record_event(
                actor=actor,
                verb="deposited",
                object_kind="import_draft",
                object_code=str(draft.pk),
                detail={"source": draft.source},
            )
        is_done = True
    finally:
        # The files of what was not recorded go, whatever stopped it.
        for path in () if is_done else kept:
            path.unlink(missing_ok=True)
    return draft


def _check_sizes(files: Sequence[Upload]) -> None:
    limit = settings.IMPORT_MAX_BYTES
    if not files:
        raise DepositRefused(why=DepositRefused.NOTHING)
    if len(files) > settings.IMPORT_MAX_FILES:
        raise DepositRefused(why=DepositRefused.TOO_MANY % {"most": settings.IMPORT_MAX_FILES})
    if sum(upload.size for upload in files) > limit:
        raise DepositRefused(why=DepositRefused.TOO_LARGE % {"most": limit // 1_000_000})


def clean_name(name: str) -> str:
    """Return the name of a file to be shown: its last part, composed, without controls."""
    last = PurePath(name.replace("\\", "/")).name
    text = unicodedata.normalize("NFC", last)
    kept = "".join(c for c in text if unicodedata.category(c)[0] != "C").strip()
    return kept[-_NAME_LENGTH:] or "—"


def _source(files: Sequence[Upload]) -> str:
    return ", ".join(clean_name(upload.name) for upload in files)[:_NAME_LENGTH]


def _keep(draft: ImportDraft, position: int, upload: Upload) -> Path:
    """Copy a file to its place and record it."""
    stored = f"{FOLDER}/{timezone.now():%Y}/{uuid.uuid4().hex}"
    path = Path(settings.MEDIA_ROOT) / stored
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    size = 0
    with path.open("xb") as target:
        while piece := upload.stream.read(_PIECE):
            size += len(piece)
            digest.update(piece)
            target.write(piece)
    DraftFile.objects.create(
        draft=draft,
        position=position,
        name=clean_name(upload.name),
        stored=stored,
        size=size,
        sha256=digest.hexdigest(),
    )
    return path


def _recognise(draft: ImportDraft, mapping: ImportMapping | None, *, may_match: bool) -> None:
    """Tell what the files are, and read them once."""
    files = list(draft.files.all())
    if len(files) > 1 and any(is_zip(file) for file in files):
        raise DepositRefused(why=DepositRefused.ZIP_ALONE)
    for file in files:
        place_file(file, mapping)
        file.save(update_fields=["table", "reading"])
    other = _other_kind(files)
    if other:
        draft.kind = other
        draft.recognised = [file_kind(other).recognise(files[0].path, files[0].name)]
    elif may_match:
        tell_recognised(draft)
    else:
        draft.kind = BatchKind.PORTFOLIO
        draft.recognised = recognised_tables(read_deposit(draft).tables.values())
    draft.save(update_fields=["kind", "recognised", "updated_at"])


def tell_recognised(draft: ImportDraft) -> None:
    """Tell what the tables of a deposit hold, once none of its files is still to be matched.

    Raises DepositRefused.
    """
    draft.kind = BatchKind.PORTFOLIO
    waits = bool(waiting_files(draft))
    draft.recognised = [] if waits else recognised_tables(read_deposit(draft).tables.values())


def waiting_files(draft: ImportDraft) -> list[DraftFile]:
    """Return the files of a deposit whose columns are still to be matched."""
    if draft.kind != BatchKind.PORTFOLIO:
        return []
    return [file for file in draft.files.all() if can_match(file)]


def _other_kind(files: list[DraftFile]) -> str:
    """Return the kind of a file that is no table of the schemas; empty when none is told."""
    if len(files) != 1 or is_zip(files[0]) or files[0].table:
        return ""
    for kind in file_kinds():
        if file_kind(kind).recognise(files[0].path, files[0].name):
            return kind
    return ""


def read_deposit(draft: ImportDraft) -> Stage:
    """Read the files of a deposit with its corrections, and without its lines set aside.

    Raises DepositRefused when a file is none of the tables.
    """
    amendments = Amendments(draft.corrections, draft.set_aside)
    readings = {
        file.table: Reading.from_dict(file.reading) for file in draft.files.all() if file.reading
    }
    with _laid_out(draft) as (path, names):
        stage = read_folder(path, amendments, readings)
    stage.source = draft.source
    for staged in stage.tables.values():
        staged.file = _renamed(staged.file, names)
    report = stage.report
    for faults in (report.errors, report.warnings):
        faults[:] = [fault.moved_to(_renamed(fault.file, names)) for fault in faults]
    return stage


def _renamed(file: str, names: dict[str, str]) -> str:
    """Return the name that people know; faults name a sheet after its file, in brackets."""
    for own, given in names.items():
        if file == own or file.startswith(f"{own} ["):
            return given + file[len(own) :]
    return file


@contextmanager
def _laid_out(draft: ImportDraft) -> Iterator[tuple[Path, dict[str, str]]]:
    """Lay the files out as an import wants them, each named as its table; give the path and the
    names that the files came with.
    """
    files = list(draft.files.all())
    with tempfile.TemporaryDirectory() as parent:
        if is_zip(files[0]):
            path = Path(parent) / "deposit.zip"
            shutil.copyfile(files[0].path, path)
            yield path, {"deposit.zip": files[0].name}
            return
        names: dict[str, str] = {}
        for file in files:
            own = _own_name(file, names)
            names[own] = file.name
            shutil.copyfile(file.path, Path(parent) / own)
        yield Path(parent), names


def _own_name(file: DraftFile, taken: dict[str, str]) -> str:
    """Return the name under which a file is read: that of its table."""
    table = file.table
    if not table:
        raise DepositRefused(why=DepositRefused.UNKNOWN % {"file": file.name})
    suffix = Path(file.name).suffix.lower() or ".csv"
    suffix = suffix if suffix in (".xlsx", ".xlsm", ".ods", ".xls") else ".csv"
    own = f"{table}{suffix}"
    if own in taken:
        raise DepositRefused(why=DepositRefused.TWICE % {"one": taken[own], "other": file.name})
    return own


@transaction.atomic
def abandon_draft(*, actor: Any, draft_id: int, expected_version: int | None = None) -> ImportDraft:
    """Give a deposit up: its files are removed, what was told of it stays in the log.

    Raises WrongDraftState when it is being recorded, or was; StaleEdit.
    """
    draft = ImportDraft.objects.select_for_update(of=("self",)).get(pk=draft_id)
    if draft.state not in ALIVE:
        raise WrongDraftState(state=draft.get_state_display())
    check_version(draft, expected_version)
    draft.state = DraftState.ABANDONED
    draft.version += 1
    draft.save()
    remove_files(draft)
    record_event(
        actor=actor, verb="abandoned", object_kind="import_draft", object_code=str(draft.pk)
    )
    return draft


def check_version(draft: ImportDraft, expected: int | None) -> None:
    """Refuse what was decided on another version of a locked deposit. Raises StaleEdit."""
    if expected is not None and draft.version != expected:
        raise StaleEdit(code=str(draft.pk), expected=expected, current=draft.version)


def remove_files(draft: ImportDraft) -> None:
    """Remove the files of a deposit from the disk once the transaction is committed."""
    for file in draft.files.all():
        transaction.on_commit(partial(file.path.unlink, missing_ok=True))
