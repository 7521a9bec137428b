"""The policy is watched in every test (R10): what it refuses, and what is too wide, is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.watch import loose

pytestmark = pytest.mark.browser
STRICT = "default-src 'none'; script-src 'self'; style-src 'self'"


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')", "style"),
        ("document.body.insertAdjacentHTML('beforeend', '<b onclick=\"1\">x</b>')", "script"),
        ("setTimeout(() => { throw new Error('lost'); })", "lost"),
    ],
)
def test_what_is_refused_or_raised_in_a_page_is_told(
    visit: Any, chromium: Any, script: str, told: str
) -> None:
    visitor = visit()
    visitor.go("/connexion/")
    assert chromium.faults == []
    visitor.page.evaluate(script)
    visitor.page.wait_for_function("new Promise(done => setTimeout(() => done(true)))")
    assert any(told in fault for fault in chromium.faults)
    chromium.faults.clear()


def test_a_page_without_the_policy_is_told(visit: Any, chromium: Any) -> None:
    visitor = visit()
    visitor.page.route(
        "**/connexion/", lambda route: route.fulfill(body="", content_type="text/html")
    )
    visitor.go("/connexion/")
    assert len(chromium.faults) == 1
    chromium.faults.clear()


@pytest.mark.parametrize(
    ("policy", "faults"),
    [
        (STRICT, 0),
        (STRICT + " 'unsafe-inline'", 1),
        (STRICT.replace("script-src 'self'", "script-src 'unsafe-eval' *"), 2),
        ("script-src 'self'", 1),
        ("", 1),
    ],
)
def test_a_policy_that_is_too_wide_is_known(policy: str, faults: int) -> None:
    assert len(loose(policy)) == faults
