"""Exercises with their calendar: dated data, never code (domain §1.5)."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.enums import ExerciseDateKind, ExerciseState, OpeningRegime
from common.models import Originated, RequestTrace, Versioned


class ExerciseQuerySet(models.QuerySet[Any]):
    """Exercises by right."""

    def visible_to(self, user: Any) -> Self:
        """An exercise bears no amount: whoever reads exercises reads them all."""
        return self.allowing(user, Action.READ)

    def allowing(self, user: Any, action: str) -> Self:
        """Keep the exercises on which `user` may do `action`: all, or none."""
        return self if can(user, action, Resource.EXERCISE) else self.none()


def _person(label: Any) -> models.ForeignKey[Any, Any]:
    """Return the key of somebody who took a step; none as long as nobody did."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )


class Exercise(Versioned, Originated):
    """A fiscal year: under what it opens, whether it is still worked on.

    Closed with a reason, it is opened again by two persons: the day of its closing stays on the
    row, which may be open again only with both of them named.
    """

    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=[MinValueValidator(1990), MaxValueValidator(2100)]
    )
    opening_regime = models.CharField(
        _("opening regime"),
        max_length=14,
        choices=OpeningRegime,
        default=OpeningRegime.FINANCE_ACT,
    )
    lfi_opens_on = models.DateField(_("finance act in force on"), null=True, blank=True)
    state = models.CharField(
        _("state"),
        max_length=6,
        choices=ExerciseState,
        default=ExerciseState.OPEN,
        editable=False,
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)
    closing_reason = models.CharField(
        _("closing reason"), max_length=300, blank=True, editable=False
    )
    reopening_reason = models.CharField(
        _("reason to open again"), max_length=300, blank=True, editable=False
    )
    reopening_asked_by = _person(_("opening asked for by"))
    reopened_by = _person(_("opened again by"))

    objects = ExerciseQuerySet.as_manager()
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("exercise")
        verbose_name_plural = _("exercises")
        ordering = ["-fiscal_year", "data_origin"]
        constraints = [
            models.UniqueConstraint(
                fields=["fiscal_year", "data_origin"],
                name="budgets_exercise_one_a_year",
                violation_error_message=_("This exercise exists already."),
            ),
            models.CheckConstraint(
                name="budgets_exercise_closed_with_reason",
                condition=Q(state=ExerciseState.OPEN)
                | (Q(closed_at__isnull=False) & ~Q(closing_reason="")),
                violation_error_message=_("An exercise is closed with a reason."),
            ),
            models.CheckConstraint(
                name="budgets_exercise_reopened_by_two",
                condition=Q(state=ExerciseState.CLOSED, reopened_by__isnull=True)
                | Q(state=ExerciseState.OPEN, closed_at__isnull=True)
                | (
                    Q(
                        state=ExerciseState.OPEN,
                        reopened_by__isnull=False,
                        reopening_asked_by__isnull=False,
                    )
                    & ~Q(reopened_by=F("reopening_asked_by"))
                    & ~Q(reopening_reason="")
                ),
                violation_error_message=_("Two persons open a closed exercise again."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.fiscal_year)

    @property
    def code(self) -> str:
        """Return what the pages of records name it by."""
        return str(self.fiscal_year)

    @property
    def is_closed(self) -> bool:
        """Whether it is read only."""
        return self.state == ExerciseState.CLOSED


class ExerciseDate(models.Model):
    """One day of an exercise: when data are frozen, when it is due, when it was done."""

    exercise = models.ForeignKey(
        Exercise, verbose_name=_("exercise"), on_delete=models.CASCADE, related_name="dates"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=ExerciseDateKind)
    data_on = models.DateField(_("data frozen on"), null=True, blank=True)
    due_on = models.DateField(_("due on"))
    done_on = models.DateField(_("done on"), null=True, blank=True)
    legal_source = models.CharField(_("legal source"), max_length=300, blank=True)

    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("date of an exercise")
        verbose_name_plural = _("dates of exercises")
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["exercise", "kind"],
                name="budgets_exercisedate_one_a_kind",
                violation_error_message=_("An exercise has one date of each kind."),
            ),
            models.CheckConstraint(
                name="budgets_exercisedate_frozen_first",
                condition=Q(data_on__isnull=True) | Q(data_on__lte=F("due_on")),
                violation_error_message=_("Data are frozen before the document is due."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.due_on}"
