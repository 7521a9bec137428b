"""`attachments` and `comments`: what people add to an object, with the rights of the object."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import FileResponse, Http404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Action, Resource
from common.api.etags import expected_version
from common.api.filters import refuse_unknown
from common.api.views import ROW_ID, RowViewSet
from records.api.filters import AttachmentFilters, CommentFilters
from records.api.parsers import BoundedMultiPartParser
from records.api.serializers import (
    AttachmentDetail,
    AttachmentEdit,
    AttachmentRow,
    CommentEdit,
    CommentRow,
    FileRow,
    NewAttachment,
    NewComment,
    NewFile,
    Withdrawal,
)
from records.downloads import MEDIA_TYPE, as_download
from records.models import Attachment, AttachmentFile, Comment, CommentMention
from records.permissions import attachment_for, comment_for
from records.services import attachments, comments

_MULTIPART = "multipart/form-data"


class AttachmentViewSet(RowViewSet):
    """Documents; whoever may add to an object and added one, or may edit there, changes it."""

    queryset = Attachment.objects.all()
    policy_resource = Resource.ATTACHMENT
    policy_actions = {
        "create": Action.CREATE,
        "partial_update": Action.CREATE,
        "replace": Action.CREATE,
        "withdraw": Action.CREATE,
    }
    if_match_actions = frozenset({"replace", "withdraw"})
    naming_actions = frozenset({"create"})
    row_serializer = AttachmentRow
    detail_serializer = AttachmentDetail
    filterset_class = AttachmentFilters
    versioned = True
    ordering = ("-id",)
    ordering_fields = {"id": "id", "title": "title", "created_at": "created_at"}

    def get_parsers(self) -> list[Any]:
        """Read files where files are sent, JSON elsewhere."""
        if getattr(self, "action_map", {}).get(self._verb()) in ("create", "replace"):
            return [BoundedMultiPartParser()]
        return super().get_parsers()

    def _verb(self) -> str:
        request = getattr(self, "request", None)
        return str(request.method).lower() if request is not None else ""

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Add the files of each document; one query."""
        received = AttachmentFile.objects.filter(attachment__in=[row["id"] for row in rows])
        files: dict[int, list[Any]] = defaultdict(list)
        columns = [*FileRow.columns(), "attachment_id"]
        for file in received.order_by("-number").values(*columns):
            files[file["attachment_id"]].append(file)
        for row in rows:
            found = files[row["id"]]
            row["file"] = found[0]
            if detail:
                row["files"] = found

    @extend_schema(request={_MULTIPART: NewAttachment}, responses={201: AttachmentDetail})
    def create(self, request: Request) -> Response:
        """Attach a document to an object."""
        fields = self.body(NewAttachment)
        content = fields.pop("content")
        row = attachments.attach_document(
            actor=request.user,
            content=content,
            file_name=content.name,
            size=content.size,
            **fields,
        )
        place = reverse("api:attachments-detail", args=[row.pk])
        return self.answer(self.find(pk=row.pk), 201, {"Location": place})

    @extend_schema(request=AttachmentEdit, responses={200: AttachmentDetail})
    def partial_update(self, request: Request, id: str) -> Response:
        """Change the title, the kind or the sharing of a document."""
        row = attachment_for(request.user, int(id), to_change=True)
        changes = self.body(AttachmentEdit, partial=True)
        attachments.describe_document(**self._target(row.pk), changes=changes)
        return self.answer(self.find(pk=row.pk))

    @extend_schema(request={_MULTIPART: NewFile}, responses={200: AttachmentDetail})
    @action(detail=True, methods=["post"], url_path="files")
    def replace(self, request: Request, id: str) -> Response:
        """Receive a newer file of a document; the former ones stay."""
        row = attachment_for(request.user, int(id), to_change=True)
        content = self.body(NewFile)["content"]
        attachments.replace_document(
            **self._target(row.pk), content=content, file_name=content.name, size=content.size
        )
        return self.answer(self.find(pk=row.pk))

    @extend_schema(request=Withdrawal, responses={200: AttachmentDetail})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, id: str) -> Response:
        """Withdraw a document with a reason; nothing is erased."""
        row = attachment_for(request.user, int(id), to_change=True)
        attachments.withdraw_document(**self._target(row.pk), **self.body(Withdrawal))
        return self.answer(self.find(pk=row.pk))

    @extend_schema(responses={(200, MEDIA_TYPE): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], url_path=f"files/(?P<number>{ROW_ID})/content")
    def content(self, request: Request, id: str, number: str) -> FileResponse:
        """One received file, as an attachment that no browser shows."""
        refuse_unknown(request, set())
        row = attachment_for(request.user, int(id))
        file = row.files.filter(number=int(number)).first() if len(number) <= 9 else None
        if file is None:
            raise Http404
        return as_download(file)

    def _target(self, pk: int) -> dict[str, Any]:
        return {
            "actor": self.request.user,
            "attachment_id": pk,
            "expected_version": expected_version(self.request),
        }


