"""SIREN and SIRET numbers: Luhn key, exception of La Poste (python-stdnum holds the rules)."""

from __future__ import annotations

from stdnum.fr import siren, siret


def compact_identifier(value: str) -> str:
    """The number without its separators: spaces and dots; nothing is checked."""
    return siret.compact(value)


def is_valid_siret(value: str) -> bool:
    """True when `value` is a SIRET: 14 digits, Luhn key.

    The establishments of La Poste (SIREN 356000000) but its head office have a sum of digits that
    is a multiple of 5 instead.
    """
    return siret.is_valid(compact_identifier(value))


def is_valid_siren(value: str) -> bool:
    """True when `value` is a SIREN: 9 digits, Luhn key."""
    return siren.is_valid(compact_identifier(value))


def siren_of(siret_value: str) -> str:
    """SIREN (9 digits) of the owner of an establishment; the number is not checked."""
    return compact_identifier(siret_value)[:9]
