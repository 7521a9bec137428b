"""Log-in by password: counted before it is checked, and closed to accounts that may not use it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied

from accounts.devices import device_of
from accounts.enums import TryKind
from accounts.models import User, folded
from accounts.services.audit import record_event
from accounts.services.tries import Verdict, count_try, forget_tries, give_back_try
from common.network import UNKNOWN, client_network


class PasswordBackend(ModelBackend):
    """Django's own check of a password, behind counters that every process shares.

    A refused try never reaches the password; its answer is that of an unknown account. `request`
    then bears `refused_try`, the verdict, from which the page says how long to wait.
    """

    def authenticate(
        self,
        request: Any,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Any:
        """Return the person, or None; PermissionDenied stops every other way in."""
        if username is None or password is None:
            return None
        name = folded(username)
        network = client_network(request) if request is not None else UNKNOWN
        kind, key = (TryKind.ACCOUNT, name)
        if device_of(request, name):
            kind, key = TryKind.DEVICE, f"{name} {device_of(request, name)}"
        for counted, by in ((kind, key), (TryKind.NETWORK, network)):
            verdict = count_try(kind=counted, key=by)
            if not verdict.allowed:
                _refuse(request, name, network, verdict, counted)
        user = super().authenticate(request, username=name, password=password, **kwargs)
        if user is None:
            _tell("login_failed", name, network, {})
            return None
        forget_tries(kind=kind, key=key)
        give_back_try(kind=TryKind.NETWORK, key=network)
        return user

    def user_can_authenticate(self, user: Any) -> bool:
        """Whether the account is open: no machine, and no demonstration when DEBUG is off."""
        return super().user_can_authenticate(user) and user.may_enter


def _refuse(request: Any, name: str, network: str, verdict: Verdict, kind: TryKind) -> None:
    if verdict.first_refusal:
        _tell("locked", name, network, {"by": kind.value})
    if request is not None:
        request.refused_try = verdict
    raise PermissionDenied


def _tell(verb: str, name: str, network: str, detail: dict[str, Any]) -> None:
    """Record an event; a name that is no account's may be a password, and is not written."""
    known = User.objects.filter(username=name).exists()
    record_event(
        actor=None,
        verb=verb,
        object_kind="user",
        object_code=name if known else "",
        detail={"network": network, "known": known, **detail},
    )
