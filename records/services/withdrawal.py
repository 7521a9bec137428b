"""Withdrawing what a person added: nothing is erased."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from records.models.annotations import Annotation


def refuse_reasonless(reason: str) -> None:
    """Raise ValidationError when no reason is given."""
    if not reason.strip():
        raise ValidationError({"reason": _("A reason is needed.")})


def withdraw(annotation: Annotation, actor: Any, reason: str) -> None:
    """Say who withdrew an annotation, when and why; the caller locks and saves it."""
    annotation.withdrawn_at = timezone.now()
    annotation.withdrawn_by = actor
    annotation.withdrawal_reason = reason.strip()
