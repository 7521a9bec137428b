"""The steps of the programming: what a project holds in a version, and who decided what of it."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Reach, Resource, Role
from accounts.permissions import can, scopes_of
from budgets.enums import FILE_STEPS, VERSION_STEPS, StepVerb, VersionState
from budgets.models.programming import ProgrammingLine, ProgrammingVersion
from common.models import RequestTrace, Versioned
from projects.models import Project


class ProgrammingFileQuerySet(models.QuerySet["ProgrammingFile"]):
    """Files by right: through their project, or through one of their lines."""

    def visible_to(self, user: Any) -> Self:
        """Keep the files of which `user` may read something; their lines are kept apart."""
        return self.allowing(user, Action.READ)

    def allowing(
        self, user: Any, action: str, resource: str = Resource.PROGRAMMING_REQUEST
    ) -> Self:
        """Keep the files whose project, or one of whose lines, is open to `action`."""
        scopes = scopes_of(user, action, resource)
        if scopes.everywhere:
            return self
        if scopes.empty:
            return self.none()
        projects = Project.objects.within(scopes.only(Reach.NODE, Reach.OWN), user)
        lines = ProgrammingLine.objects.filter(
            programming_version=OuterRef("programming_version"), project=OuterRef("project")
        ).allowing(user, action, resource)
        return self.filter(Q(project__in=projects) | Exists(lines))


class ProgrammingFile(Versioned):
    """What a project holds in a version of the programming; its history is that of its steps.

    `holder` is the role that has to act, none once nothing is left to do.
    """

    programming_version = models.ForeignKey(
        ProgrammingVersion,
        verbose_name=_("version of the programming"),
        on_delete=models.PROTECT,
        related_name="files",
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        on_delete=models.PROTECT,
        related_name="programming_files",
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=VersionState,
        default=VersionState.DRAFT,
        editable=False,
    )
    holder = models.CharField(
        _("held by"),
        max_length=24,
        choices=Role,
        default=Role.PROJECT_MANAGER,
        blank=True,
        editable=False,
    )
    held_since = models.DateTimeField(_("held since"), default=timezone.now, editable=False)

    objects = ProgrammingFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of a project in the programming")
        verbose_name_plural = _("files of projects in the programming")
        ordering = ["programming_version_id", "project_id"]
        constraints = [
            models.UniqueConstraint(
                name="budgets_programmingfile_once",
                fields=["programming_version", "project"],
                violation_error_message=_("This project has a file in this version already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programming_version} · {self.project}"


class ProgrammingStepQuerySet(models.QuerySet["ProgrammingStep"]):
    """Steps by right: those of a version with it, those of a project with its file."""

    def visible_to(self, user: Any) -> Self:
        """Keep the steps that `user` may read."""
        return self.allowing(user, Action.READ)

    def allowing(
        self, user: Any, action: str, resource: str = Resource.PROGRAMMING_VERSION
    ) -> Self:
        """Keep the steps of versions and of files that are open to `action`."""
        if not can(user, action, resource):
            return self.none()
        files = ProgrammingFile.objects.filter(
            programming_version=OuterRef("programming_version"), project=OuterRef("project")
        ).allowing(user, action)
        return self.filter(Q(project__isnull=True) | Exists(files))


def _goes(steps: dict[StepVerb, dict[VersionState, VersionState]], *, is_version: bool) -> list[Q]:
    return [
        Q(project__isnull=is_version, verb=verb, from_state=left, to_state=reached)
        for verb, moves in steps.items()
        for left, reached in moves.items()
    ]


def _legal_steps() -> Q:
    """Return what every step is: one of the moves of its verb."""
    found = Q()
    for one in (*_goes(FILE_STEPS, is_version=False), *_goes(VERSION_STEPS, is_version=True)):
        found |= one
    return found


class ProgrammingStep(RequestTrace):
    """A decision on a project's file, or on the whole version without a project; never changed.

    `content_digest` is that of the lines and amounts that it was decided on: on another content an
    approval is void. `on_behalf_of` is whom the actor stands in for.
    """

    programming_version = models.ForeignKey(
        ProgrammingVersion,
        verbose_name=_("version of the programming"),
        on_delete=models.PROTECT,
        related_name="steps",
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="programming_steps",
    )
    verb = models.CharField(_("step"), max_length=9, choices=StepVerb)
    from_state = models.CharField(_("state before"), max_length=10, choices=VersionState)
    to_state = models.CharField(_("state after"), max_length=10, choices=VersionState)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
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
    at = models.DateTimeField(_("at"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    content_digest = models.CharField(_("digest of the content"), max_length=64)

    objects = ProgrammingStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of the programming")
        verbose_name_plural = _("steps of the programming")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["programming_version", "project"], name="budgets_programming_step"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="budgets_programmingstep_legal",
                condition=_legal_steps(),
                violation_error_message=_("This step does not go from this state to that one."),
            ),
            models.CheckConstraint(
                name="budgets_programmingstep_return_with_reason",
                condition=~Q(verb=StepVerb.RETURN) | ~Q(reason=""),
                violation_error_message=_("A return has a reason."),
            ),
            models.CheckConstraint(
                name="budgets_programmingstep_digest",
                condition=~Q(content_digest=""),
                violation_error_message=_("A step is bound to the digest of a content."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programming_version} · {self.get_verb_display()}"
