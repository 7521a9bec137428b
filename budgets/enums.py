"""Closed lists of the budgets room (domain §1.2, §1.5)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class NomenclatureKind(models.TextChoices):
    """Axes of a budget line, by destination and by management structure."""

    MISSION = "mission", _("mission")
    LOLF_PROGRAMME = "lolf_programme", _("LOLF programme")
    ACTION = "action", _("action")
    SUB_ACTION = "sub_action", _("sub-action")
    BOP = "bop", _("BOP")
    UO = "uo", _("UO")
    ACTIVITY = "activity", _("activity")


class MovementKind(models.TextChoices):
    """Kinds of credit movement; the sign is carried by the amounts (domain §1.5)."""

    INITIAL_FINANCE_ACT = "initial_finance_act", _("initial finance act (LFI)")
    INITIAL_DISTRIBUTION = "initial_distribution", _("initial distribution (DRICE)")
    PRECAUTIONARY_RESERVE = "precautionary_reserve", _("precautionary reserve")
    FREEZE = "freeze", _("freeze")
    EXTRA_FREEZE = "extra_freeze", _("extra freeze")
    RELEASE = "release", _("release of frozen credits")
    CARRY_OVER = "carry_over", _("carry-over")
    VIREMENT = "virement", _("virement")
    TRANSFER = "transfer", _("transfer")
    ADVANCE_DECREE = "advance_decree", _("advance decree")
    AMENDING_FINANCE_ACT = "amending_finance_act", _("amending finance act (LFR, LFG)")
    CANCELLATION = "cancellation", _("cancellation")
    EARMARKED_FUND = "earmarked_fund", _("earmarked fund (FdC, AdP)")
    ASYMMETRIC_FUNGIBILITY = "asymmetric_fungibility", _("asymmetric fungibility")
    ALLOCATION = "allocation", _("allocation to an operation")


# Movements that freeze or release credits; all the others open or withdraw them. A freeze is
# written with a positive amount, a release with a negative one: the sum is what is frozen.
FREEZING_KINDS = frozenset(
    {
        MovementKind.PRECAUTIONARY_RESERVE,
        MovementKind.FREEZE,
        MovementKind.EXTRA_FREEZE,
        MovementKind.RELEASE,
    }
)
