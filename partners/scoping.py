"""What own contracts, and the entity of a grant, open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from accounts.scoping import ScopeSource
from partners.models import Contract, ContractCommitment, ContractProject, Partner
from projects.models import PortfolioNode


def own_contracts(user: Any, codes: frozenset[str]) -> Q:
    """Keep the contracts that the user manages: those serving the nodes, or no project yet."""
    if "" in codes:
        return Q(manager_id=user.pk)
    inside = ContractProject.objects.filter(
        project__node_id__in=PortfolioNode.objects.subtree_ids(codes)
    )
    served = Q(pk__in=inside.values("contract_id")) | Q(project_links__isnull=True)
    return Q(manager_id=user.pk) & served


def projects_of_own_contracts(user: Any, codes: frozenset[str]) -> Q:
    """Keep the projects that own contracts serve."""
    contracts = Contract.objects.filter(own_contracts(user, codes))
    return Q(pk__in=ContractProject.objects.filter(contract__in=contracts).values("project_id"))


def commitments_of_own_contracts(user: Any, codes: frozenset[str]) -> Q:
    """Keep the commitments that own contracts produced."""
    contracts = Contract.objects.filter(own_contracts(user, codes))
    links = ContractCommitment.objects.filter(contract__in=contracts)
    return Q(pk__in=links.values("commitment_id"))


def lines_of_own_contracts(user: Any, codes: frozenset[str]) -> Q:
    """Keep the lines of the programming that own contracts, or their commitments, support."""
    contracts = Contract.objects.filter(own_contracts(user, codes))
    links = ContractCommitment.objects.filter(contract__in=contracts)
    return Q(contract_code__in=contracts.values("code")) | Q(
        legal_reference__in=links.values("commitment__legal_reference")
    )


def contracts_of_entity(user: Any, codes: frozenset[str]) -> Q:
    """Keep the contracts that the entity holds."""
    return Q(holder__code__in=codes)


def projects_of_entity(user: Any, codes: frozenset[str]) -> Q:
    """Keep the projects that the contracts of the entity serve."""
    links = ContractProject.objects.filter(contract__holder__code__in=codes)
    return Q(pk__in=links.values("project_id"))


def payments_of_entity(user: Any, codes: frozenset[str]) -> Q:
    """Keep the payments, and the requests for them, on the contracts of the entity."""
    return Q(commitment__contract_link__contract__holder__code__in=codes)


def partners_of_codes(user: Any, codes: frozenset[str]) -> Q:
    """Keep the entity itself."""
    return Q(code__in=codes)


def _partners(codes: Iterable[str]) -> frozenset[str]:
    """A partner stands alone: nothing is below it."""
    return frozenset(Partner.objects.filter(code__in=set(codes)).values_list("code", flat=True))


def _partner_choices() -> list[tuple[str, str]]:
    named = Partner.objects.order_by("name").values_list("code", "name")
    return [(code, f"{name} ({code})") for code, name in named]


SCOPES = ScopeSource(_partners, _partner_choices)
