"""Closed lists of the partners room (domain §4)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PartnerKind(models.TextChoices):
    """Kinds of partner."""

    COMPANY = "company", _("company")
    OPERATOR = "operator", _("operator")
    ACADEMY = "academy", _("academy")
    REGION = "region", _("local authority")
    ASSOCIATION = "association", _("association")
    MINISTRY = "ministry", _("ministry")
    FOREIGN_BODY = "foreign_body", _("foreign body")


class IdentifierKind(models.TextChoices):
    """Kinds of identifier; « exemple » marks a fictitious body that bears no SIRET."""

    SIRET = "siret", "SIRET"
    FOREIGN = "foreign", _("foreign identifier")
    EXAMPLE = "exemple", _("example")


class ContractKind(models.TextChoices):
    """Kinds of contract."""

    CONTRACT = "contract", _("contract")
    FRAMEWORK_AGREEMENT = "framework_agreement", _("framework agreement")
    CALL_OFF_CONTRACT = "call_off_contract", _("call-off contract")
    PURCHASE_ORDER = "purchase_order", _("purchase order")
    AGREEMENT = "agreement", _("partnership agreement")
    GRANT = "grant", _("grant")
