"""manage.py load_layouts: add the layouts of accounting extracts shipped as mappings of columns."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from budgets.services.layouts import load_layouts


class Command(BaseCommand):
    """Add what `budgets/data/layouts/` ships; again, it changes nothing."""

    help = "Add the mappings of the shipped layouts of accounting extracts."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Add and tell."""
        loaded = load_layouts(actor=None)
        for name in loaded.added:
            self.stdout.write(_("Added: %(name)s") % {"name": name})
        self.stdout.write(_("Known already: %(count)d") % {"count": loaded.known})
