"""The second factor: a device that shows codes, and ten recovery codes for the day it is lost."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.enums import TryKind
from accounts.exceptions import SecondFactorNeeded, WrongCode
from accounts.models import RecoveryCode, User
from accounts.permissions import roles_of
from accounts.second_factor import must_have_second_factor
from accounts.services.audit import record_event
from accounts.services.tries import count_try, forget_tries

RECOVERY_CODES = 10
_CODE_BYTES = 10  # 80 bits: 16 letters of base 32


@transaction.atomic
def start_enrolment(*, actor: User) -> TOTPDevice:
    """Return the device that the person is about to confirm; the same until they do."""
    User.objects.select_for_update(of=("self",)).get(pk=actor.pk)
    device = TOTPDevice.objects.filter(user=actor, confirmed=False).first()
    if device is None:
        device = TOTPDevice.objects.create(user=actor, name="totp", confirmed=False)
    return device


@dataclass(frozen=True)
class PendingDevice:
    """The secret to give to a device: as text in groups of four, and as an address."""

    secret: str
    url: str


def pending_device(user: Any) -> PendingDevice | None:
    """Return the secret of the device that waits for its first code, None without one."""
    device = TOTPDevice.objects.filter(user_id=user.pk, confirmed=False).first()
    if device is None:
        return None
    text = base64.b32encode(device.bin_key).decode().rstrip("=")
    groups = " ".join(text[start : start + 4] for start in range(0, len(text), 4))
    return PendingDevice(groups, device.config_url)


def enrol(*, actor: User, code: str) -> list[str]:
    """Confirm the device by one of its codes; return the recovery codes, shown this once.

    Raises WrongCode.
    """
    _count(actor)
    codes = _confirm(actor, code)
    forget_tries(kind=TryKind.SECOND_FACTOR, key=actor.username)
    return codes


def check_code(*, user: User, code: str) -> str:
    """Accept a code of the device, or a recovery code, once; return which of the two it was.

    The try is counted before the code is read. Raises WrongCode.
    """
    _count(user)
    found = _verify(user, code)
    if not found:
        record_event(
            actor=None,
            verb="second_factor_failed",
            object_kind="user",
            object_code=user.username,
        )
        raise WrongCode()
    forget_tries(kind=TryKind.SECOND_FACTOR, key=user.username)
    return found


@transaction.atomic
def renew_recovery_codes(*, actor: User) -> list[str]:
    """Replace the recovery codes; return the new ones, shown this once."""
    RecoveryCode.objects.filter(user=actor).delete()
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(user=actor, digest=_digest(actor, code)) for code in codes]
    )
    _tell(actor, actor, "recovery_codes_renewed")
    return codes


@transaction.atomic
def disable_second_factor(*, actor: User) -> None:
    """Forget one's own device, once the password was checked. Raises SecondFactorNeeded."""
    if must_have_second_factor(actor, roles_of(actor)):
        raise SecondFactorNeeded()
    _forget(actor)
    _tell(actor, actor, "second_factor_off")


@transaction.atomic
def reset_second_factor(*, actor: Any, user: User, reason: str) -> None:
    """Forget the device of somebody who lost it; they enrol another at their next log-in."""
    _forget(user)
    _tell(actor, user, "second_factor_off", reason=reason)


def _count(user: User) -> None:
    verdict = count_try(kind=TryKind.SECOND_FACTOR, key=user.username)
    if verdict.first_refusal:
        _tell(None, user, "locked", by=TryKind.SECOND_FACTOR.value)
    if not verdict.allowed:
        raise WrongCode()


@transaction.atomic
def _confirm(actor: User, code: str) -> list[str]:
    device = (
        TOTPDevice.objects.select_for_update(of=("self",))
        .filter(user=actor, confirmed=False)
        .first()
    )
    if device is None or not device.verify_token(_digits(code)):
        raise WrongCode()
    TOTPDevice.objects.filter(user=actor).exclude(pk=device.pk).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    _tell(actor, actor, "second_factor_on")
    return renew_recovery_codes(actor=actor)


@transaction.atomic
def _verify(user: User, code: str) -> str:
    """The row is locked: of two simultaneous uses of one code, the second finds it used."""
    digits = _digits(code)
    device = (
        TOTPDevice.objects.select_for_update(of=("self",)).filter(user=user, confirmed=True).first()
    )
    if device is not None and digits and device.verify_token(digits):
        return "device"
    spare = (
        RecoveryCode.objects.select_for_update(of=("self",))
        .filter(user=user, digest=_digest(user, code), used_at__isnull=True)
        .first()
    )
    if device is None or spare is None:
        return ""
    spare.used_at = timezone.now()
    spare.save(update_fields=["used_at"])
    _tell(user, user, "recovery_code_used")
    return "recovery"


def _forget(user: User) -> None:
    TOTPDevice.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()


def _digits(code: str) -> str:
    plain = "".join(code.split())
    return plain if len(plain) == 6 and plain.isascii() and plain.isdigit() else ""


def _new_code() -> str:
    text = base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode()
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


def _digest(user: User, code: str) -> str:
    """A digest keyed by the secret of the site: the table alone is not enough to guess from."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return salted_hmac(f"accounts.recovery.{user.pk}", plain, algorithm="sha256").hexdigest()


def _tell(actor: Any, user: User, verb: str, **detail: Any) -> None:
    record_event(
        actor=actor, verb=verb, object_kind="user", object_code=user.username, detail=detail
    )
