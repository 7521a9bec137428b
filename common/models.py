"""Abstract models of every room; `common` itself has no table."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DataOrigin(models.TextChoices):
    """Where figures come from; totals never mix two origins."""

    OPERATIONAL = "operational", _("operational data")
    PUBLISHED = "published", _("published data")
    FICTITIOUS = "fictitious", _("fictitious data")


class Originated(models.Model):
    """A record that says whether it is operational, published or fictitious."""

    data_origin = models.CharField(
        _("data origin"), max_length=12, choices=DataOrigin, default=DataOrigin.OPERATIONAL
    )

    class Meta:
        abstract = True


class Versioned(models.Model):
    """A record that people edit: `version` grows by one at each edit (stale edits are refused)."""

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        abstract = True


def current_request_id() -> str:
    """Return the id of the request, or of the job, that is under way; empty outside of both."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


class RequestTrace(models.Model):
    """What each row of a history keeps beside its actor and its reason: the request it came by."""

    request_id = models.CharField(
        _("request id"), max_length=64, blank=True, default=current_request_id, editable=False
    )

    class Meta:
        abstract = True


class RecordState(models.TextChoices):
    """Life of a record that people own; closed and archived ones keep everything, read only."""

    DRAFT = "draft", _("draft")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")
    ARCHIVED = "archived", _("archived")


ENDED_STATES = frozenset({RecordState.CLOSED, RecordState.ARCHIVED})


class Lifecycle(models.Model):
    """A record with a life: a draft can be deleted, an open one is closed, then archived."""

    state = models.CharField(
        _("state"),
        max_length=8,
        choices=RecordState,
        default=RecordState.OPEN,
        editable=False,
        db_index=True,
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True, editable=False)
    closing_reason = models.CharField(
        _("closing reason"), max_length=500, blank=True, editable=False
    )

    class Meta:
        abstract = True


def ended_has_date(name: str) -> models.CheckConstraint:
    """Return the constraint that an ended record, and only one, has a closing date."""
    ended = models.Q(state__in=sorted(ENDED_STATES))
    return models.CheckConstraint(
        name=name,
        condition=(ended & models.Q(closed_on__isnull=False))
        | (~ended & models.Q(closed_on__isnull=True)),
        violation_error_message=_("A closed record, and only one, has a closing date."),
    )


class Fact(Originated):
    """A signed, append-only fact: it knows its source, and when it was recorded (rule 2).

    `source_reference` is unique in its table: importing the same fact twice adds nothing.
    `recorded_at` is the date that `known_at` reads; the date of the fact itself is named by each
    model and read by `as_of`.

    A newer version of a document of the source replaces the former by two facts: `reverses`
    names the fact that a counter-entry takes out of every total, and the fact that takes its
    place has the `document_reference` of both, at the next `document_version`.
    """

    source_reference = models.CharField(_("source reference"), max_length=80, unique=True)
    document_reference = models.CharField(
        _("reference of the document"), max_length=80, blank=True, db_index=True
    )
    document_version = models.PositiveSmallIntegerField(_("version of the document"), default=1)
    reverses = models.OneToOneField(
        "self",
        verbose_name=_("reverses"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reversal",
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_index=True)
    batch = models.ForeignKey(
        "records.ImportBatch",
        verbose_name=_("import batch"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    source_file = models.CharField(_("source file"), max_length=120, blank=True)
    source_line = models.PositiveIntegerField(_("source line"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recorded by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        abstract = True
