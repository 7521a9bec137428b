"""Starting Django does not load the heavy libraries that few requests use."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.architecture.source import ROOT

PROGRAM = """
import sys
import django
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
heavy = ("weasyprint", "pyarrow", "xlsxwriter", "python_calamine")
print(",".join(name for name in heavy if name in sys.modules))
"""


def test_heavy_libraries_are_absent_after_setup_and_routing():
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "dne_portfolio.settings.test"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
