"""What the four ledgers share: facts read by keyset, corrected by a counter-entry."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import IdempotentMixin
from accounts.enums import Action
from budgets.services.corrections import correct_fact
from common.api.views import RowViewSet


def documented(body: type[Any], row: type[Any]) -> Any:
    """Describe the correction of a ledger: its body and the fact that it answers."""
    return extend_schema_view(correct=extend_schema(request=body, responses={201: row}))


class LedgerViewSet(IdempotentMixin, RowViewSet):
    """A ledger: rows are added and corrected, never changed; `correction` is the body."""

    policy_actions = {"correct": Action.CORRECT}
    idempotent_actions = frozenset({"correct"})
    correction: type[Any]

    @action(detail=True, methods=["post"])
    def correct(self, request: Request, id: str) -> Response:
        """Write a counter-entry and the fact that takes the place of this one."""
        assert self.queryset is not None
        model = self.queryset.model
        fact = model._default_manager.all().visible_to(request.user).filter(pk=id).first()
        if fact is None:
            raise Http404
        allowed = model._default_manager.all().allowing(request.user, Action.CORRECT)
        if not allowed.filter(pk=fact.pk).exists():
            raise PermissionDenied
        changes = self.body(self.correction)
        reason = changes.pop("reason")
        row = correct_fact(
            actor=request.user, model=model, fact_id=fact.pk, changes=changes, reason=reason
        )
        place = reverse(f"api:{self.basename}-detail", args=[row.pk])
        return self.answer(self.find(pk=row.pk), 201, {"Location": place})
