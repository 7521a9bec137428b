"""A list costs the same number of queries whatever its length."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.test_rights import ALL

# Two of them count the call, for its network, then for its caller; one follows the session.
MOST = 10


def cost(client, url: str) -> int:
    client.get(url)  # content types and the like are read once a process
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("resource", ALL)
def test_one_row_and_many_cost_the_same(api, resource):
    url = f"/api/v1/{resource}/"
    one, many = cost(api.controller, url + "?limit=1"), cost(api.controller, url)
    assert one == many
    assert many <= MOST


@pytest.mark.parametrize("resource", ["projects", "payments", "contracts"])
def test_a_perimeter_costs_one_query_more_for_the_tree(api, resource):
    url = f"/api/v1/{resource}/"
    assert cost(api.director, url) <= cost(api.controller, url) + 2
    assert cost(api.director, url) <= MOST
