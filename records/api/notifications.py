"""`notifications`: those of the caller, and nobody else's."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.permissions import IsPersonWithRole
from common.api.views import RowViewSet
from records.api.filters import NotificationFilters
from records.api.serializers import NotificationRow, ReadCount
from records.models import Notification
from records.services.notifications import mark_all_read, mark_read


class NotificationViewSet(RowViewSet):
    """What was told to the caller, about objects that they may read now."""

    queryset = Notification.objects.all()
    permission_classes = [IsPersonWithRole]
    row_serializer = NotificationRow
    filterset_class = NotificationFilters
    ordering = ("-id",)
    ordering_fields = {"id": "id", "happened_at": "happened_at"}

    @extend_schema(request=None, responses={200: NotificationRow})
    @action(detail=True, methods=["post"])
    def read(self, request: Request, id: str) -> Response:
        """Mark one as read."""
        try:
            row = mark_read(actor=request.user, notification_id=int(id))
        except Notification.DoesNotExist as error:
            raise Http404 from error
        return self.answer(self.find(pk=row.pk))

    @extend_schema(request=None, responses={200: ReadCount})
    @action(detail=False, methods=["post"], url_path="read-all")
    def read_all(self, request: Request) -> Response:
        """Mark all as read."""
        return Response({"read": mark_all_read(actor=request.user)})
