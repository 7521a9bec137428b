"""SIREN and SIRET (python-stdnum)."""

from __future__ import annotations

from stdnum.fr import siret


def is_valid_siret(value: str) -> bool:
    """Whether the key of a SIRET is right (La Poste exception included)."""
    return bool(siret.is_valid(value))
