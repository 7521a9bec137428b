"""Refusals of the partners room.

DomainError
└── TaxMismatch    HT and the VAT rate do not make the TTC amount
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.exceptions import DomainError


class TaxMismatch(DomainError):
    """HT and the VAT rate do not make the TTC amount."""

    code = "tax_mismatch"
    message = _("HT and VAT make %(expected)s, not %(given)s.")
