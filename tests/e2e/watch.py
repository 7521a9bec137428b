"""What no page of any test may do: break the content security policy, or raise in a script.

Scenario R10: the policy allows no inline script or style and no evaluated text, and everything the
other tests do passes under it.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, BrowserContext

_TELL = (
    "document.addEventListener('securitypolicyviolation', event => pfViolation("
    "event.documentURI + ': ' + event.violatedDirective + ' ' + event.blockedURI));"
)
_LOOSE = ("'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "*")


class WatchedBrowser:
    """A browser that keeps the faults of every page of every context opened through it."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.faults: list[str] = []

    def new_context(self, **options: Any) -> BrowserContext:
        """Open a context and listen to it; without scripts its console still tells."""
        context = self._browser.new_context(**options)
        context.expose_binding("pfViolation", lambda _source, text: self.faults.append(text))
        context.add_init_script(_TELL)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        context.on("console", self._console)
        context.on("response", self._response)
        return context

    def end(self) -> list[str]:
        """Close every context and return what was heard."""
        for context in self._browser.contexts:
            for page in context.pages:
                page.evaluate("0")  # what was sent before has been heard once this is answered
            context.close()
        return self.faults

    def _console(self, message: Any) -> None:
        if "Content Security Policy" in message.text:
            self.faults.append(f"console: {message.text}")

    def _response(self, response: Any) -> None:
        kind = response.headers.get("content-type", "")
        if response.request.resource_type == "document" and kind.startswith("text/html"):
            policy = response.headers.get("content-security-policy", "")
            self.faults += [f"{response.url}: {fault}" for fault in loose(policy)]


def loose(policy: str) -> list[str]:
    """Return what is too wide in a content security policy."""
    directives = {
        words[0]: words[1:] for part in policy.split(";") if (words := part.strip().split())
    }
    if directives.get("default-src") != ["'none'"]:
        return ["the policy does not begin from nothing"]
    return [
        f"{name} allows {source}"
        for name, sources in directives.items()
        for source in sources
        if source in _LOOSE
    ]
