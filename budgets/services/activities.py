"""Copy the activities of an exercise to the next one, in one action (GBCP art. 66)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from accounts.enums import Action, Resource
from accounts.permissions import can
from accounts.services.audit import record_event
from budgets.enums import NomenclatureKind
from budgets.models import NomenclatureNode
from common.models import RecordState

CODE_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Copied:
    """How many activities were copied, and how many were there already."""

    created: int
    known: int


@transaction.atomic
def copy_activities(*, actor: Any, from_year: int, to_year: int) -> Copied:
    """Copy the open activities of an exercise, with their tree, to another one.

    An activity that the exercise has already, by its code or that of the accounting system, is
    left as it is: a second time adds nothing. One that stands below another activity stands below
    the copy of that one. Raises PermissionDenied, ValidationError (same years, nothing to copy).
    """
    if not can(actor, Action.CREATE, Resource.NOMENCLATURE):
        raise PermissionDenied
    if from_year == to_year:
        raise ValidationError({"to_year": _("The exercise to fill is another one.")})
    activities = NomenclatureNode.objects.filter(kind=NomenclatureKind.ACTIVITY)
    source = list(activities.filter(fiscal_year=from_year, state=RecordState.OPEN).order_by("pk"))
    if not source:
        raise ValidationError({"from_year": _("This exercise has no open activity.")})
    codes = {node.pk: code_in(node.code, from_year, to_year) for node in source}
    copies = _known(source, codes, to_year)
    left = [node for node in source if node.pk not in copies]
    known, created = len(copies), len(left)
    ids = {node.pk for node in source}
    while left:
        level = [n for n in left if n.parent_id not in ids or n.parent_id in copies]
        made = [_copy(node, codes[node.pk], to_year, copies) for node in level]
        bulk_create_with_history(
            made, NomenclatureNode, default_user=actor, default_change_reason=f"{from_year}"
        )
        written = NomenclatureNode.objects.in_bulk([node.code for node in made], field_name="code")
        copies |= {node.pk: written[codes[node.pk]] for node in level}
        left = [node for node in left if node.pk not in copies]
    detail = {"from": from_year, "to": to_year, "created": created, "known": known}
    record_event(actor=actor, verb="activities_copied", object_kind="nomenclature", detail=detail)
    return Copied(created, known)


def code_in(code: str, from_year: int, to_year: int) -> str:
    """Return the code of an activity in another exercise: the year at its end is replaced."""
    stem = code.removesuffix(f"-{from_year}")
    return f"{stem[: CODE_LENGTH - 5]}-{to_year}"


def _known(
    source: list[NomenclatureNode], codes: dict[int, str], to_year: int
) -> dict[int, NomenclatureNode]:
    """Return the activities that the exercise has already, by the id of what they copy."""
    rows = NomenclatureNode.objects.filter(code__in=codes.values())
    same_year = NomenclatureNode.objects.filter(
        kind=NomenclatureKind.ACTIVITY, fiscal_year=to_year
    ).exclude(external_code="")
    by_code = {node.code: node for node in rows}
    by_external = {node.external_code: node for node in same_year}
    found = {}
    for node in source:
        known = by_code.get(codes[node.pk]) or by_external.get(node.external_code)
        if known is not None:
            found[node.pk] = known
    return found


def _copy(
    node: NomenclatureNode, code: str, to_year: int, copies: dict[int, NomenclatureNode]
) -> NomenclatureNode:
    """Return an activity of another exercise, not saved."""
    parent = copies.get(node.parent_id) if node.parent_id else None
    return NomenclatureNode(
        code=code, external_code=node.external_code, fiscal_year=to_year, name=node.name,
        kind=NomenclatureKind.ACTIVITY, parent_id=parent.pk if parent else node.parent_id,
        data_origin=node.data_origin,
    )  # fmt: skip
