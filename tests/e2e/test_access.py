"""Access in a real browser: a machine client, a grant by two persons, rights, a session that ends.

Scenarios E31, E33 and R05.
"""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

import pytest

from accounts.models import Grant, SessionRecord, User
from projects.models import PortfolioNode, Project
from tests.e2e.keyboard import choose, press, without_mouse, write

pytestmark = pytest.mark.browser


def call(url: str, method: str = "GET", body: Any = None, **headers: str) -> int:
    """Return the status of a call of the API."""
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return int(refused.code)


def token(base: str, client_id: str, secret: str) -> str:
    """Return an access token, by client credentials."""
    fields = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    request = urllib.request.Request(f"{base}/api/oauth/token/", data=urlencode(fields).encode())
    with urllib.request.urlopen(request) as answer:
        return str(json.load(answer)["access_token"])


def contact_of(page: Any) -> str:
    """Return the first contact person that the form offers."""
    found: str = page.locator("select[name=contact] option").nth(1).get_attribute("value")
    return found


def test_a_machine_access_is_created_read_only_used_and_revoked_without_a_mouse(
    visit: Any,
) -> None:
    """E31, A02."""
    inside = Project.objects.filter(data_origin="fictitious").order_by("code").first()
    assert inside is not None
    outside = Project.objects.exclude(node=inside.node).order_by("code").first()
    admin = visit()
    admin.log_in("admin")
    page = without_mouse(admin)
    admin.go("/administration/")
    press(page, "main a[href='/api/acces/']")
    page.wait_for_url("**/api/acces/")
    press(page, "main a[href='/api/acces/nouveau/']")
    page.wait_for_url("**/api/acces/nouveau/")
    write(page, "input[name=name]", "Entrepôt de données")
    choose(page, "select[name=scope_code]", inside.node.code)
    choose(page, "select[name=contact]", contact_of(page))
    press(page, "main form[method=post].pf-form button[type=submit]")
    page.locator("#client-secret").wait_for()
    secret = page.locator("#client-secret").input_value()
    client_id = page.locator("#client-id").input_value()
    assert len(secret) > 40
    admin.go("/api/acces/")
    press(page, "main tbody a")
    page.wait_for_url(re.compile(r"/api/acces/\d+/$"))
    assert "Entrepôt de données" in page.locator("h1").inner_text()
    assert secret not in page.content()
    grant = Grant.objects.get(user__machine_client__name="Entrepôt de données")
    second = visit()
    second.log_in("admin.second")
    second_page = without_mouse(second)
    second.go(f"/habilitations/{grant.pk}/")
    press(second_page, "form[action$='approuver/'] button")
    second_page.wait_for_selector(".fr-alert--success")
    bearer = {"Authorization": f"Bearer {token(admin.base, client_id, secret)}"}
    api = f"{admin.base}/api/v1/projects/"
    assert call(f"{api}{inside.code}/", **bearer) == 200
    assert call(f"{api}{outside.code}/", **bearer) == 404
    headers = {**bearer, "If-Match": '"1"', "Content-Type": "application/json"}
    assert call(f"{api}{inside.code}/", "PATCH", {"title": "x"}, **headers) == 403
    press(page, "main a[href$='revoquer/']")
    page.wait_for_url("**/revoquer/")
    press(page, "main form.pf-form button[type=submit]")
    page.wait_for_selector(".fr-alert--success")
    begun = time.monotonic()
    assert call(f"{api}{inside.code}/", **bearer) == 401
    assert time.monotonic() - begun < 5


