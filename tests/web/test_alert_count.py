"""The header counts the open alerts that a person may read, and hides the count of none."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from records.models import Alert
from tests.budgets.ledger import make_uo
from tests.people import person

pytestmark = pytest.mark.django_db
PAGE = reverse("web:account")


def open_alert(node, number=1, **fields):
    now = timezone.now()
    return Alert.objects.create(
        source="R-01", severity="alert", subject_kind="budget_node", subject_code=node.code,
        facet=str(number), fiscal_year=2026, message="ae_passed", amount=1, first_seen_at=now,
        last_seen_at=now, **fields,
    )  # fmt: skip


def header(client):
    return client.get(PAGE).content.decode().split("<main")[0]


def test_the_header_counts_the_open_alerts_of_the_reach_and_links_to_them(client):
    own, other = make_uo("UO-IN"), make_uo("UO-OUT")
    client.force_login(person("budget_officer", "UO-IN", scope_kind="nomenclature"))
    address = f'href="{reverse("web:alerts")}"'
    assert address not in header(client)
    open_alert(other)
    open_alert(own, 9, closed_at=timezone.now())
    assert address not in header(client)
    for number in (1, 2):
        open_alert(own, number)
    shown = header(client)
    assert address in shown
    assert (
        '<span class="pf-count">2</span><span class="fr-sr-only"> alertes ouvertes</span>' in shown
    )
    client.force_login(person("management_controller"))
    assert '<span class="pf-count">3</span>' in header(client)
    client.force_login(person("technical_admin"))
    assert address not in header(client)


def test_the_count_costs_one_query_a_page_whatever_it_counts(client):
    uo = make_uo("UO-IN")
    client.force_login(person("management_controller"))
    open_alert(uo)
    header(client)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            header(client)
        told = [query["sql"] for query in captured if "records_alert" in query["sql"]]
        return len(captured), len(told)

    few = queries()
    for number in range(2, 150):
        open_alert(uo, number)
    assert queries() == few
    assert few[1] == 1
    assert '<span class="pf-count">99+</span>' in header(client)
