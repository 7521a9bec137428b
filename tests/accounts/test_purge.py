"""What is kept of entries that are over goes after a month; what is in use stays."""

from __future__ import annotations

import datetime as dt

import time_machine
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.enums import LinkKind
from accounts.models import AccountLink, AuditEvent, SessionRecord, TryCounter
from accounts.services.links import make_link
from accounts.services.retention import run_purge
from tests.accounts.conftest import log_in


def kept() -> list[int]:
    return [model.objects.count() for model in (Session, SessionRecord, AccountLink, TryCounter)]


def test_what_is_over_goes_and_what_is_in_use_stays(client, claire):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        log_in(client, "claire", "wrong")
        log_in(client, "claire")
        make_link(actor=None, user=claire, kind=LinkKind.RESET)
        before = kept()
        assert 0 not in before
        run_purge(None)
        assert kept() == before
        clock.shift(dt.timedelta(days=40))
        run_purge(None)
        assert kept() == [0, 0, 0, 0]
        assert AuditEvent.objects.filter(verb="login").exists()  # a year for these
