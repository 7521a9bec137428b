"""Saved views: mine and my team's; whoever changes another's view gets a copy."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.enums import Role
from accounts.exceptions import NotTheOwner, TooManyViews
from accounts.models import SavedView, User
from accounts.personal import default_view_of, openable_view, team_of, views_of
from accounts.services import saved_views as services
from accounts.services.grants import establish_grant
from common.exceptions import StaleEdit


def person(name: str, role: Role, code: str = "") -> User:
    """Somebody with a grant."""
    user = User.objects.create_user(username=name)
    establish_grant(user=user, role=role, scope_code=code, valid_from=dt.date(2020, 1, 1))
    return user


@pytest.fixture
def house(db: None) -> dict[str, User]:
    """Two people of the whole house, two of one programme, one of another, one outside."""
    return {
        "director": person("d", Role.PORTFOLIO_DIRECTOR),
        "budget": person("b", Role.BUDGET_OFFICER),
        "one": person("o1", Role.PROJECT_MANAGER, "DNE-SN"),
        "two": person("o2", Role.PROJECT_MANAGER, "DNE-SN"),
        "other": person("x", Role.PROJECT_MANAGER, "DNE-TN"),
        "partner": person("p", Role.PARTNER, "DNE-SN"),
        "nobody": User.objects.create_user(username="n"),
    }


def saved(owner: User, name: str = "Dérives", **fields: Any) -> SavedView:
    """A view of the project list."""
    given = {"list_name": "projects", "query": "weather=ORAGE&sort=-gap", **fields}
    return services.save_view(actor=owner, name=name, **given)


def test_a_team_holds_a_grant_on_the_same_scope(house: dict[str, User]) -> None:
    assert team_of(house["one"]) == {house["one"].pk, house["two"].pk}
    assert team_of(house["director"]) == {house["director"].pk, house["budget"].pk}
    assert team_of(house["partner"]) == {house["partner"].pk}
    assert team_of(house["nobody"]) == {house["nobody"].pk}


def test_a_view_is_mine_until_i_share_it_with_my_team(house: dict[str, User]) -> None:
    view = saved(house["one"])
    assert [v.pk for v in views_of(house["one"], "projects")] == [view.pk]
    assert openable_view(house["two"], view.pk) is None
    services.rename_view(actor=house["one"], view=view, name="Dérives", is_shared=True)
    assert [v.pk for v in views_of(house["two"], "projects")] == [view.pk]
    for outsider in ("other", "director", "partner", "nobody"):
        assert openable_view(house[outsider], view.pk) is None
        assert views_of(house[outsider], "projects") == []


def test_changing_another_s_view_makes_a_copy_and_leaves_it_alone(house: dict[str, User]) -> None:
    view = saved(house["one"], is_shared=True)
    copy = services.change_view(actor=house["two"], view=view, query="weather=NUAGE")
    view.refresh_from_db()
    assert (view.query, view.version) == ("weather=ORAGE&sort=-gap", 1)
    assert (copy.owner, copy.query, copy.is_shared) == (house["two"], "weather=NUAGE", False)
    again = services.change_view(actor=house["two"], view=view, query="weather=SOLEIL")
    assert again.name != copy.name


def test_changing_my_view_keeps_its_name(house: dict[str, User]) -> None:
    view = saved(house["one"])
    changed = services.change_view(actor=house["one"], view=view, query="q=x", version=1)
    assert (changed.pk, changed.query, changed.version) == (view.pk, "q=x", 2)
    with pytest.raises(StaleEdit):
        services.change_view(actor=house["one"], view=view, query="q=y", version=1)


def test_only_the_owner_renames_and_deletes(house: dict[str, User]) -> None:
    view = saved(house["one"], is_shared=True)
    with pytest.raises(NotTheOwner):
        services.rename_view(actor=house["two"], view=view, name="Prise", is_shared=True)
    with pytest.raises(NotTheOwner):
        services.delete_view(actor=house["two"], view=view)
    services.delete_view(actor=house["one"], view=view)
    assert not SavedView.objects.exists()


def test_a_name_serves_once_per_person_and_list(house: dict[str, User]) -> None:
    saved(house["one"])
    saved(house["two"])
    saved(house["one"], list_name="contracts")
    with pytest.raises(ValidationError):
        saved(house["one"], name="dérives")
    with pytest.raises(ValidationError):
        saved(house["one"], name="   ")


def test_a_default_view_is_one_s_own_and_dies_with_the_view(house: dict[str, User]) -> None:
    view = saved(house["one"], is_shared=True)
    services.choose_default_view(actor=house["two"], list_name="projects", view=view)
    assert default_view_of(house["two"], "projects") == view
    assert default_view_of(house["one"], "projects") is None
    services.rename_view(actor=house["one"], view=view, name="Dérives", is_shared=False)
    assert default_view_of(house["two"], "projects") is None
    services.delete_view(actor=house["one"], view=view)
    assert default_view_of(house["two"], "projects") is None


def test_views_are_bounded(house: dict[str, User], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_VIEWS", 2)
    saved(house["one"], name="a")
    saved(house["one"], name="b")
    with pytest.raises(TooManyViews):
        saved(house["one"], name="c")
