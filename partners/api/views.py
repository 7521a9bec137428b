"""Partners and contracts."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from accounts.api.idempotency import IdempotentMixin
from accounts.api.merging import MERGING, MergingMixin
from accounts.api.owned import OwnedViewSet
from accounts.enums import Action, Resource
from budgets.models import Commitment
from common.api.views import CODE
from partners.api.filters import ContractFilters, PartnerFilters
from partners.api.inputs import (
    ContractCreation,
    ContractEdit,
    PartnerCreation,
    PartnerEdit,
)
from partners.api.serializers import (
    AmendmentRow,
    ContractCommitmentRow,
    ContractDetail,
    ContractRow,
    PartnerRow,
)
from partners.models import Amendment, Contract, ContractCommitment, ContractProject, Partner
from partners.services.kinds import CONTRACTS, PARTNERS
from projects.models import Project


class PartnerViewSet(MergingMixin, OwnedViewSet):
    """Partners."""

    kind = PARTNERS
    policy_actions = {**OwnedViewSet.policy_actions, **MERGING}
    if_match_actions = OwnedViewSet.if_match_actions | {"merge"}
    creation = PartnerCreation
    edition = PartnerEdit

    queryset = Partner.objects.all()
    policy_resource = Resource.PARTNER
    row_serializer = PartnerRow
    filterset_class = PartnerFilters
    lookup_field = "code"
    lookup_value_regex = CODE
    ordering = ("code",)
    ordering_fields = {"code": "code", "name": "name", "kind": "kind"}


class ContractViewSet(IdempotentMixin, OwnedViewSet):
    """Contracts; the detail holds the amendments."""

    kind = CONTRACTS
    idempotent_actions = frozenset({"create"})
    creation = ContractCreation
    edition = ContractEdit

    queryset = Contract.objects.all()
    policy_resource = Resource.CONTRACT
    row_serializer = ContractRow
    detail_serializer = ContractDetail
    filterset_class = ContractFilters
    lookup_field = "code"
    lookup_value_regex = CODE
    fresh_by_version = False  # the commitments that it shows grow with each import
    ordering = ("code",)
    ordering_fields = {
        "code": "code",
        "title": "title",
        "holder": "holder__code",
        "notified_on": "notified_on",
        "end_on": "end_on",
        "amount_excl_tax": "amount_excl_tax",
        "amount_incl_tax": "amount_incl_tax",
    }

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Add the projects of each contract, and to the detail what it holds."""
        readable = Project.objects.allowing(self.request.user, Action.READ, Resource.CONTRACT)
        links = ContractProject.objects.filter(
            contract__in=[row["id"] for row in rows], project__in=readable
        )
        projects = defaultdict(list)
        pairs = links.order_by("project__code").values_list("contract_id", "project__code")
        for contract, code in pairs:
            projects[contract].append(code)
        for row in rows:
            row["projects"] = projects[row["id"]]
            if detail:
                self._hold(row)

    def _hold(self, row: dict[str, Any]) -> None:
        amendments = Amendment.objects.filter(contract=row["id"]).order_by("number")
        row["amendments"] = list(amendments.values(*AmendmentRow.columns()))
        produced = ContractCommitment.objects.filter(contract=row["id"]).values("commitment_id")
        seen = Commitment.objects.visible_to(self.request.user).filter(pk__in=produced)
        dated = seen.order_by("committed_on", "id")
        row["commitments"] = list(dated.values(*ContractCommitmentRow.columns()))
