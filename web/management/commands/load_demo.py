"""manage.py load_demo: the published panorama and a fictitious portfolio, for development."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from web.demo.accounts import TakenAccount
from web.demo.loading import DemoRefused, load_demo


class Command(BaseCommand):
    """Load the demonstration; a second time changes nothing, another seed the fictitious part."""

    help = "Load the demonstration: eight panorama editions and twelve fictitious projects."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare --seed."""
        parser.add_argument("--seed", type=int, default=1, help="another fictitious portfolio")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load and tell; refused when DEBUG is off, since the password is known to all."""
        if not settings.DEBUG:
            raise CommandError(
                _("The demo accounts have a public password: they exist only when DEBUG is on.")
            )
        seed = options["seed"]
        try:
            loaded = load_demo(seed=seed)
        except (TakenAccount, DemoRefused) as error:
            raise CommandError(str(error)) from error
        except ProtectedError as error:
            raise CommandError(
                _("Data that are not fictitious lean on the fictitious part: it stays as it is.")
            ) from error
        told = (
            _("%(editions)d panorama editions; fictitious portfolio %(seed)d loaded.")
            if loaded.is_new
            else _("%(editions)d panorama editions; fictitious portfolio %(seed)d there already.")
        )
        self.stdout.write(told % {"editions": loaded.editions, "seed": seed})
