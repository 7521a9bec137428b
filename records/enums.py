"""Batches, drafts and changes of rows; kinds of documents; events that are told."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Severity(models.TextChoices):
    """What is done of what a check finds: a decision is refused, told of, or only informed."""

    BLOCK = "block", _("block")
    ALERT = "alert", _("alert")
    INFORMATION = "information", _("information")


class BatchKind(models.TextChoices):
    """What a batch loaded."""

    PANORAMA = "panorama", _("DINUM panorama")
    PORTFOLIO = "portfolio", _("portfolio folder")


class BatchState(models.TextChoices):
    """A batch is applied until two persons, or its importer within a day, undo it."""

    APPLIED = "applied", _("applied")
    UNDO_REQUESTED = "undo_requested", _("undo requested")
    UNDONE = "undone", _("undone")


class DraftState(models.TextChoices):
    """Life of a deposit, from the files to the batch."""

    DRAFT = "draft", _("deposited")
    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("checked")
    COMMITTING = "committing", _("being recorded")
    APPLIED = "applied", _("recorded")
    REFUSED = "refused", _("refused")
    ABANDONED = "abandoned", _("abandoned")


class RowChange(models.TextChoices):
    """What a batch, or its undo, did to a row."""

    CREATED = "created", _("created")
    UPDATED = "updated", _("changed")
    REMOVED = "removed", _("removed by the undo")


class AttachmentKind(models.TextChoices):
    """What a document is, in the words of those who file it."""

    DELIBERATION = "deliberation", _("deliberation")
    OPINION = "opinion", _("opinion")
    MINUTES = "minutes", _("minutes of a meeting")
    CONTRACT = "contract", _("contract document")
    INVOICE = "invoice", _("invoice")
    NOTE = "note", _("note")
    REPORT = "report", _("report")
    OTHER = "other", _("other document")


class Event(models.TextChoices):
    """What a notification tells."""

    MENTION = "mention", _("somebody mentioned you")
    COMMENT = "comment", _("comment on an object that you follow")
    ATTACHMENT = "attachment", _("document on an object that you follow")
    JOB_FAILED = "job_failed", _("a job of yours failed")
    IMPORT_DONE = "import_done", _("an import of yours is done")
    GRANT_PROPOSED = "grant_proposed", _("a role waits for your approval")
    GRANT_APPROVED = "grant_approved", _("a role was given to you")
    LENT = "lent", _("a role was lent to you")
    WAITS = "waits", _("something waits for you")
