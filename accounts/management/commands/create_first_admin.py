"""`create_first_admin --username NAME --email ADDRESS`: the account that creates the others."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.services.first_admin import create_first_admin
from accounts.services.invitations import address_of_link
from common.exceptions import DomainError


class Command(BaseCommand):
    """Create the first technical administrator."""

    help = "Create the first technical administrator and print the link of their invitation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--username", required=True, help="user name of the administrator")
        parser.add_argument("--email", required=True, help="e-mail address of the administrator")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the account and print the link, never a password."""
        try:
            token = create_first_admin(username=options["username"], email=options["email"])
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(address_of_link(token))
        self.stdout.write("The link is used once, within 72 hours; it is not kept.")
