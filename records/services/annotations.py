"""What the services of attachments and comments share: lock, withdraw, save; nothing is erased."""

from __future__ import annotations

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from common.exceptions import StaleEdit
from records.exceptions import Withdrawn
from records.models.annotations import Annotation

Row = TypeVar("Row", bound=Annotation)


def lock_annotation(model: type[Row], row_id: int, expected_version: int) -> Row:
    """Lock an attachment or a comment and return it; call inside a transaction.

    Raises StaleEdit when somebody saved since `expected_version` was read, Withdrawn.
    """
    rows: Any = model._default_manager
    row: Any = rows.select_for_update(of=("self",)).get(pk=row_id)
    if row.version != expected_version:
        raise StaleEdit(expected=expected_version, current=row.version)
    if row.is_withdrawn:
        raise Withdrawn()
    found: Row = row
    return found


def save_annotation(row: Any, actor: Any) -> None:
    """Save an edit at the next version, with its history."""
    row.version += 1
    row.full_clean()
    row._history_user = actor
    row.save()


def refuse_reasonless(reason: str) -> None:
    """Raise ValidationError when no reason is given."""
    if not reason.strip():
        raise ValidationError({"reason": _("A reason is needed.")})


def withdraw(annotation: Annotation, actor: Any, reason: str) -> None:
    """Say who withdrew an annotation, when and why; the caller locks and saves it."""
    annotation.withdrawn_at = timezone.now()
    annotation.withdrawn_by = actor
    annotation.withdrawal_reason = reason.strip()
