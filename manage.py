#!/usr/bin/env python
"""Command line of the project; every command works in a bare clone with no variable set."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run the management command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dne_portfolio.settings.dev")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
