"""Pages of the alerts: what the checks find, one of them, and what people do of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from records.alert_sources import alert_sources, told
from records.enums import Severity
from records.models import Alert
from records.services.alerts import acknowledge_alert
from records.subjects import subjects_of
from web.budgets.columns import EUROS, money, year
from web.budgets.tabs import tabs
from web.facts import FIRST_YEAR, LAST_YEAR, FactListView, OneOriginForm, origin_column
from web.forms import PageForm, any_of
from web.listing import ListColumn
from web.mixins import PageView, ServiceFormView

READ = (Action.READ, Resource.ALERT)
_OPEN = Q(closed_at__isnull=True)
_STATES: dict[str, Q] = {
    "": _OPEN,
    "waiting": _OPEN & Q(acknowledged_at__isnull=True),
    "acknowledged": _OPEN & Q(acknowledged_at__isnull=False),
    "closed": ~_OPEN,
    "all": Q(),
}
_STATE_WORDS = (
    ("", gettext_lazy("open")),
    ("waiting", gettext_lazy("open, to acknowledge")),
    ("acknowledged", gettext_lazy("open, acknowledged")),
    ("closed", gettext_lazy("closed")),
    ("all", gettext_lazy("all")),
)


def page_of(row: Any) -> str:
    """Return the address of an alert."""
    return reverse("web:alert", args=[row.pk])


def sentence_of(row: Any) -> str:
    """Return what an alert says, in the language of the page."""
    return told(row.source, row.message, row.context)


def state_of(row: Any) -> str:
    """Return where an alert stands: closed, acknowledged, waiting."""
    if row.closed_at:
        return "closed"
    return "acknowledged" if row.acknowledged_at else "waiting"


def source_words(row: Any) -> str:
    """Return the code of the check of an alert, and what it checks."""
    known = alert_sources().get(row.source)
    return f"{row.source} · {known.label}" if known else str(row.source)


COLUMNS = (
    ListColumn(
        "sentence",
        gettext_lazy("Alert"),
        sentence_of,
        url=page_of,
        is_header=True,
    ),
    ListColumn(
        "source", gettext_lazy("Rule or indicator"), lambda row: row.source, order=("source",),
        label=source_words,
    ),
    ListColumn(
        "severity",
        gettext_lazy("Severity"),
        lambda row: row.severity,
        order=("severity",),
        label=lambda row: row.get_severity_display(),
        definition=gettext_lazy("what the rule does to a decision; a fact only ever alerts"),
    ),
    ListColumn(
        "subject_code",
        gettext_lazy("Object"),
        lambda row: row.subject_code,
        order=("subject_kind", "subject_code"),
    ),
    year(),
    money("amount", gettext_lazy("Amount"), gettext_lazy("amount beyond the rule, in AE or CP")),
    ListColumn(
        "state",
        gettext_lazy("State"),
        state_of,
        label=lambda row: dict(_STATE_WORDS)[state_of(row)],
    ),
    ListColumn(
        "first_seen_at",
        gettext_lazy("Seen since"),
        lambda row: row.first_seen_at,
        "moment",
        "datetime",
        order=("first_seen_at",),
    ),
    ListColumn(
        "acknowledgement",
        gettext_lazy("What is done of it"),
        lambda row: row.acknowledgement or None,
    ),
    origin_column(),
)  # fmt: skip


class AlertFilterForm(OneOriginForm):
    """Filters of the alerts; without a state, those that are open."""

    search = ("subject_code", "source", "acknowledgement")
    conditions = {"source": "source", "severity": "severity", "fiscal_year": "fiscal_year"}

    source = forms.ChoiceField(label=gettext_lazy("Rule or indicator"), required=False)
    severity = forms.ChoiceField(
        label=gettext_lazy("Severity"), required=False, choices=any_of(Severity.choices)
    )
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=_STATE_WORDS)
    fiscal_year = forms.IntegerField(
        label=gettext_lazy("Fiscal year"),
        required=False,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
    )

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data, user=user)
        named = [(code, f"{code} · {one.label}") for code, one in alert_sources().items()]
        self.fields["source"] = forms.ChoiceField(
            label=gettext_lazy("Rule or indicator"), required=False, choices=any_of(named)
        )

    def keep(self, rows: QuerySet[Any], filters: dict[str, Any]) -> QuerySet[Any]:
        """Return the rows that the filters keep; the open ones where no state is asked for."""
        return super().keep(rows, filters).filter(_STATES[filters.get("state", "")])


class AlertsView(FactListView):
    """What the checks find on objects that the person may read."""

    section = "movements"
    name = "alerts"
    tabs = "budget"
    needs = READ
    resource = Resource.ALERT
    title = gettext_lazy("Alerts")
    nouns = gettext_lazy("Alerts")
    caption = gettext_lazy("What the rules find on the ledgers; AE and CP are never added")
    source = gettext_lazy("checks of the rules on the ledgers")
    unit = EUROS
    moment = "last_seen_at"
    columns = COLUMNS
    form_class = AlertFilterForm
    default_sort = "-first_seen_at"
    empty = gettext_lazy("No alert: the checks have found nothing on what you may read.")

    def visible(self) -> QuerySet[Any]:
        """Return the visible alerts."""
        return Alert.objects.visible_to(self.request.user)

    def more(self) -> dict[str, Any]:
        """Return the tabs of the section."""
        return tabs(self.name)


class AlertView(PageView):
    """One alert, its object, and what is done of it."""

    section = "movements"
    template_name = "web/budgets/alert.html"
    needs = READ

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the alert."""
        rows = Alert.objects.visible_to(request.user).select_related("acknowledged_by")
        row = get_object_or_404(rows, pk=pk)
        pair = (row.subject_kind, row.subject_code)
        waits = state_of(row) == "waiting"
        return self.page(
            {
                "row": row,
                "sentence": sentence_of(row),
                "source": source_words(row),
                "state": dict(_STATE_WORDS)[state_of(row)],
                "subject": subjects_of(request.user, {pair}).get(pair),
                "may_acknowledge": waits and may(request.user, row),
                "has_fictitious": row.data_origin == "fictitious",
            }
        )


def may(user: Any, row: Alert) -> bool:
    """Whether `user` may acknowledge this alert."""
    return Alert.objects.all().allowing(user, Action.UPDATE).filter(pk=row.pk).exists()


class AcknowledgeForm(PageForm):
    """What is done of an alert."""

    comment = forms.CharField(
        label=gettext_lazy("What is done of it"),
        max_length=300,
        help_text=gettext_lazy("The alert stays open as long as its check finds it."),
    )


class AcknowledgeView(ServiceFormView):
    """Acknowledge an alert with a comment."""

    section = "movements"
    template_name = "web/owned/form.html"
    form_class = AcknowledgeForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the alert, or refuse: unseen is 404, a refused verb 403."""
        if not can(request.user, Action.UPDATE, Resource.ALERT):
            raise PermissionDenied
        self.row = get_object_or_404(Alert.objects.visible_to(request.user), pk=kwargs["pk"])
        if not may(request.user, self.row):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Acknowledge it."""
        return acknowledge_alert(actor=self.request.user, alert_id=self.row.pk, **cleaned)

    def after(self, result: Any) -> tuple[str, str]:
        """Go back to the alert."""
        return _("The alert is acknowledged."), page_of(result)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "title": _("Acknowledge the alert"),
            "submit": _("Acknowledge"),
            "list_url": page_of(self.row),
            "words": {"list": sentence_of(self.row)},
        }
