"""The number of documents of each row of a list, for its exports."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from accounts.permissions import can
from records.models import Attachment
from records.subjects import subject_kind
from web.listing import ListColumn

DOCUMENTS = ListColumn(
    "documents",
    _("Documents"),
    lambda row: row.documents,
    kind="integer",
    definition=_("attached documents in force that the reader may open"),
)


def with_documents(
    rows: QuerySet[Any], columns: tuple[ListColumn, ...], user: Any, kind: str
) -> tuple[QuerySet[Any], tuple[ListColumn, ...]]:
    """Add to an export the number of documents of each row; nothing without the right to read."""
    if not kind or not can(user, Action.READ, Resource.ATTACHMENT):
        return rows, columns
    attached = Attachment.objects.of_kind(user, kind).filter(
        subject_code=OuterRef(subject_kind(kind).code), withdrawn_at=None
    )
    counted = attached.order_by().values("subject_kind").annotate(n=Count("pk")).values("n")
    return rows.annotate(documents=Coalesce(Subquery(counted), 0)), (*columns, DOCUMENTS)
