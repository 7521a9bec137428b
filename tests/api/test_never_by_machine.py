"""A machine client never validates, submits, merges nor undoes: every such route is called.

The routes are those of the OpenAPI document; the verb of each is the one that its view declares.
The twin empties the rule and gives the role the verbs: the same calls pass.
"""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from accounts import permissions
from accounts.enums import Action, Reach, Role
from accounts.policy import NEVER_BY_MACHINE, POLICY, TOKEN_SCOPES
from dne_portfolio.api_urls import router
from tests.api.conftest import token_for

METHODS = {"create": "post", "partial_update": "patch", "update": "put", "destroy": "delete"}


def forbidden_routes():
    """Yield (address, method, verb, resource) of every operation with such a verb."""
    for prefix, view, _ in router.registry:
        verbs = dict(getattr(view, "policy_actions", {}))
        extra = {one.__name__: one for one in view.get_extra_actions()}
        for name, verb in verbs.items():
            resource = view.policy_resource
            if isinstance(verb, tuple):
                verb, resource = verb
            if verb not in NEVER_BY_MACHINE:
                continue
            url = f"/api/v1/{prefix}/"
            if name in extra:
                if extra[name].detail:
                    url += "1/"
                url += f"{extra[name].url_path}/"
                method = next(iter(extra[name].mapping))
            elif hasattr(view, name):
                url += "" if name == "create" else "1/"
                method = METHODS.get(name, "get")
            else:
                continue
            yield url, method, verb, resource


@pytest.fixture
def robot(portfolio):
    client = APIClient()
    token = token_for(sorted(TOKEN_SCOPES))
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def call(client, url, method):
    return getattr(client, method)(url, {}, format="json", headers={"If-Match": '"1"'})


def test_every_such_route_refuses_a_client_with_every_scope(robot):
    routes = list(forbidden_routes())
    assert routes
    for url, method, verb, _ in routes:
        assert call(robot, url, method).status_code == 403, (url, verb)


def test_no_scope_of_a_token_names_such_a_verb():
    named = {action for pairs in TOKEN_SCOPES.values() for _, action in pairs}
    assert not named & set(NEVER_BY_MACHINE)
    assert {Action.VALIDATE, Action.SUBMIT} <= set(NEVER_BY_MACHINE)


def test_without_the_rule_the_same_calls_pass(robot, monkeypatch):
    """The twin: the verbs granted and scoped, the rule off; only the rule had refused them."""
    routes = list(forbidden_routes())
    pairs = {(str(resource), str(verb)) for _, _, verb, resource in routes}
    granted = {(Role.API_CLIENT.value, *pair): Reach.NODE for pair in pairs}
    monkeypatch.setattr(permissions, "POLICY", {**POLICY, **granted})
    monkeypatch.setattr(permissions, "TOKEN_SCOPES", {"read": frozenset(pairs)})
    with_rule = {call(robot, url, method).status_code for url, method, _, _ in routes}
    assert with_rule == {403}
    monkeypatch.setattr(permissions, "NEVER_BY_MACHINE", frozenset())
    without = [call(robot, url, method).status_code for url, method, _, _ in routes]
    assert all(status in (400, 404, 409, 412) for status in without), without
