"""Lines of extracts whose imputation was not known, and the rules by which they are attached."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.enums import Action, Resource
from accounts.permissions import can, scopes_of
from accounts.scopes import Scopes
from budgets.enums import LineVerb, WaitingState, WaitingTable
from budgets.models.nomenclature import NomenclatureNode
from budgets.models.rows import LedgerQuerySet
from common.fields import MoneyField
from common.models import Lifecycle, Originated, RequestTrace, Versioned, ended_has_date
from projects.models import Project


class MatchingRuleQuerySet(models.QuerySet["MatchingRule"]):
    """Matching rules by right."""

    def visible_to(self, user: Any) -> Self:
        """Keep every rule for who reads them: they hold neither amounts nor rows."""
        return self.allowing(user, Action.READ)

    def allowing(self, user: Any, action: str) -> Self:
        """Keep the rules on which `user` may do `action`: all or none."""
        return self if can(user, action, Resource.MATCHING_RULE) else self.none()

    def in_order(self) -> Self:
        """Keep the open rules, in the order in which they are tried."""
        rows = self.filter(state="open").select_related("node", "project")
        return rows.order_by("position", "pk")


class MatchingRule(Versioned, Lifecycle):
    """What a line of an extract must hold to be attached to a node, a project or a commitment.

    `conditions` is a list of {column, operator, text}, which must all hold; `commitment` the
    source reference of a commitment. An automatic rule is applied by the imports that keep lines
    waiting, the others are suggested.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    table = models.CharField(_("table"), max_length=20, choices=WaitingTable, blank=True)
    conditions = models.JSONField(_("conditions"), default=list)
    node = models.ForeignKey(
        NomenclatureNode,
        verbose_name=_("nomenclature node"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    commitment = models.CharField(_("reference of the commitment"), max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    is_automatic = models.BooleanField(_("applied at import"), default=False)

    objects = MatchingRuleQuerySet.as_manager()
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("matching rule")
        verbose_name_plural = _("matching rules")
        ordering = ["position", "id"]
        constraints = [
            ended_has_date("budgets_matchingrule_ended_has_date"),
            models.CheckConstraint(
                name="budgets_matchingrule_has_target",
                condition=Q(node__isnull=False) | Q(project__isnull=False) | ~Q(commitment=""),
                violation_error_message=_("A rule names a node, a project or a commitment."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


def reaches_every_line(scopes: Scopes) -> bool:
    """Whether these scopes open every line of the extracts, even of no known imputation."""
    return scopes.everywhere or NomenclatureNode.objects.hold_everything(scopes.budget_nodes)


class WaitingLineQuerySet(LedgerQuerySet):
    """Waiting lines by right: those of credit movements by the right on credits."""

    def allowing(self, user: Any, action: str, resource: str = "") -> Self:
        """Keep the lines on which `user` may do `action`.

        A line of no known node nor project needs a grant on everything, or on BOP and UO that are
        together the whole tree: its credits sit somewhere among them.
        """
        credits = self._reach(user, action, Resource.CREDIT)
        ledger = self._reach(user, action, Resource.LEDGER)
        moves = Q(table=WaitingTable.MOVEMENTS)
        return self.filter((moves & credits) | (~moves & ledger))

    def _reach(self, user: Any, action: str, resource: str) -> Q:
        scopes = scopes_of(user, action, resource)
        if reaches_every_line(scopes):
            return Q()
        return Q(pk__in=()) if scopes.empty else self.condition(scopes, user)

    def in_force(self) -> Self:
        """Keep the lines that no later import replaced."""
        return self.filter(replaced_by__isnull=True)

    def waiting(self) -> Self:
        """Keep the lines that are to be attached."""
        return self.in_force().filter(state=WaitingState.WAITING)


class WaitingLine(Originated):
    """A line of an import whose imputation was not known: it is kept, never refused.

    `values` are its texts by column of its table, `amount` its amount in euros TTC (AE for a
    credit movement, whose CP is `cp`). `is_recorded` tells a fact that stands in its ledger
    without a project, `is_withdrawn` that a fact of it was once taken out of its ledger by a
    counter-entry, so that the next one is a newer version of it. `target` is what it was attached
    to, by column. `replaced_by` is the later import that held another version of it.
    """

    batch = models.ForeignKey(
        "records.ImportBatch",
        verbose_name=_("import batch"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    table = models.CharField(_("table"), max_length=20, choices=WaitingTable)
    source_file = models.CharField(_("source file"), max_length=120, blank=True)
    source_line = models.PositiveIntegerField(_("source line"), null=True, blank=True)
    source_reference = models.CharField(_("source reference"), max_length=80)
    values = models.JSONField(_("values"), default=dict)
    amount = MoneyField(_("amount"))
    cp = MoneyField(_("CP"), null=True, blank=True)
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    node = models.ForeignKey(
        NomenclatureNode,
        verbose_name=_("nomenclature node"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    commitment_reference = models.CharField(
        _("reference of the commitment"), max_length=80, blank=True, db_index=True
    )
    reasons = models.JSONField(_("reasons"), default=list)
    is_recorded = models.BooleanField(_("recorded"), default=False)
    is_withdrawn = models.BooleanField(_("withdrawn once"), default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=WaitingState, default=WaitingState.WAITING
    )
    target = models.JSONField(_("attached to"), default=dict, blank=True)
    rule = models.ForeignKey(
        MatchingRule,
        verbose_name=_("matching rule"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("closed by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    closing_reason = models.CharField(_("closing reason"), max_length=300, blank=True)
    replaced_by = models.ForeignKey(
        "records.ImportBatch",
        verbose_name=_("replaced by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = WaitingLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line to attach")
        verbose_name_plural = _("lines to attach")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["table", "fiscal_year"],
                name="budgets_waitingline_waiting",
                condition=Q(state=WaitingState.WAITING, replaced_by__isnull=True),
            ),
            models.Index(
                fields=["table", "source_reference"],
                name="budgets_waitingline_withdrawn",
                condition=Q(is_withdrawn=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="budgets_waitingline_in_force_once",
                fields=["table", "source_reference"],
                condition=Q(replaced_by__isnull=True),
                violation_error_message=_("This line is known already."),
            ),
            models.CheckConstraint(
                name="budgets_waitingline_closed_at",
                condition=Q(state=WaitingState.WAITING, closed_at__isnull=True)
                | (~Q(state=WaitingState.WAITING) & Q(closed_at__isnull=False)),
                violation_error_message=_("A line is closed once it does not wait any more."),
            ),
        ]

    def __str__(self) -> str:
        return self.source_reference


class LineDecision(models.Model):
    """What was decided of a line, append-only: attached to what, detached or set aside and why.

    `target` is by column, `rule` the one that attached it; the import itself has no actor.
    """

    line = models.ForeignKey(
        WaitingLine,
        verbose_name=_("line to attach"),
        on_delete=models.CASCADE,
        related_name="decisions",
    )
    verb = models.CharField(_("decision"), max_length=10, choices=LineVerb)
    at = models.DateTimeField(_("decided at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    target = models.JSONField(_("attached to"), default=dict, blank=True)
    rule = models.ForeignKey(
        MatchingRule,
        verbose_name=_("matching rule"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("decision on a line to attach")
        verbose_name_plural = _("decisions on lines to attach")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.line_id} {self.verb}"
