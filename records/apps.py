"""Django application of the room `records`."""

from __future__ import annotations

import datetime as dt

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from jobs.registry import SYSTEM, register, register_daily
from records.subjects import register_subject


class RecordsConfig(AppConfig):
    """The room `records`; see docs/architecture.md."""

    name = "records"
    verbose_name = _("records")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register by name the jobs of the room, and what its notifications may be about."""
        for kind, target, label in (
            ("mail", "mails.run_mail", _("mail of notifications")),
            ("digests", "digests.run_digests", _("daily digests")),
        ):
            register(f"records.{kind}", f"records.services.{target}", label, needs=SYSTEM)
        register_daily(
            "records.digests", "records.services.digests.request_digests", not_before=dt.time(7)
        )
        imports = (Action.IMPORT, Resource.LEDGER)
        for kind, label in (
            ("check", _("check of a deposit")),
            ("import", _("recording of an import")),
            ("purge", _("purge of the deposits left alone")),
        ):
            path = f"records.services.import_jobs.run_{kind}"
            register(f"records.{kind}", path, label, needs=imports)
        register_daily("records.purge", "records.services.drafts.ask_purge")
        register_subject("job", "records.known.JOB")
        register_subject("import_batch", "records.known.IMPORT_BATCH")
        register_subject("grant", "records.known.GRANT")
        register_subject("delegation", "records.known.DELEGATION")
