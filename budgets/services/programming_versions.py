"""Start a version of the programming, and edit what it says of itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.permissions import can
from accounts.services.audit import record_event
from budgets.enums import VersionBasis, VersionKind
from budgets.exceptions import NothingToStartFrom, NumberTaken
from budgets.models import ProgrammingVersion
from budgets.services.programming_access import REASON_LENGTH, lock_version, refuse_closed
from budgets.services.programming_basis import (
    Seed,
    seeds_of_execution,
    seeds_of_schedules,
    seeds_of_version,
    write_seeds,
)
from budgets.services.round_content import open_files
from common.exceptions import StaleEdit
from common.models import DataOrigin

EDITABLE = frozenset({"label", "data_on"})


@transaction.atomic
def create_version(
    *,
    actor: Any,
    fiscal_year: int,
    kind: str,
    basis: str = VersionBasis.EMPTY,
    former: ProgrammingVersion | None = None,
    label: str = "",
    data_on: dt.date | None = None,
    data_origin: str = DataOrigin.OPERATIONAL,
) -> ProgrammingVersion:
    """Create the next version of an exercise, as a draft, started from `basis`.

    `former` is the version to copy, of this exercise or of an earlier one, and is of that basis
    alone; the requests of the projects are the last version of requests of the exercise. Whatever
    it starts from is taken whole: its lines are read by whom they concern. A controller creates
    simulations, not versions. Raises PermissionDenied, ExerciseClosed, ValidationError,
    NothingToStartFrom, NumberTaken. A few queries to read, then one a thousand lines.
    """
    resource = Resource.PROGRAMMING_VERSION
    if not (can(actor, Action.CREATE, resource) and can(actor, Action.SUBMIT, resource)):
        raise PermissionDenied
    refuse_closed(fiscal_year, data_origin)
    known = ProgrammingVersion.objects.filter(fiscal_year=fiscal_year, data_origin=data_origin)
    # The versions of the exercise are what two creations at once wait for.
    rows = known.select_for_update(of=("self",), no_key=True).order_by("pk")
    numbers = list(rows.values_list("number", flat=True))
    parent = _parent(basis, former, known, fiscal_year, data_origin)
    version = ProgrammingVersion(
        fiscal_year=fiscal_year,
        number=max(numbers, default=0) + 1,
        kind=kind,
        basis=basis,
        parent=parent,
        label=label.strip(),
        data_on=data_on,
        data_origin=data_origin,
        created_by=actor,
    )
    version.full_clean(validate_unique=False, validate_constraints=False)
    _save_new(version)
    lines = _write_lines(version, actor)
    _tell(actor, version, "created", kind=version.kind, basis=version.basis, lines=lines)
    return version


def _parent(
    basis: str,
    former: ProgrammingVersion | None,
    known: Any,
    fiscal_year: int,
    data_origin: str,
) -> ProgrammingVersion | None:
    """Return the version that the new one comes from."""
    if basis == VersionBasis.REQUESTS:
        found = known.filter(kind=VersionKind.REQUESTS).order_by("-number").first()
        if found is None:
            raise NothingToStartFrom(fiscal_year=fiscal_year)
        return found  # type: ignore[no-any-return]
    if (basis == VersionBasis.VERSION) != (former is not None):
        raise ValidationError({"former": _("Name a former version to start from, and only then.")})
    if former and (former.fiscal_year > fiscal_year or former.data_origin != data_origin):
        message = _("A version starts from one of the same exercise or of an earlier one.")
        raise ValidationError({"former": message})
    return former


def _save_new(version: ProgrammingVersion) -> None:
    try:
        with transaction.atomic():
            version.save()
    except IntegrityError as error:
        # The first version of an exercise has no row to wait for.
        raise NumberTaken(fiscal_year=version.fiscal_year) from error


def _write_lines(version: ProgrammingVersion, actor: Any) -> int:
    """Write the lines that a version starts from, and open the files of their projects."""
    lines = write_seeds(version, list(_seeds(version)), actor)
    open_files(version.pk)
    return len(lines)


def _seeds(version: ProgrammingVersion) -> Iterable[Seed]:
    if version.parent:
        return seeds_of_version(version.parent, version.kind, version.fiscal_year)
    if version.basis == VersionBasis.EXECUTION:
        return seeds_of_execution(version.data_origin, version.kind, version.fiscal_year)
    if version.basis == VersionBasis.SCHEDULES:
        return seeds_of_schedules(version.data_origin, version.kind, version.fiscal_year)
    return ()


@transaction.atomic
def edit_version(
    *,
    actor: Any,
    version_id: int,
    expected_version: int,
    changes: dict[str, Any],
    reason: str = "",
) -> ProgrammingVersion:
    """Change the label or the date of the data of a version.

    Raises PermissionDenied, VersionFrozen, StaleEdit, ValidationError.
    """
    if unknown := changes.keys() - EDITABLE:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    if not can(actor, Action.UPDATE, Resource.PROGRAMMING_VERSION):
        raise PermissionDenied
    version = lock_version(version_id)
    if version.version != expected_version:
        raise StaleEdit(code=version.code, expected=expected_version, current=version.version)
    for name, value in changes.items():
        setattr(version, name, value)
    version.version += 1
    version.full_clean()
    version._change_reason = reason.strip()[:REASON_LENGTH]  # type: ignore[attr-defined]
    version.save()
    _tell(actor, version, "edited", fields=sorted(changes))
    return version


def _tell(actor: Any, version: ProgrammingVersion, done: str, **detail: Any) -> None:
    record_event(
        actor=actor,
        verb=done,
        object_kind="programming_version",
        object_code=version.code,
        detail=detail,
    )
