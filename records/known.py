"""What the rooms below, and this one, are told about by notifications alone."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.models import Delegation, Grant
from accounts.permissions import can
from jobs.models import Job
from jobs.services import label_of
from records.models import ImportBatch
from records.subjects import SubjectKind

NUMBER = "number_text"


def _numbered(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Name rows by their number: they have no code."""
    return rows.annotate(**{NUMBER: Cast("pk", CharField(max_length=20))})


def _grants(user: Any) -> QuerySet[Grant]:
    """Keep the grants that concern `user`: their own, those they gave, those they may approve."""
    rows = Grant.objects.select_related("user")
    if can(user, Action.VALIDATE, Resource.GRANT):
        return rows
    return rows.filter(Q(user_id=user.pk) | Q(granted_by_id=user.pk))


def _describe_grant(grant: Grant) -> tuple[str, str]:
    """Name a grant; who approves goes to its page, who holds it to their account."""
    label = _("%(role)s, %(person)s") % {"role": grant.get_role_display(), "person": grant.user}
    if grant.is_pending:
        return label, reverse("web:grant", args=[grant.pk])
    return label, reverse("web:account")


def _nothing(rows: QuerySet[Any]) -> Any:
    return lambda user, action, resource: rows.none()


JOB = SubjectKind(
    kind="job",
    resource=Resource.JOB,
    label=gettext_lazy("job"),
    seen=lambda user: _numbered(Job.objects.visible_to(user)),
    allowing=_nothing(Job.objects.all()),
    describe=lambda job: (label_of(job.kind), reverse("web:job", args=[job.pk])),
    code=NUMBER,
    annotated=False,
)

IMPORT_BATCH = SubjectKind(
    kind="import_batch",
    resource=Resource.IMPORT_BATCH,
    label=gettext_lazy("import batch"),
    seen=lambda user: ImportBatch.objects.visible_to(user),
    allowing=_nothing(ImportBatch.objects.all()),
    describe=lambda batch: (batch.code, reverse("web:import-batch", args=[batch.code])),
    annotated=False,
)

GRANT = SubjectKind(
    kind="grant",
    resource=Resource.GRANT,
    label=gettext_lazy("role"),
    seen=lambda user: _numbered(_grants(user)),
    allowing=_nothing(Grant.objects.all()),
    describe=_describe_grant,
    code=NUMBER,
    annotated=False,
)

DELEGATION = SubjectKind(
    kind="delegation",
    resource=Resource.GRANT,
    label=gettext_lazy("delegation"),
    seen=lambda user: _numbered(
        Delegation.objects.filter(delegate_id=user.pk).select_related("grant", "giver")
    ),
    allowing=_nothing(Delegation.objects.all()),
    describe=lambda row: (
        _("%(role)s, %(person)s") % {"role": row.grant.get_role_display(), "person": row.giver},
        reverse("web:delegations"),
    ),
    code=NUMBER,
    annotated=False,
)
