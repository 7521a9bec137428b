"""Models of the partners room, by aggregate."""

from __future__ import annotations

from partners.models.contracts import Amendment, Contract, ContractCommitment, ContractProject
from partners.models.partners import Partner
from partners.models.progress import EntityProgress

__all__ = [
    "Amendment",
    "Contract",
    "ContractCommitment",
    "ContractProject",
    "EntityProgress",
    "Partner",
]
