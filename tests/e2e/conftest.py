"""A real browser on the demonstration: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from accounts.models import User

# Playwright keeps an event loop in the thread of the test, which also reads the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --force-prefers-reduced-motion"
).split()
WATCH = (
    "window.pfReports = [];"
    "document.addEventListener('securitypolicyviolation',"
    " event => window.pfReports.push(event.violatedDirective + ' ' + event.blockedURI));"
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; its tests skip where it is absent, never under CI."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is absent, and under CI it must not be")
        pytest.skip("Chromium is absent (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


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
        picture.backup(connection.connection)
        return
    _load_demo(settings)
    connection.connection.backup(picture)


class Visitor:
    """A person in a browser, and what the browser complained about."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.base = base
        self.context = context
        self.page: Page = context.new_page()
        self.page.add_init_script(WATCH)
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._heard)

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def log_in(self, username: str) -> None:
        """Log in through the page."""
        self.page.goto(f"{self.base}/connexion/")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", "demonstration-2026")
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(lambda url: "/connexion/" not in url)

    def go(self, path: str) -> int:
        """Open a page and return its status."""
        answer = self.page.goto(self.base + path)
        assert answer is not None
        return answer.status

    def reports(self) -> list[str]:
        """Return the violations of the content security policy of the page."""
        found: list[str] = self.page.evaluate("window.pfReports")
        return found


@pytest.fixture
def visit(chromium: Browser, live_server: Any, demo: None) -> Iterator[Any]:
    """Open a browser for a language, a scheme and a size."""
    opened: list[BrowserContext] = []

    def open_browser(
        language: str = "fr", scheme: str = "light", size: tuple[int, int] = (1366, 768)
    ) -> Visitor:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale=language,
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
        )
        url = live_server.url
        context.add_cookies(
            [
                {"name": "django_language", "value": language, "url": url},
                {"name": "pf_scheme", "value": scheme, "url": url},
            ]
        )
        opened.append(context)
        return Visitor(context, url)

    yield open_browser
    for context in opened:
        context.close()
