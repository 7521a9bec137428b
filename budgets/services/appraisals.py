"""Record opinions on BOP, trajectories and keys of CP; correct them under their version."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.services.audit import record_event
from budgets.enums import NomenclatureKind
from budgets.models import BopOpinion, NomenclatureNode, ProgrammingKey, Trajectory
from budgets.permissions import can_decide_on
from budgets.services.rule_jobs import request_checks
from common.exceptions import StaleEdit


@transaction.atomic
def record_opinion(
    *,
    actor: Any,
    node: NomenclatureNode,
    fiscal_year: int,
    given_on: dt.date,
    sense: str,
    reference: str = "",
) -> BopOpinion:
    """Record the opinion on a BOP for an exercise. Raises PermissionDenied, ValidationError."""
    _refuse(actor, Action.CREATE, node)
    if node.kind != NomenclatureKind.BOP:
        raise ValidationError({"node": _("An opinion is given on a BOP.")})
    row = BopOpinion(
        node=node, fiscal_year=fiscal_year, given_on=given_on, sense=sense,
        reference=reference.strip(), data_origin=node.data_origin,
    )  # fmt: skip
    _keep(row, actor, "opinion_recorded")
    return row


@transaction.atomic
def record_trajectory(
    *, actor: Any, node: NomenclatureNode, fiscal_year: int, cp: Decimal, source: str = ""
) -> Trajectory:
    """Record the CP that a node may expect in a year; euros TTC.

    Raises PermissionDenied, ValidationError.
    """
    _refuse(actor, Action.CREATE, node)
    row = Trajectory(
        node=node, fiscal_year=fiscal_year, cp=cp, source=source.strip(),
        data_origin=node.data_origin,
    )  # fmt: skip
    _keep(row, actor, "trajectory_recorded")
    return row


@transaction.atomic
def record_key(
    *,
    actor: Any,
    node: NomenclatureNode,
    fiscal_year: int,
    key_0: int,
    key_1: int,
    key_2: int,
    key_3: int,
    nature: str = "",
    source: str = "",
) -> ProgrammingKey:
    """Record the keys of CP of a node from an exercise on, in whole percents that add up to 100.

    Raises PermissionDenied, ValidationError.
    """
    _refuse(actor, Action.CREATE, node)
    row = ProgrammingKey(
        node=node, fiscal_year=fiscal_year, nature=nature, key_0=key_0, key_1=key_1, key_2=key_2,
        key_3=key_3, source=source.strip(), data_origin=node.data_origin,
    )  # fmt: skip
    _keep(row, actor, "key_recorded")
    return row


@transaction.atomic
def edit_key(*, actor: Any, key_id: int, expected_version: int, **changes: Any) -> ProgrammingKey:
    """Change the keys of a node, or their source. What was derived by them stays.

    Raises PermissionDenied, StaleEdit, ValidationError.
    """
    row: ProgrammingKey = _edited(ProgrammingKey, key_id, actor, expected_version, changes)
    return row


@transaction.atomic
def edit_opinion(
    *, actor: Any, opinion_id: int, expected_version: int, **changes: Any
) -> BopOpinion:
    """Change the day, the sense or the reference of an opinion.

    Raises PermissionDenied, StaleEdit, ValidationError.
    """
    row: BopOpinion = _edited(BopOpinion, opinion_id, actor, expected_version, changes)
    return row


@transaction.atomic
def edit_trajectory(
    *, actor: Any, trajectory_id: int, expected_version: int, **changes: Any
) -> Trajectory:
    """Change the CP or the source of a trajectory.

    Raises PermissionDenied, StaleEdit, ValidationError.
    """
    row: Trajectory = _edited(Trajectory, trajectory_id, actor, expected_version, changes)
    return row


_EDITABLE: dict[Any, frozenset[str]] = {
    BopOpinion: frozenset({"given_on", "sense", "reference"}),
    Trajectory: frozenset({"cp", "source"}),
    ProgrammingKey: frozenset({"key_0", "key_1", "key_2", "key_3", "source"}),
}


def _edited(model: Any, pk: int, actor: Any, version: int, changes: dict[str, Any]) -> Any:
    row = model.objects.select_for_update(of=("self",)).select_related("node").get(pk=pk)
    _refuse(actor, Action.UPDATE, row.node)
    if row.version != version:
        raise StaleEdit
    if unknown := set(changes) - _EDITABLE[model]:
        raise ValidationError(dict.fromkeys(unknown, _("This is not edited.")))
    for name, value in changes.items():
        setattr(row, name, value)
    row.version += 1
    _keep(row, actor, "updated")
    return row


def _refuse(actor: Any, verb: Action, node: NomenclatureNode) -> None:
    if not can_decide_on(actor, verb, Resource.CREDIT, node=node, project=None):
        raise PermissionDenied


def _keep(row: Any, actor: Any, verb: str) -> None:
    row.full_clean()
    row.save()
    record_event(
        actor=actor,
        verb=verb,
        object_kind=row._meta.model_name,
        object_code=str(row.pk),
        detail={"node": row.node.code, "fiscal_year": row.fiscal_year},
    )
    request_checks(actor=actor)
