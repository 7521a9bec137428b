"""Who has a second factor, and who must have one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import RecoveryCode


def has_second_factor(user: Any) -> bool:
    """Whether the person has confirmed a device."""
    return bool(TOTPDevice.objects.filter(user_id=user.pk, confirmed=True).exists())


def must_have_second_factor(user: Any, roles: Iterable[str]) -> bool:
    """Whether the person may only work with a second factor: by a role, or in an emergency.

    Accounts of the demonstration, whose password is public and which exist in development alone,
    are let off.
    """
    if user.is_demo:
        return False
    return user.is_break_glass or bool(set(settings.SECOND_FACTOR_ROLES) & set(roles))


def recovery_codes_left(user: Any) -> int:
    """Return how many recovery codes were not used."""
    return RecoveryCode.objects.filter(user_id=user.pk, used_at__isnull=True).count()
