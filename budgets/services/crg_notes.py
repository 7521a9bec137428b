"""Write what is said of a project in a management report, as long as its version is open."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.enums import Action, Resource
from accounts.services.audit import record_event
from budgets.models import CrgNote, ProgrammingFile
from budgets.services.programming_access import lock_version
from budgets.services.round_rights import files_open_to
from common.exceptions import StaleEdit

# Who programmes the version, and who sends the file of the project.
RIGHTS = (
    (Action.UPDATE, Resource.PROGRAMMING_VERSION),
    (Action.SUBMIT, Resource.PROGRAMMING_REQUEST),
)


@transaction.atomic
def write_note(
    *, actor: Any, file_id: int, expected_version: int, comment: str = "", risk: str = ""
) -> CrgNote:
    """Write the comment and the risk of a project in a version; `expected_version` is 0 for the
    first one.

    Raises ProgrammingFile.DoesNotExist (none to see), PermissionDenied, VersionFrozen, StaleEdit,
    ValidationError.
    """
    files = ProgrammingFile.objects.all().visible_to(actor)
    file = files.select_related("project").get(pk=file_id)
    version = lock_version(file.programming_version_id)
    if file.project_id not in files_open_to(actor, version, RIGHTS, file.project_id):
        raise PermissionDenied
    note = CrgNote.objects.filter(file=file).first() or CrgNote(file=file, version=0)
    if note.version != expected_version:
        raise StaleEdit(code=file.project.code, expected=expected_version, current=note.version)
    note.comment, note.risk, note.version = comment.strip(), risk.strip(), note.version + 1
    note.full_clean()
    note.save()
    record_event(
        actor=actor, verb="note_written", object_kind="programming_version",
        object_code=version.code, detail={"project": file.project.code},
    )  # fmt: skip
    return note
