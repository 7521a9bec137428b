"""Models of the records room."""

from __future__ import annotations

from records.models.alerts import Alert
from records.models.attachments import Attachment, AttachmentFile
from records.models.batches import ImportBatch, ImportBatchQuerySet, ImportedRow
from records.models.comments import Comment, CommentMention
from records.models.drafts import DraftFile, ImportDraft, ImportDraftQuerySet
from records.models.mappings import ImportMapping, ImportMappingQuerySet
from records.models.notifications import Notification
from records.models.subscriptions import Subscription

__all__ = [
    "Alert",
    "Attachment",
    "AttachmentFile",
    "Comment",
    "CommentMention",
    "DraftFile",
    "ImportBatch",
    "ImportBatchQuerySet",
    "ImportDraft",
    "ImportDraftQuerySet",
    "ImportMapping",
    "ImportMappingQuerySet",
    "ImportedRow",
    "Notification",
    "Subscription",
]
