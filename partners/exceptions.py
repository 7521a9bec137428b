"""Refusals of the partners room.

DomainError
├── TaxMismatch    HT and the VAT rate do not make the TTC amount
└── NotShared      no contract of the entity serves the project
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.exceptions import DomainError


class TaxMismatch(DomainError):
    """HT and the VAT rate do not make the TTC amount."""

    code = "tax_mismatch"
    message = _("HT and VAT make %(expected)s, not %(given)s.")


class NotShared(DomainError):
    """No contract of the entity serves the project."""

    code = "not_shared"
    message = _("%(code)s is not shared with this entity.")
