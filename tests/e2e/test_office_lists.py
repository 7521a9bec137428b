"""Lists in a browser: filter, save, share; focus and announcements; errors said and tried again.

Scenarios E03, E04, A06, A13, R01 (double click) and R04 of the user experience.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.models import SavedView, User
from accounts.services.saved_views import save_view
from projects.models import Project
from tests.e2e.axe import examine_all
from tests.e2e.keyboard import tab_to, without_mouse

pytestmark = pytest.mark.browser

SPOKEN = (
    "window.pfSpoken = [];"
    "document.addEventListener('DOMContentLoaded', () => {"
    " const live = document.getElementById('live');"
    " if (live) new MutationObserver(() => {"
    "  if (live.textContent.trim()) window.pfSpoken.push(live.textContent.trim());"
    " }).observe(live, {childList: true, characterData: true, subtree: true}); });"
)


def focused(page: Any) -> str:
    """Return the id of what has the focus."""
    found: str = page.evaluate("document.activeElement.id")
    return found


def codes(page: Any) -> list[str]:
    """Return the codes of the projects of the table."""
    rows = page.locator("#list table.pf-table td a[href^='/projets/']")
    found: list[str] = rows.all_inner_texts()
    return [text for text in found if text.strip()]


def settled(page: Any, text: str) -> None:
    """Wait until the region shows a state: its address is pushed once it is there."""
    page.wait_for_url(lambda url: text in url)
    page.wait_for_function("!document.querySelector('#list[aria-busy=true]')")


def filter_by_keyboard(page: Any) -> list[str]:
    """Ask for the compromised projects of a million at least; return their codes."""
    everything, former = codes(page), page.title()
    tab_to(page, "#id_weather")
    page.keyboard.type("Objectifs com")
    tab_to(page, "#id_cost_min")
    page.keyboard.type("1 M€")
    page.keyboard.press("Enter")
    settled(page, "weather=ORAGE")
    state = parse_qs(urlsplit(page.url).query)
    assert (state["weather"], state["cost_min"]) == (["ORAGE"], ["1 M€"])
    filtered = codes(page)
    assert set(filtered) < set(everything)
    assert page.title() != former
    return filtered


def test_a_person_filters_and_sorts_by_the_keyboard_alone(visit: Any) -> None:
    visitor = visit()
    visitor.page.add_init_script(SPOKEN)
    visitor.log_in("cheffe.projet")
    page = without_mouse(visitor)
    visitor.go("/projets/")
    filtered = filter_by_keyboard(page)
    assert focused(page) == "count"
    assert page.evaluate("window.pfSpoken") == [page.locator("#count").inner_text()]

    tab_to(page, "#sort-gap")
    page.keyboard.press("Enter")
    settled(page, "sort=gap")
    assert focused(page) == "sort-gap"
    assert page.locator("th[aria-sort]").count() == 1
    assert sorted(codes(page)) == sorted(filtered)
    address = page.url

    with page.expect_event("load"):  # nothing is kept in the browser: the page is read again
        page.go_back()
    assert "sort=gap" not in page.url
    assert codes(page) == filtered
    with page.expect_event("load"):
        page.go_forward()
    assert page.url == address
    assert examine_all(page).violations == []
    assert visitor.complaints == []


def test_a_person_saves_and_shares_a_view_by_the_keyboard_alone(visit: Any) -> None:
    visitor = visit()
    visitor.log_in("cheffe.projet")
    page = without_mouse(visitor)
    visitor.go("/projets/?sort=gap")
    filtered = filter_by_keyboard(page)
    address = page.url
    tab_to(page, ".pf-views__more summary")
    page.keyboard.press("Enter")
    tab_to(page, "#view-name")
    page.keyboard.type("Compromis")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "view=" in url)
    kept = parse_qs(SavedView.objects.get(name="Compromis").query)
    assert (kept["weather"], kept["sort"]) == (["ORAGE"], ["gap"])
    assert codes(page) == filtered
    assert visitor.complaints == []

    # The same address for somebody else: the same filters, within their rights.
    other = visit()
    other.log_in("directrice")
    other.go(address.removeprefix(visitor.base))
    mine = Project.objects.visible_to(User.objects.get(username="cheffe.projet"))
    own = set(mine.values_list("code", flat=True))
    assert set(filtered) == set(codes(other.page)) & own


def test_changing_a_shared_view_makes_a_copy(visit: Any) -> None:
    visitor = visit()
    owner = User.objects.get(username="budget")
    shared = save_view(
        actor=owner, list_name="/projets/", name="Revue", query="state=open", is_shared=True
    )
    visitor.log_in("cheffe.projet")
    page = visitor.page
    visitor.go("/projets/")
    page.select_option("#view", label=f"Revue ({owner})")
    page.click(".pf-views__form button >> nth=0")
    page.wait_for_url(lambda url: f"view={shared.pk}" in url)
    page.click("#sort-cost")
    settled(page, "sort=cost")
    page.locator(f"form[action='/vues/{shared.pk}/etat/'] button").click()
    page.wait_for_url(lambda url: f"view={shared.pk}" not in url)
    shared.refresh_from_db()
    assert (shared.query, shared.version) == ("state=open", 1)
    copy = SavedView.objects.get(owner__username="cheffe.projet")
    assert parse_qs(copy.query) == {"state": ["open"], "sort": ["cost"]}
    assert page.locator("#view option:checked").inner_text() == copy.name


@pytest.mark.parametrize("failure", ["500", "network"])
def test_a_failure_is_said_in_the_region_and_tried_again(visit: Any, failure: str) -> None:
    visitor = visit()
    visitor.log_in("directrice")
    page = visitor.page
    visitor.go("/projets/")
    before = codes(page)
    tries: list[str] = []

    def answer(route: Any) -> None:
        tries.append(route.request.url)
        if len(tries) > 1:
            route.continue_()
        elif failure == "500":
            route.fulfill(status=500, body="<h1>Traceback</h1>")
        else:
            route.abort()

    page.route("**/projets/?**", answer)
    page.fill("#id_q", "examens")
    page.click("#apply-filters")
    alert = page.locator("#list > .pf-failure")
    alert.wait_for()
    assert "Traceback" not in page.content()
    assert codes(page) == before
    assert page.evaluate("document.activeElement.classList.contains('pf-failure')")
    alert.locator("button").click()
    settled(page, "q=examens")
    assert page.locator(".pf-failure").count() == 0
    assert 0 < len(codes(page)) < len(before)


def test_a_wrong_filter_has_the_focus_on_its_summary(visit: Any) -> None:
    visitor = visit()
    visitor.log_in("directrice")
    page = visitor.page
    visitor.go("/projets/")
    page.fill("#id_gap_min", "beaucoup")
    page.click("#apply-filters")
    settled(page, "gap_min=beaucoup")
    assert focused(page) == "error-summary"
    field = page.locator("#id_gap_min")
    assert field.get_attribute("aria-invalid") == "true"
    described = field.get_attribute("aria-describedby")
    assert "beaucoup" in page.locator(f"#{described}").inner_text()
    assert field.input_value() == "beaucoup"
    assert codes(page) == []
    page.click("#error-summary a")
    assert focused(page) == "id_gap_min"
    assert examine_all(page).violations == []


def test_a_double_click_sends_one_request(visit: Any) -> None:
    visitor = visit()
    visitor.log_in("directrice")
    page = visitor.page
    visitor.go("/projets/")
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.url) if r.method == "POST" else None)
    page.click(".pf-views__more summary")
    page.fill("#view-name", "Une seule")
    page.evaluate(
        "() => { const b = document.querySelector('form[action=\"/vues/\"] button');"
        " b.click(); b.click(); }"
    )
    page.wait_for_url(lambda url: "view=" in url)
    assert len(sent) == 1
    assert SavedView.objects.filter(name="Une seule").count() == 1
