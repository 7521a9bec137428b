"""How records look a credit movement up: by its source reference."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Resource
from budgets.models import CreditMovement
from records.subjects import SubjectKind

CREDIT_MOVEMENT = SubjectKind(
    kind="credit_movement",
    resource=Resource.CREDIT,
    label=_("credit movement"),
    seen=lambda user: CreditMovement.objects.visible_to(user),
    allowing=lambda user, action, resource: CreditMovement.objects.allowing(user, action, resource),
    describe=lambda row: (row.source_reference, reverse("web:credit-movement", args=[row.pk])),
    code="source_reference",
)