def test_a_grant_is_proposed_by_one_and_approved_by_another(visit: Any) -> None:
    newcomer = User.objects.create_user("nouveau", password="demonstration-2026")
    node = PortfolioNode.objects.filter(data_origin="fictitious").order_by("code").first()
    assert node is not None
    first = visit()
    first.log_in("admin")
    first.go("/habilitations/nouvelle/")
    page = first.page
    page.select_option("select[name=user]", str(newcomer.pk))
    page.select_option("select[name=role]", "project_manager")
    page.select_option("select[name=scope]", f"portfolio:{node.code}")
    page.fill("input[name=reason]", "Prise de fonction")
    page.click("main form.pf-form button[type=submit]")
    grant = Grant.objects.get(user=newcomer)
    assert page.locator("form[action$='approuver/']").count() == 0
    there = visit()
    there.log_in("nouveau")
    assert there.go("/projets/") == 403
    second = visit()
    second.log_in("admin.second")
    second.go(f"/habilitations/{grant.pk}/")
    second.page.click("form[action$='approuver/'] button")
    second.page.wait_for_selector(".fr-alert--success")
    assert there.go("/projets/") == 200


@pytest.mark.parametrize(
    ("username", "closed", "opened"),
    [
        ("admin", "/projets/", "/habilitations/"),
        ("partenaire", "/projets/", "/projets-partages/"),
        ("cheffe.projet", "/habilitations/", "/projets/"),
        ("audit", "/projets/nouveau/", "/administration/journal/"),
        ("marches", "/budget/mouvements/", "/contrats/"),
    ],
)
def test_what_a_role_cannot_open_is_absent_and_refused(
    visit: Any, username: str, closed: str, opened: str
) -> None:
    """E33."""
    visitor = visit()
    visitor.log_in(username)
    assert visitor.go(opened) == 200
    assert visitor.page.locator(f"a[href='{closed}']").count() == 0
    visitor.complaints.clear()
    assert visitor.go(closed) == 403
    assert visitor.page.locator("h1").count() == 1


def test_a_project_out_of_scope_exists_nowhere_for_a_manager(visit: Any) -> None:
    """E33."""
    manager = User.objects.get(username="cheffe.projet")
    seen = Project.objects.visible_to(manager)
    hidden = Project.objects.exclude(pk__in=seen).filter(data_origin="fictitious").first()
    assert hidden is not None
    visitor = visit()
    visitor.log_in("cheffe.projet")
    assert visitor.go(f"/projets/{hidden.code}/") == 404
    found = {"q": hidden.title}
    for path in ("/projets/", "/recherche/", "/recherche/suggestions/"):
        text = visitor.context.request.get(f"{visitor.base}{path}?{urlencode(found)}").text()
        text = re.sub(r'value="[^"]*"', "", text)
        assert f"/projets/{hidden.code}/" not in text, path
    export = visitor.context.request.get(f"{visitor.base}/projets/?format=csv").text()
    assert hidden.code not in export
    assert (
        visitor.context.request.get(f"{visitor.base}/api/v1/projects/{hidden.code}/").status == 404
    )


def test_a_session_that_ends_during_an_edit_loses_nothing(visit: Any) -> None:
    """R05."""
    manager = User.objects.get(username="cheffe.projet")
    mine = Project.objects.open().filter(manager=manager).order_by("code").first()
    assert mine is not None
    visitor = visit()
    visitor.log_in_through_the_page("cheffe.projet")
    edit = f"/projets/{mine.code}/modifier/"
    assert visitor.go(edit) == 200
    page = visitor.page
    page.fill("input[name=title]", "Titre que je ne veux pas retaper")
    SessionRecord.objects.filter(user=manager).delete()
    visitor.context.clear_cookies(name="sessionid")
    page.click("main form.pf-form button[type=submit]")
    page.wait_for_selector("input[name=password]")
    page.fill("input[name=username]", "cheffe.projet")
    page.fill("input[name=password]", "demonstration-2026")
    page.click("main button[type=submit]")
    page.wait_for_url(f"{visitor.base}{edit}*")
    assert page.input_value("input[name=title]") == "Titre que je ne veux pas retaper"
    page.click("main form.pf-form button[type=submit]")
    page.wait_for_url(f"{visitor.base}/projets/{mine.code}/*")
    mine.refresh_from_db()
    assert mine.title == "Titre que je ne veux pas retaper"
