"""An empty base in a browser: each screen says so, and offers what one may do (E36)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from accounts.enums import Role
from accounts.models import User
from accounts.services.grants import establish_grant
from tests.e2e.axe import examine_all
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser

# What is never empty: the definitions come with the product; the person, their grant and their
# coming exist.
FULL = {
    "/indicateurs/",
    "/administration/",
    "/administration/journal/",
    "/utilisateurs/",
    "/habilitations/",
}
# Where the empty screen, or its heading, leads a person of each role.
BUTTONS = {
    Role.PORTFOLIO_DIRECTOR: {"/portefeuilles/": "/portefeuilles/nouveau/"},
    Role.BUDGET_OFFICER: {
        "/budget/nomenclature/": "/budget/nomenclature/nouveau/",
        "/imports/": "/imports/deposer/",
    },
    Role.TECHNICAL_ADMIN: {"/api/acces/": "/api/acces/nouveau/"},
}


@pytest.fixture
def arrive(browse: Callable[..., Visitor]) -> Callable[[Role], Visitor]:
    """Come as the first person of an empty installation."""

    def enter(role: Role) -> Visitor:
        user = User.objects.create_user(username="first")
        establish_grant(user=user, role=role, valid_from=dt.date(2020, 1, 1))
        visitor = browse()
        visitor.log_in("first")
        return visitor

    return enter


def links(page: Any, selector: str) -> list[str]:
    """Return the addresses of some links of the page."""
    found: list[str] = page.locator(selector).evaluate_all(
        "all => all.map(e => new URL(e.href).pathname)"
    )
    return found


def screens(visitor: Visitor) -> list[str]:
    """Return the menu, the sections of its areas and what the administration opens."""
    visitor.go("/")
    menu = links(visitor.page, "#navigation a")
    found = list(menu)
    for path in menu:
        visitor.go(path)
        found += links(visitor.page, "main .pf-toc a, main .fr-tile a")
    return list(dict.fromkeys(found))


def emptiness(page: Any) -> str:
    """Return what an empty screen says, in place of its rows."""
    if page.locator("#steps").count():
        return str(page.locator("[aria-labelledby=steps]").inner_text())
    rows = page.locator("main table tbody tr").count()
    said = page.locator("main .pf-panel p").all_inner_texts()
    return "" if rows else " ".join(text.strip() for text in said)


@pytest.mark.parametrize("role", list(BUTTONS))
def test_every_screen_of_an_empty_base_says_so_and_offers_what_one_may_do(
    arrive: Callable[[Role], Visitor], role: Role
) -> None:
    visitor = arrive(role)
    page = visitor.page
    found = screens(visitor)
    assert len(found) >= 6
    faults = []
    offered = set()
    for path in found:
        status = visitor.go(path)
        if status != 200:
            faults.append(f"{path}: {status}")
            continue
        if path not in FULL and len(emptiness(page)) < 20:
            faults.append(f"{path}: nothing says that it is empty")
        offered |= {(path, to) for to in links(page, "main a.fr-btn")}
        faults += examine_all(page).violations
    assert faults == []
    assert set(BUTTONS[role].items()) <= offered
    for _path, to in sorted(offered):
        assert visitor.go(to) == 200, to
        assert page.locator("h1").count() == 1
        faults += examine_all(page).violations
    assert faults == []
    assert visitor.complaints == []