class CommentViewSet(RowViewSet):
    """Comments; an author edits for a quarter of an hour, with the version read."""

    queryset = Comment.objects.all()
    policy_resource = Resource.COMMENT
    policy_actions = {
        "create": Action.CREATE,
        "partial_update": Action.CREATE,
        "withdraw": Action.CREATE,
        "resolve": Action.CREATE,
        "reopen": Action.CREATE,
    }
    if_match_actions = frozenset({"withdraw", "resolve", "reopen"})
    naming_actions = frozenset({"create"})
    row_serializer = CommentRow
    filterset_class = CommentFilters
    versioned = True
    ordering = ("-id",)
    ordering_fields = {"id": "id", "created_at": "created_at"}

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Add who is mentioned; a withdrawn comment shows neither its text nor its mentions."""
        mentions = defaultdict(list)
        named = CommentMention.objects.filter(comment__in=[row["id"] for row in rows])
        pairs = named.order_by("person__username").values_list("comment_id", "person__username")
        for comment, person in pairs:
            mentions[comment].append(person)
        for row in rows:
            standing = row["withdrawn_at"] is None
            row["mentions"] = mentions[row["id"]] if standing else []
            row["body"] = row["body"] if standing else ""

    @extend_schema(request=NewComment, responses={201: CommentRow})
    def create(self, request: Request) -> Response:
        """Comment on an object, or answer one of its comments."""
        fields = self.body(NewComment)
        parent = fields.pop("parent", None)
        try:
            row = comments.write_comment(actor=request.user, parent_id=parent, **fields)
        except Comment.DoesNotExist as error:
            raise ValidationError({"parent": ["There is no such comment there."]}) from error
        place = reverse("api:comments-detail", args=[row.pk])
        return self.answer(self.find(pk=row.pk), 201, {"Location": place})

    @extend_schema(request=CommentEdit, responses={200: CommentRow})
    def partial_update(self, request: Request, id: str) -> Response:
        """Change the text of one's own comment."""
        row = comment_for(request.user, int(id), to_change=True)
        comments.edit_comment(**self._target(row.pk), **self.body(CommentEdit))
        return self.answer(self.find(pk=row.pk))

    @extend_schema(request=Withdrawal, responses={200: CommentRow})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, id: str) -> Response:
        """Withdraw a comment with a reason; its place stays."""
        row = comment_for(request.user, int(id), to_change=True)
        comments.withdraw_comment(**self._target(row.pk), **self.body(Withdrawal))
        return self.answer(self.find(pk=row.pk))

    @extend_schema(request=None, responses={200: CommentRow})
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, id: str) -> Response:
        """Say that nothing is left to answer in the thread that a comment begins."""
        row = comment_for(request.user, int(id))
        comments.resolve_thread(**self._target(row.pk))
        return self.answer(self.find(pk=row.pk))

    @extend_schema(request=None, responses={200: CommentRow})
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, id: str) -> Response:
        """Open a resolved thread again."""
        row = comment_for(request.user, int(id))
        comments.reopen_thread(**self._target(row.pk))
        return self.answer(self.find(pk=row.pk))

    def _target(self, pk: int) -> dict[str, Any]:
        return {
            "actor": self.request.user,
            "comment_id": pk,
            "expected_version": expected_version(self.request),
        }
