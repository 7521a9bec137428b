"""`alerts`: what the checks find on objects that the caller may read; acknowledged by people."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Action, Resource
from common.api.fields import MoneyStringField, RowSerializer, StrictSerializer, TextField
from common.api.filtersets import CodeFilter, FlagFilter, OneOf, YearFilter, origin_filter
from common.api.views import RowViewSet
from common.models import DataOrigin
from records.alert_sources import told
from records.api.filters import SubjectFilters
from records.enums import Severity
from records.models import Alert
from records.services.alerts import acknowledge_alert


class AlertFilters(SubjectFilters):
    """Filters of `alerts`."""

    source = CodeFilter("source")
    severity = OneOf("severity", Severity.choices)
    fiscal_year = YearFilter("fiscal_year")
    is_open = FlagFilter("closed_at", lookup_expr="isnull")
    is_waiting = FlagFilter("acknowledged_at", lookup_expr="isnull")
    data_origin = origin_filter()


class AlertRow(RowSerializer):
    """An alert; `sentence` is written in the language of the request, `context` in cents."""

    id = drf.IntegerField()
    source = drf.CharField()  # type: ignore[assignment]
    severity = drf.ChoiceField(Severity.choices)
    subject_kind = drf.CharField()
    subject_code = drf.CharField()
    facet = drf.CharField()
    fiscal_year = drf.IntegerField()
    message = drf.CharField()
    context = drf.DictField()  # type: ignore[assignment]
    sentence = drf.CharField()
    amount = MoneyStringField()
    first_seen_at = drf.DateTimeField()
    last_seen_at = drf.DateTimeField()
    closed_at = drf.DateTimeField(allow_null=True)
    acknowledged_at = drf.DateTimeField(allow_null=True)
    acknowledged_by = drf.CharField(source="acknowledged_by__username", allow_null=True)
    acknowledgement = drf.CharField()
    data_origin = drf.ChoiceField(DataOrigin.choices)

    class Meta:
        nested = ("sentence",)


class Acknowledgement(StrictSerializer):
    """What is done of an alert."""

    comment = TextField(max_length=300)


class AlertViewSet(RowViewSet):
    """Alerts: opened and closed by checks, acknowledged once by people."""

    queryset = Alert.objects.all()
    policy_resource = Resource.ALERT
    policy_actions = {"acknowledge": Action.UPDATE}
    row_serializer = AlertRow
    filterset_class = AlertFilters
    ordering = ("-id",)
    ordering_fields = {"id": "id", "amount": "amount", "last_seen_at": "last_seen_at"}

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Write the sentence of each alert."""
        for row in rows:
            row["sentence"] = told(row["source"], row["message"], row["context"])

    @extend_schema(request=Acknowledgement, responses={200: AlertRow})
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, id: str) -> Response:
        """Say that the alert was seen, and what is done of it."""
        rows = Alert.objects.all()
        if not rows.visible_to(request.user).filter(pk=id).exists():
            raise Http404
        if not rows.allowing(request.user, Action.UPDATE).filter(pk=id).exists():
            raise PermissionDenied
        row = acknowledge_alert(actor=request.user, alert_id=int(id), **self.body(Acknowledgement))
        return self.answer(self.find(pk=row.pk))
