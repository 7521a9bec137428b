"""A real browser on the demonstration: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import gc
import io
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Browser, sync_playwright

from accounts.models import User
from budgets.models import ProgrammingLine, ProgrammingVersion
from tests.e2e.grid import Sheet, address, build
from tests.e2e.visitor import Visitor
from tests.e2e.watch import WatchedBrowser

# Playwright keeps an event loop in the thread of the test, which also reads the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --force-prefers-reduced-motion"
).split()


MOST_SECONDS = 60


@pytest.fixture(scope="session")
def program() -> Iterator[Browser]:
    """Debian's Chromium, one for the process; its tests skip where it is absent, never under CI."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is absent, and under CI it must not be")
        pytest.skip("Chromium is absent (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def chromium(program: Browser, transactional_db: None) -> Iterator[WatchedBrowser]:
    """The browser of one test, which fails on whatever the policy refused in any of its pages.

    It closes before the database is emptied, and the server ends what it answers: its threads share
    the connection of the test on SQLite, where one that still reads holds the whole base.
    """
    watched = WatchedBrowser(program)
    yield watched
    faults = watched.end()
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(MOST_SECONDS)
            assert not thread.is_alive(), "the server still answers a browser that is closed"
    if faults:
        pytest.fail("\n".join(["The browser refused or raised:", *faults]))


def _load_demo(settings: Any) -> None:
    settings.DEBUG = True
    call_command("load_demo", verbosity=0, stdout=io.StringIO())
    settings.DEBUG = False
    call_command("compute_indicators", verbosity=0, stdout=io.StringIO())
    # Accounts of the demonstration never enter when DEBUG is off: here they are people.
    User.objects.filter(is_demo=True).update(is_demo=False)


@pytest.fixture(scope="session")
def picture() -> Iterator[sqlite3.Connection]:
    """A copy of the demonstration in memory, empty until the first test has loaded it."""
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    yield copy
    copy.close()


@pytest.fixture
def demo(transactional_db: None, settings: Any, picture: sqlite3.Connection) -> None:
    """The demonstration, with its indicators.

    It is loaded once; on SQLite the next tests get it back page by page from its copy, since each
    test leaves an empty base behind it. PostgreSQL loads it again.
    """
    if connection.vendor != "sqlite":
        _load_demo(settings)
        return
    connection.ensure_connection()
    if picture.execute("select count(*) from sqlite_master").fetchone()[0]:
        # A response that nobody read to its end holds the base until its cycle is collected.
        gc.collect()
        picture.backup(connection.connection)
        return
    _load_demo(settings)
    connection.connection.backup(picture)


@pytest.fixture
def browse(chromium: WatchedBrowser, live_server: Any) -> Callable[..., Visitor]:
    """Open a browser for a language, a scheme and a size, on whatever the database holds."""

    def open_browser(
        language: str = "fr", scheme: str = "light", size: tuple[int, int] = (1366, 768)
    ) -> Visitor:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale=language,
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        visitor = Visitor(context, live_server.url)
        visitor.dress(language, scheme)
        return visitor

    return open_browser


@pytest.fixture
def visit(browse: Callable[..., Visitor], demo: None) -> Callable[..., Visitor]:
    """Open a browser on the demonstration."""
    return browse


@pytest.fixture
def version(demo: None) -> ProgrammingVersion:
    """Two projects of three lines: 100, 200 and 300 k€ of AE and of CP a year, three years."""
    return build()


@pytest.fixture
def lines(version: ProgrammingVersion) -> list[ProgrammingLine]:
    return list(version.lines.select_related("project").order_by("pk"))


@pytest.fixture
def sheet(visit: Any, version: ProgrammingVersion, lines: list[ProgrammingLine]) -> Sheet:
    """A budget officer on the grid, the first group open."""
    visitor = visit()
    visitor.log_in("budget")
    assert visitor.go(address(version)) == 200
    found = Sheet(visitor.page)
    found.open(lines[0].project.code)
    return found
