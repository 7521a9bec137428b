"""The programming: the versions of an exercise, and their lines (GBCP art. 66; domain §1.9)."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.enums import (
    FROZEN_STATES,
    CreditType,
    ProgrammingNature,
    VersionBasis,
    VersionKind,
    VersionState,
)
from budgets.models.rows import AXES, LedgerQuerySet, axis, node_key, project_key
from common.fields import MoneyField
from common.models import Originated, RequestTrace, Versioned


class ProgrammingVersionQuerySet(models.QuerySet["ProgrammingVersion"]):
    """Versions by right: they bear no amount, whoever reads some reads their list."""

    def visible_to(self, user: Any) -> Self:
        """Keep every version for who reads the programming; its lines are kept apart."""
        return self.allowing(user, Action.READ)

    def allowing(
        self, user: Any, action: str, resource: str = Resource.PROGRAMMING_VERSION
    ) -> Self:
        """Keep the versions on which `user` may do `action`: all or none."""
        return self if can(user, action, resource) else self.none()

    def frozen(self) -> Self:
        """Keep the versions that do not change any more."""
        return self.filter(state__in=sorted(FROZEN_STATES))


class ProgrammingVersion(Versioned, Originated):
    """A version of the programming of an exercise; `version` counts its edits, not its number.

    From its validation on it is frozen, and the one of record until another takes its place:
    triggers hold it (`budgets.models.guards`).
    """

    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=11, choices=VersionKind)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=VersionState,
        default=VersionState.DRAFT,
        editable=False,
    )
    label = models.CharField(_("label"), max_length=120, blank=True)
    basis = models.CharField(
        _("started from"), max_length=9, choices=VersionBasis, default=VersionBasis.EMPTY
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("version that it comes from"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
    )
    data_on = models.DateField(_("date of the data"), null=True, blank=True)
    is_of_record = models.BooleanField(_("of record"), default=False, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = ProgrammingVersionQuerySet.as_manager()
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("version of the programming")
        verbose_name_plural = _("versions of the programming")
        ordering = ["-fiscal_year", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="budgets_programmingversion_number",
                fields=["fiscal_year", "data_origin", "number"],
                violation_error_message=_("This exercise has a version of this number already."),
            ),
            models.UniqueConstraint(
                name="budgets_programmingversion_one_of_record",
                fields=["fiscal_year", "data_origin"],
                condition=Q(is_of_record=True),
                violation_error_message=_("This exercise has a version of record already."),
            ),
            models.CheckConstraint(
                name="budgets_programmingversion_of_record_is_frozen",
                condition=Q(is_of_record=False) | Q(state__in=sorted(FROZEN_STATES)),
                violation_error_message=_("Only a validated version is of record."),
            ),
            models.CheckConstraint(
                name="budgets_programmingversion_number_from_one",
                condition=Q(number__gte=1),
                violation_error_message=_("Versions are numbered from 1."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """Return the name that people know the version by."""
        return f"{self.fiscal_year}-V{self.number}"

    @property
    def is_frozen(self) -> bool:
        """Whether nothing of it changes any more."""
        return self.state in FROZEN_STATES


class ProgrammingLineQuerySet(LedgerQuerySet):
    """Lines by right: through their project and their node, as the rows of the ledgers."""

    resource = Resource.PROGRAMMING_VERSION

    def live(self) -> Self:
        """Keep the lines that were not taken out."""
        return self.filter(taken_out_at__isnull=True)


class ProgrammingLine(Versioned):
    """What is programmed for a project on a budget line; its amounts are rows of their own.

    `lineage` is the same in every version that the line was copied to. What supports it is a
    contract (by its code: contracts are of an upper room), a legal commitment (EJ), or a planned
    act; `act_month` is the first day of the month of its notification. `priority` ranks the lines
    of a nature, 1 the first; without one a line comes last. `opening_left_to_pay` is what the
    commitments that it pays will have left to pay when the exercise opens; `expected_ae` and
    `expected_cp` are what the exercise before is expected to execute of it, as known when the
    version was started; euros TTC. A line is taken out with a reason, never deleted.
    """

    programming_version = models.ForeignKey(
        ProgrammingVersion,
        verbose_name=_("version of the programming"),
        on_delete=models.PROTECT,
        related_name="lines",
    )
    lineage = models.UUIDField(_("lineage"), default=uuid.uuid4, editable=False)
    project = project_key("programming_lines")
    node = node_key("programming_lines")
    functional_domain = axis(_("functional domain"))
    activity = axis(_("activity"))
    category = axis(_("title or category"))
    tranche = axis(_("functional tranche"))
    cost_centre = axis(_("cost centre"))
    credit_type = models.CharField(
        _("T2 or HT2"), max_length=3, choices=CreditType, default=CreditType.HT2
    )
    is_earmarked = models.BooleanField(_("on earmarked funds (FdC, AdP)"), default=False)
    nature = models.CharField(
        _("nature"), max_length=11, choices=ProgrammingNature, default=ProgrammingNature.PLANNED
    )
    label = models.CharField(_("label"), max_length=200)
    priority = models.PositiveSmallIntegerField(_("priority"), null=True, blank=True)
    contract_code = models.CharField(_("contract"), max_length=40, blank=True)
    legal_reference = models.CharField(_("legal reference (EJ)"), max_length=40, blank=True)
    act_label = models.CharField(_("planned act"), max_length=200, blank=True)
    act_procedure = models.CharField(_("procedure"), max_length=80, blank=True)
    act_supplier = models.CharField(_("supplier"), max_length=120, blank=True)
    act_month = models.DateField(_("month of notification"), null=True, blank=True)
    is_take_back = models.BooleanField(_("withdrawal or take-back"), default=False)
    opening_left_to_pay = MoneyField(_("left to pay at the opening"), null=True, blank=True)
    expected_ae = MoneyField(
        _("AE expected of the exercise before"), null=True, blank=True, editable=False
    )
    expected_cp = MoneyField(
        _("CP expected of the exercise before"), null=True, blank=True, editable=False
    )
    taken_out_at = models.DateTimeField(_("taken out at"), null=True, blank=True, editable=False)
    taken_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("taken out by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    taken_out_reason = models.CharField(
        _("reason to take it out"), max_length=300, blank=True, editable=False
    )

    objects = ProgrammingLineQuerySet.as_manager()
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("line of the programming")
        verbose_name_plural = _("lines of the programming")
        ordering = ["programming_version_id", "id"]
        indexes = [
            models.Index(
                fields=["programming_version", "project"], name="budgets_programming_project"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="budgets_programmingline_lineage_once",
                fields=["programming_version", "lineage"],
                violation_error_message=_("This line stands in the version already."),
            ),
            models.CheckConstraint(
                name="budgets_programmingline_taken_out_with_reason",
                condition=Q(taken_out_at__isnull=True, taken_out_reason="")
                | (Q(taken_out_at__isnull=False) & ~Q(taken_out_reason="")),
                violation_error_message=_("A line is taken out with a reason."),
            ),
            models.CheckConstraint(
                name="budgets_programmingline_opening_not_negative",
                condition=Q(opening_left_to_pay__isnull=True) | Q(opening_left_to_pay__gte=0),
                violation_error_message=_("What is left to pay is not negative."),
            ),
            models.CheckConstraint(
                name="budgets_programmingline_priority",
                condition=Q(priority__isnull=True) | Q(priority__gte=1, priority__lte=99),
                violation_error_message=_("A priority goes from 1, the first, to 99."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def code(self) -> str:
        """Return what the pages of records name it by."""
        return f"{self.pk}"

    @property
    def axes(self) -> list[tuple[str, Any]]:
        """Return the axes that are filled: their labels and nodes."""
        columns = [column for column in self._meta.concrete_fields if column.name in AXES]
        filled = ((str(column.verbose_name), getattr(self, column.name)) for column in columns)
        return [(label, node) for label, node in filled if node]
