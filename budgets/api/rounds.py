"""The steps of the programming by REST: files with who holds them, steps taken and told."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Action, Resource, Role
from accounts.permissions import can
from budgets.enums import StepVerb, VersionState
from budgets.models import ProgrammingFile, ProgrammingStep
from budgets.rules.rounds import content_digest, void_steps
from budgets.services.crg_notes import RIGHTS, write_note
from budgets.services.round_content import digest_of_file, digests_of, steps_of
from budgets.services.round_rights import takes_some_step
from budgets.services.rounds import take_step
from common.api.etags import expected_version
from common.api.fields import RowSerializer, StrictSerializer, TextField
from common.api.filtersets import CodeFilter, Filters, IdFilter, OneOf, YearFilter, origin_filter
from common.api.views import RowViewSet

# What people take; `void` is written by edits.
VERBS = [choice for choice in StepVerb.choices if choice[0] != StepVerb.VOID]


class ProgrammingStepRow(RowSerializer):
    """A step: of a project's file, or of the whole version when `project` is null.

    `content_digest` is the sha256 of the lines and amounts that it was decided on.
    """

    id = drf.IntegerField()
    programming_version = drf.IntegerField(source="programming_version_id")
    project = drf.CharField(source="project__code", allow_null=True)
    verb = drf.ChoiceField(StepVerb.choices)
    from_state = drf.ChoiceField(VersionState.choices)
    to_state = drf.ChoiceField(VersionState.choices)
    actor = drf.CharField(source="actor__username")
    on_behalf_of = drf.CharField(source="on_behalf_of__username", allow_null=True)
    at = drf.DateTimeField()
    reason = drf.CharField(allow_blank=True)
    content_digest = drf.CharField()


class ProgrammingStepDetail(ProgrammingStepRow):
    """The same; `is_void` says of an approval that the content has changed since."""

    is_void = drf.BooleanField()

    class Meta:
        nested = ("is_void",)


class ProgrammingFileRow(RowSerializer):
    """What a project holds in a version: its state, the role that has to act and since when.

    `holder` is empty once nothing is left to do.
    """

    id = drf.IntegerField()
    programming_version = drf.IntegerField(source="programming_version_id")
    project = drf.CharField(source="project__code")
    state = drf.ChoiceField(VersionState.choices)
    holder = drf.CharField(allow_blank=True)
    held_since = drf.DateTimeField()
    version = drf.IntegerField()


class ProgrammingFileDetail(ProgrammingFileRow):
    """The same with the digest of its content, which a step may name."""

    content_digest = drf.CharField()

    class Meta:
        nested = ("content_digest",)


class StepInput(StrictSerializer):
    """A step to take; a return has a reason. `content_digest` is what was looked at, if said."""

    verb = drf.ChoiceField(VERBS)
    reason = TextField(max_length=500, required=False, default="")
    content_digest = TextField(max_length=64, required=False, default="")


class VersionStepInput(StepInput):
    """A step of a whole version; `override_reason` is why R-09 is gone beyond, by who may."""

    override_reason = TextField(max_length=500, required=False, default="")


class FileFilters(Filters):
    """Filters of `programming-files`."""

    programming_version = IdFilter("programming_version_id")
    fiscal_year = YearFilter("programming_version__fiscal_year")
    project = CodeFilter("project__code")
    state = OneOf("state", VersionState.choices)
    holder = OneOf("holder", Role.choices)
    data_origin = origin_filter("programming_version__data_origin")


class StepFilters(Filters):
    """Filters of `programming-steps`."""

    programming_version = IdFilter("programming_version_id")
    project = CodeFilter("project__code")
    verb = OneOf("verb", StepVerb.choices)
    data_origin = origin_filter("programming_version__data_origin")


def refuse_who_takes_none(user: Any) -> None:
    """Raise PermissionDenied for who takes no step at all; a machine never does."""
    if not takes_some_step(user):
        raise PermissionDenied


def stepped(request: Request, body: dict[str, Any], **where: Any) -> Response:
    """Take the step that a body asks for, and answer it."""
    step = take_step(
        actor=request.user,
        expected_version=expected_version(request),
        expected_digest=body.pop("content_digest", ""),
        **body,
        **where,
    )
    rows = ProgrammingStep.objects.filter(pk=step.pk)
    row = rows.values(*dict.fromkeys([*ProgrammingStepRow.columns(), "id"])).get()
    return Response(ProgrammingStepRow().render([row])[0], status=201)


class VersionStepsMixin:
    """The steps of a whole version, for the view of versions."""

    def check_permissions(self, request: Request) -> None:
        """A step is open to who takes some; which one is looked at with its body."""
        super().check_permissions(request)  # type: ignore[misc]
        if getattr(self, "action", None) == "steps":
            refuse_who_takes_none(request.user)

    @extend_schema(request=VersionStepInput, responses={201: ProgrammingStepRow})
    @action(detail=True, methods=["post"])
    def steps(self, request: Request, id: str) -> Response:
        """Take a step on the whole version, at the version that was read."""
        view: Any = self
        version = view.seen(id=id)
        return stepped(request, view.body(VersionStepInput), version_id=version.pk)


class NoteInput(StrictSerializer):
    """A comment and a risk; `note_version` is that of the note that was read, 0 for the first."""

    comment = TextField(max_length=2000, required=False, allow_blank=True)
    risk = TextField(max_length=2000, required=False, allow_blank=True)
    note_version = drf.IntegerField(min_value=0, source="expected_version")


class NoteRow(drf.Serializer[Any]):
    """What is said of a project in a management report."""

    comment = drf.CharField(allow_blank=True)
    risk = drf.CharField(allow_blank=True)
    note_version = drf.IntegerField()


class ProgrammingFileViewSet(RowViewSet):
    """Files of projects in the versions of the programming."""

    queryset = ProgrammingFile.objects.all()
    policy_resource = Resource.PROGRAMMING_REQUEST
    policy_actions = {"steps": Action.READ, "note": Action.READ}
    if_match_actions = frozenset({"steps"})
    stale_actions = frozenset({"note"})
    row_serializer = ProgrammingFileRow
    detail_serializer = ProgrammingFileDetail
    filterset_class = FileFilters
    versioned = True
    fresh_by_version = False
    ordering = ("id",)
    ordering_fields = {"id": "id", "project": "project__code", "held_since": "held_since"}

    def check_permissions(self, request: Request) -> None:
        """A step is open to who takes some; which one is looked at with its body."""
        super().check_permissions(request)
        if self.action == "steps":
            refuse_who_takes_none(request.user)
        if self.action == "note" and not any(can(request.user, *one) for one in RIGHTS):
            raise PermissionDenied

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Add the digest of one file."""
        seen = ProgrammingFile.objects.all().visible_to(self.request.user)
        for row in rows if detail else ():
            row["content_digest"] = digest_of_file(seen.get(pk=row["id"]))

    @extend_schema(request=NoteInput, responses={200: NoteRow})
    @action(detail=True, methods=["post"])
    def note(self, request: Request, id: str) -> Response:
        """Write the comment and the risk of the project for the management report (T8)."""
        rows = ProgrammingFile.objects.all().visible_to(request.user)
        file = get_object_or_404(rows, pk=id)
        note = write_note(actor=request.user, file_id=file.pk, **self.body(NoteInput))
        return Response({"comment": note.comment, "risk": note.risk, "note_version": note.version})

    @extend_schema(request=StepInput, responses={201: ProgrammingStepRow})
    @action(detail=True, methods=["post"])
    def steps(self, request: Request, id: str) -> Response:
        """Take a step on the file, at the version that was read."""
        rows = ProgrammingFile.objects.all().visible_to(request.user)
        file = get_object_or_404(rows, pk=id)
        return stepped(
            request,
            self.body(StepInput),
            version_id=file.programming_version_id,
            project_id=file.project_id,
        )


class ProgrammingStepViewSet(RowViewSet):
    """Every step taken on a version or on a file, the newest first."""

    queryset = ProgrammingStep.objects.all()
    policy_resource = Resource.PROGRAMMING_VERSION
    row_serializer = ProgrammingStepRow
    detail_serializer = ProgrammingStepDetail
    filterset_class = StepFilters
    ordering = ("-id",)
    ordering_fields = {"id": "id"}

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Say whether the content of one step has changed since."""
        seen = ProgrammingStep.objects.all().visible_to(self.request.user)
        for row in rows if detail else ():
            row["is_void"] = row["id"] in _voided(seen.get(pk=row["id"]))


def _voided(step: ProgrammingStep) -> set[int]:
    """Return the ids of the void steps among those of the same file or version."""
    whole, files = digests_of(step.programming_version_id)
    if step.project_id is not None:
        whole = files.get(step.project_id, content_digest(()))
    own = [one for one in steps_of(step.programming_version_id) if one.project == step.project_id]
    return void_steps(own, whole)
