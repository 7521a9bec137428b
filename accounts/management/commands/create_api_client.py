"""`create_api_client NAME --scope read [--scope …] [--node CODE]`: print id and secret once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.policy import TOKEN_SCOPES
from accounts.services.clients import create_client


class Command(BaseCommand):
    """Create a machine client of the API."""

    help = "Create a machine client (OAuth2 client credentials); its secret is shown once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("name", help="name of the client, unique")
        parser.add_argument(
            "--scope",
            action="append",
            required=True,
            choices=sorted(TOKEN_SCOPES),
            help="a scope that the client may ask for; may be repeated",
        )
        parser.add_argument(
            "--node", default="", help="code of a portfolio node; the whole tree by default"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the client and print what it needs."""
        # Accounts stand below the portfolio: the tree is named by a string.
        nodes = apps.get_model("projects.PortfolioNode")._default_manager
        if options["node"] and not nodes.filter(code=options["node"]).exists():
            raise CommandError(f"There is no portfolio node {options['node']}.")
        try:
            new = create_client(
                name=options["name"], scopes=options["scope"], scope_code=options["node"]
            )
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(f"client_id={new.client_id}")
        self.stdout.write(f"client_secret={new.secret}")
        self.stdout.write("The secret is not kept and cannot be shown again.")
        self.stdout.write("Token: POST /api/oauth/token/ grant_type=client_credentials")
