"""The cells of the programming: AE and CP of a line by year, and every change of one."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action
from budgets.enums import RANKS, Measure, Stage
from budgets.models.programming import ProgrammingLine, ProgrammingVersion
from common.fields import MoneyField

CELLS = tuple(f"{stage}_{measure}" for stage in Stage.values for measure in Measure.values)


class OfLineQuerySet(models.QuerySet[Any]):
    """Rows that follow from a line of the programming, and are read with it."""

    def visible_to(self, user: Any) -> Self:
        """Keep the rows of the lines that `user` may read."""
        return self.allowing(user, Action.READ)

    def allowing(self, user: Any, action: str) -> Self:
        """Keep the rows of the lines on which `user` may do `action`."""
        lines = ProgrammingLine.objects.all().allowing(user, action)
        # Without a condition on the lines there is nothing to look up.
        return self.filter(line__in=lines) if lines.query.where else self


class ProgrammingAmount(models.Model):
    """AE and CP of a line for a year of its exercise, euros TTC; null is what was not said.

    `rank` 0 is the exercise N, then N + 1, N + 2, and N + 3 with all that follow (domain §1.6).
    `is_take_back` repeats that of the line, so that the table itself refuses other negatives.
    """

    line = models.ForeignKey(
        ProgrammingLine,
        verbose_name=_("line of the programming"),
        on_delete=models.PROTECT,
        related_name="amounts",
    )
    rank = models.PositiveSmallIntegerField(_("rank of the year"))
    requested_ae = MoneyField(_("AE requested"), null=True, blank=True)
    requested_cp = MoneyField(_("CP requested"), null=True, blank=True)
    proposed_ae = MoneyField(_("AE proposed"), null=True, blank=True)
    proposed_cp = MoneyField(_("CP proposed"), null=True, blank=True)
    granted_ae = MoneyField(_("AE granted"), null=True, blank=True)
    granted_cp = MoneyField(_("CP granted"), null=True, blank=True)
    is_take_back = models.BooleanField(_("withdrawal or take-back"), default=False)

    objects = OfLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("programmed amount")
        verbose_name_plural = _("programmed amounts")
        ordering = ["line_id", "rank"]
        constraints = [
            models.UniqueConstraint(
                name="budgets_programmingamount_once",
                fields=["line", "rank"],
                violation_error_message=_("This line has an amount for this year already."),
            ),
            models.CheckConstraint(
                name="budgets_programmingamount_rank",
                condition=Q(rank__in=RANKS),
                violation_error_message=_("A programming goes from its exercise to N + 3."),
            ),
            models.CheckConstraint(
                name="budgets_programmingamount_not_negative",
                condition=Q(is_take_back=True)
                | Q(
                    *(Q(**{f"{cell}__isnull": True}) | Q(**{f"{cell}__gte": 0}) for cell in CELLS),
                ),
                violation_error_message=_(
                    "Only a line of withdrawal or take-back has negative amounts."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} N+{self.rank}"


class ProgrammingEdit(models.Model):
    """One cell changed, for ever: from what to what, by whom and why; euros TTC.

    The edits of one `operation` were made together, and are undone together by another one that
    names it (`undoes`). `expression` is what was typed when it is not the amount itself.
    `on_behalf_of` is who lends the right by which it was made.
    """

    programming_version = models.ForeignKey(
        ProgrammingVersion,
        verbose_name=_("version of the programming"),
        on_delete=models.PROTECT,
        related_name="edits",
    )
    line = models.ForeignKey(
        ProgrammingLine,
        verbose_name=_("line of the programming"),
        on_delete=models.PROTECT,
        related_name="edits",
    )
    rank = models.PositiveSmallIntegerField(_("rank of the year"))
    stage = models.CharField(_("stage"), max_length=9, choices=Stage)
    measure = models.CharField(_("AE or CP"), max_length=2, choices=Measure)
    before = MoneyField(_("before"), null=True, blank=True)
    after = MoneyField(_("after"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    expression = models.CharField(_("expression"), max_length=100, blank=True)
    operation = models.UUIDField(_("operation"), db_index=True)
    undoes = models.UUIDField(_("operation undone"), null=True, blank=True)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("on behalf of"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = OfLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("edit of a programmed amount")
        verbose_name_plural = _("edits of programmed amounts")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="budgets_programmingedit_rank",
                condition=Q(rank__in=RANKS),
                violation_error_message=_("A programming goes from its exercise to N + 3."),
            ),
            models.CheckConstraint(
                name="budgets_programmingedit_changes",
                condition=~Q(before=F("after")) | Q(before__isnull=True) | Q(after__isnull=True),
                violation_error_message=_("An edit changes an amount."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.stage} {self.measure} N+{self.rank}"
