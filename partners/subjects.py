"""How records look a contract up, and an amendment: with the rights of its contract."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Resource
from partners.models import Amendment, Contract
from records.subjects import SubjectKind


def _contract_page(code: str) -> str:
    return reverse("web:contract", args=[code])


def _amendments(contracts: QuerySet[Any]) -> QuerySet[Any]:
    rows = Amendment.objects.filter(contract__in=contracts)
    return rows.select_related("contract")


def _describe_amendment(row: Any) -> tuple[str, str]:
    label = _("%(contract)s, amendment %(number)s") % {
        "contract": row.contract.code,
        "number": row.number,
    }
    return label, f"{_contract_page(row.contract.code)}#amendments"


CONTRACT = SubjectKind(
    kind="contract",
    resource=Resource.CONTRACT,
    label=gettext_lazy("contract"),
    seen=lambda user: Contract.objects.visible_to(user),
    allowing=lambda user, action, resource: Contract.objects.allowing(user, action, resource),
    describe=lambda contract: (str(contract), _contract_page(contract.code)),
)

AMENDMENT = SubjectKind(
    kind="amendment",
    resource=Resource.CONTRACT,
    label=gettext_lazy("amendment"),
    seen=lambda user: _amendments(Contract.objects.visible_to(user)),
    allowing=lambda user, action, resource: _amendments(
        Contract.objects.allowing(user, action, resource)
    ),
    describe=_describe_amendment,
    code="source_reference",
)
