"""A real server with the demonstration, and a real browser.

The server is a process of its own on its own SQLite file: nothing is shared with the database of
the other tests, and a page is served exactly as it is in production (DEBUG off).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

ROOT = Path(__file__).resolve().parents[3]
PASSWORD = "demonstration-2026"
DEADLINE = 30.0


@dataclass(frozen=True)
class Server:
    """A running product: its address, and its environment for management commands."""

    url: str
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """Run a management command on the data of the server; return what it printed."""
        return manage(self.environment, *arguments)


def manage(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def chromium() -> str:
    """Return the browser; skip where it is absent, but under CI."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is absent, and CI must have it")
        pytest.skip("Chromium is absent")
    return path


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers; fail with its end when it dies."""
    limit = time.monotonic() + DEADLINE
    while time.monotonic() < limit:
        assert process.poll() is None, "the server stopped"
        try:
            with urllib.request.urlopen(f"{url}/connexion/", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    pytest.fail("the server does not answer")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the demonstration on a free port."""
    chromium()
    folder = tmp_path_factory.mktemp("served")
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "dne_portfolio.settings.test",
        "DEBUG": "true",
    }
    environment.pop("REDIS_URL", None)
    loading = {**environment, "DJANGO_SETTINGS_MODULE": "dne_portfolio.settings.dev"}
    manage(loading, "migrate", "--verbosity", "0")
    manage(loading, "load_demo")
    manage(loading, "compute_indicators", "--format", "json")
    log = (folder / "server.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "runserver", "--noreload", "--nostatic", str(port)],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=log,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url, process)
        yield Server(url, environment)
    finally:
        process.terminate()
        process.wait(timeout=10)
        log.close()


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    """One browser for all the tests of this folder."""
    path = chromium()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


Contexts = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def visitor(server: Server, chrome: Browser) -> Iterator[Contexts]:
    """Return the browsing context of a person in a language and a theme; each logs in once."""
    opened: dict[tuple[str, str, str], BrowserContext] = {}

    def context(username: str, language: str = "fr", theme: str = "light") -> BrowserContext:
        key = (username, language, theme)
        if key not in opened:
            opened[key] = _logged_in(server, chrome, *key)
        return opened[key]

    yield context
    for found in opened.values():
        found.close()


def _logged_in(
    server: Server, chrome: Browser, username: str, language: str, theme: str
) -> BrowserContext:
    context = chrome.new_context(
        base_url=server.url,
        locale={"fr": "fr-FR", "en": "en-GB"}[language],
        viewport={"width": 1366, "height": 768},
        reduced_motion="reduce",
    )
    context.add_cookies(
        [
            {"name": "pf_scheme", "value": theme, "url": server.url},
            {"name": "django_language", "value": language, "url": server.url},
        ]
    )
    context.add_init_script(
        "window.reports = [];"
        "document.addEventListener('securitypolicyviolation',"
        " event => window.reports.push(event.violatedDirective + ' ' + event.blockedURI));"
    )
    page = context.new_page()
    page.goto("/connexion/")
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{server.url}/")
    page.close()
    return context
