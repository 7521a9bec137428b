"""How records look up what the budgets room owns: movements, commitments (EJ), nodes."""

from __future__ import annotations

from django.db.models import CharField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from budgets.models import (
    Commitment,
    CreditMovement,
    NomenclatureNode,
    ProgrammingFile,
    ProgrammingLine,
    ProgrammingVersion,
)
from budgets.tables.programming_grid import places_of
from records.subjects import SubjectKind

CREDIT_MOVEMENT = SubjectKind(
    kind="credit_movement",
    resource=Resource.CREDIT,
    label=_("credit movement"),
    seen=lambda user: CreditMovement.objects.visible_to(user),
    allowing=lambda user, action, resource: CreditMovement.objects.allowing(user, action, resource),
    describe=lambda row: (row.source_reference, reverse("web:credit-movement", args=[row.pk])),
    code="source_reference",
    alerted=True,
)

# The sums of a UO, a BOP or a programme: read by whoever holds its credits.
BUDGET_NODE = SubjectKind(
    kind="budget_node",
    resource=Resource.CREDIT,
    label=_("BOP, UO or programme"),
    seen=lambda user: NomenclatureNode.objects.all().holding(user, Action.READ, Resource.CREDIT),
    allowing=lambda user, action, resource: NomenclatureNode.objects.all().holding(
        user, action, resource
    ),
    describe=lambda node: (str(node), reverse("web:nomenclature_node", args=[node.code])),
    annotated=False,
    alerted=True,
)
# The lines of one EJ share its reference: any of them leads to it.
COMMITMENT = SubjectKind(
    kind="commitment",
    resource=Resource.LEDGER,
    label=_("commitment"),
    seen=lambda user: Commitment.objects.visible_to(user),
    allowing=lambda user, action, resource: Commitment.objects.allowing(user, action, resource),
    describe=lambda row: (row.legal_reference, reverse("web:commitment", args=[row.pk])),
    code="legal_reference",
    annotated=False,
    alerted=True,
)

# Versions and files have a number, which is written as a code.
_NUMBER = Cast("pk", CharField(max_length=20))
PROGRAMMING_VERSION = SubjectKind(
    kind="programming_version",
    resource=Resource.PROGRAMMING_VERSION,
    label=_("version of the programming"),
    seen=lambda user: (
        ProgrammingVersion.objects.all().visible_to(user).annotate(number_text=_NUMBER)
    ),
    allowing=lambda user, action, resource: ProgrammingVersion.objects.none(),
    describe=lambda row: (
        row.code,
        reverse("web:programming-steps", args=[row.fiscal_year, row.number])
        + f"?origin={row.data_origin}",
    ),
    code="number_text",
    annotated=False,
)
PROGRAMMING_FILE = SubjectKind(
    kind="programming_file",
    resource=Resource.PROGRAMMING_REQUEST,
    label=_("file of a project in the programming"),
    seen=lambda user: (
        ProgrammingFile.objects.all()
        .visible_to(user)
        .select_related("programming_version", "project")
        .annotate(number_text=_NUMBER)
    ),
    allowing=lambda user, action, resource: ProgrammingFile.objects.none(),
    describe=lambda row: (str(row), reverse("web:programming-file", args=[row.pk])),
    code="number_text",
    annotated=False,
)

# A cell of a line is a part of it; what was said of a line is read in the versions made after.
PROGRAMMING_LINE = SubjectKind(
    kind="programming_line",
    resource=Resource.PROGRAMMING_VERSION,
    label=_("line of the programming"),
    seen=lambda user: (
        ProgrammingLine.objects.all()
        .visible_to(user)
        .select_related("programming_version")
        .annotate(number_text=_NUMBER)
    ),
    allowing=lambda user, action, resource: ProgrammingLine.objects.all().allowing(
        user, action, resource
    ),
    describe=lambda row: (
        f"{row.programming_version} · {row}",
        reverse(
            "web:programming_line",
            args=[row.programming_version.fiscal_year, row.programming_version.number, row.pk],
        )
        + f"?origin={row.programming_version.data_origin}",
    ),
    code="number_text",
    anchors=lambda row: places_of(row.programming_version.fiscal_year),
    former=lambda row: ProgrammingLine.objects.filter(
        lineage=row.lineage, programming_version_id__lt=row.programming_version_id
    ),
    shared=False,
)
