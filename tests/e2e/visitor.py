"""A person in a browser."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from accounts.models import User


class Visitor:
    """A person in a browser, and what the browser complained about."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.base = base
        self.context = context
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self._sessions: dict[str, str] = {}
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._heard)

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def log_in(self, username: str) -> None:
        """Come with a session that the server opened: the page of the log-in has its own tests.

        Somebody who has come already in this browser finds their session again.
        """
        name = settings.SESSION_COOKIE_NAME
        if username not in self._sessions:
            client = Client()
            client.force_login(User.objects.get(username=username))
            self._sessions[username] = client.cookies[name].value
        cookie = {"name": name, "value": self._sessions[username], "url": self.base}
        self.context.add_cookies([cookie])  # type: ignore[list-item]

    def log_in_through_the_page(self, username: str) -> None:
        """Give the name and the password of somebody of the demonstration."""
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

    def dress(self, language: str, scheme: str) -> None:
        """Have the next page in a language and a theme."""
        self.context.add_cookies(
            [
                {"name": "django_language", "value": language, "url": self.base},
                {"name": "pf_scheme", "value": scheme, "url": self.base},
            ]
        )
