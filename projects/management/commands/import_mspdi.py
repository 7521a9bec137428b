"""manage.py import_mspdi: make the plan of a project that of a file of MS Project XML."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from common.exceptions import DomainError
from projects.models import Project
from projects.mspdi.facts import MspdiError, MspdiFile
from projects.mspdi.reader import read_mspdi
from projects.services.mspdi_import import PlanImport, import_plan


class Command(BaseCommand):
    """Import a plan (docs/plan.md); exit code 1, and nothing written, when it is refused."""

    help = "Import the plan of a project from MS Project XML (docs/plan.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare FILE, --project, --baseline, --decision, --dry-run, --format."""
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--project", metavar="CODE", required=True)
        parser.add_argument("--baseline", metavar="NAME", default="", help="approve a baseline")
        parser.add_argument(
            "--decision", metavar="NUMBER", default="", help="the decision that approves it"
        )
        parser.add_argument("--dry-run", action="store_true", help="tell the same, write nothing")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read, compare, apply and tell."""
        as_json = options["format"] == "json"
        project = Project.objects.filter(code=options["project"]).first()
        if project is None:
            raise CommandError(_("There is no project %(code)s.") % {"code": options["project"]})
        file = self._read(options["file"], as_json=as_json)
        try:
            done = import_plan(
                actor=None,
                project_id=project.pk,
                file=file,
                source=Path(options["file"]).name,
                baseline=options["baseline"],
                decision=options["decision"],
                dry_run=options["dry_run"],
            )
        except DomainError as refused:
            raise CommandError(str(refused), returncode=1) from refused
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages), returncode=1) from refused
        if as_json:
            self._print(file.as_dict())
        else:
            self._tell(file, done)

    def _read(self, path: str, *, as_json: bool) -> MspdiFile:
        try:
            return read_mspdi(path)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", returncode=1) from error
        except MspdiError as refused:
            if as_json:
                self._print({"errors": [fault.as_dict() for fault in refused.faults]})
            told = "\n".join(f"{Path(path).name}:{fault}" for fault in refused.faults)
            raise CommandError(told, returncode=1) from refused

    def _print(self, content: dict[str, Any]) -> None:
        """Print one JSON document."""
        self.stdout.write(json.dumps(content, ensure_ascii=False, indent=2))

    def _tell(self, file: MspdiFile, done: PlanImport) -> None:
        """Print the warnings, then the counts, then what was done."""
        for fault in file.warnings:
            self.stdout.write(f"{_('Warning')} {fault}")
        self.stdout.write(
            _(
                "Tasks: %(added)d added, %(changed)d changed, %(gone)d gone, %(unchanged)d"
                " unchanged; links: %(links_added)d added, %(links_gone)d gone."
            )
            % done.diff.counts()
        )
        if done.baseline:
            self.stdout.write(_("Baseline %(name)s approved.") % {"name": done.baseline})
        self.stdout.write(_("Applied.") if done.applied else _("Dry run: nothing was written."))
