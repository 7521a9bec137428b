"""The pages of the published panorama: counts, sums and means over the rows that are readable."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from projects.models import PanoramaEdition, PanoramaEntry
from records.models import ImportBatch

CODE = "2020-05"


@pytest.fixture
def edition(sample):
    batch = ImportBatch.objects.create(
        code="B-1", kind="panorama", source="p.csv", digest="0", imported_at=timezone.now()
    )
    found = PanoramaEdition.objects.create(code=CODE, published_on=dt.date(2020, 5, 1), batch=batch)
    rows = [(sample.p1, "10000000", "2.5", True), (sample.p2, None, "4", False),
            (sample.p3, "5500000", "", False)]  # fmt: skip
    for line, (project, cost, duration, shared) in enumerate(rows, start=2):
        PanoramaEntry.objects.create(
            edition=found,
            project=project,
            source_line=line,
            title=project.title,
            full_cost=None if cost is None else Decimal(cost),
            published_duration=duration,
            is_interministerial=shared,
            phase="build",
        )
    return found


def test_an_edition_is_summed_over_what_was_published(client, edition, director):
    # 10 M€ + 5.5 M€ with one cost withheld; mean of 2.5 and 4 years, one withheld.
    client.force_login(director)
    (line,) = client.get(reverse("web:panorama")).context["editions"]
    assert (line.projects, line.interministerial, line.with_cost) == (3, 1, 2)
    assert line.total_cost == Decimal("15500000.00")
    assert (line.mean_years, line.with_duration) == (3.25, 2)


def test_a_manager_sees_own_projects_only(client, edition, manager):
    client.force_login(manager)
    (line,) = client.get(reverse("web:panorama")).context["editions"]
    assert line.projects == 1
    table = client.get(reverse("web:panorama_edition", args=[CODE])).context["table"]
    assert len(table) == 1


def test_each_row_leads_to_its_project(client, edition, director, sample):
    client.force_login(director)
    text = client.get(reverse("web:panorama_edition", args=[CODE])).content.decode()
    for project in (sample.p1, sample.p2, sample.p3):
        assert f'href="{project.get_absolute_url()}"' in text


def test_rights_and_absences(client, edition, stranger, manager, sample):
    url = reverse("web:panorama_edition", args=[CODE])
    assert client.get(url).status_code == 302
    client.force_login(stranger)
    assert client.get(url).status_code == 403
    assert client.get(reverse("web:panorama")).status_code == 403
    client.force_login(manager)
    assert client.get(reverse("web:panorama_edition", args=["1999-01"])).status_code == 404
    PanoramaEntry.objects.filter(project=sample.p1).delete()
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("query", ["?phase=x", "?q=%00"])
def test_a_wrong_filter_shows_nothing(client, edition, director, query):
    client.force_login(director)
    answer = client.get(reverse("web:panorama_edition", args=[CODE]) + query)
    assert answer.status_code == 200
    assert answer.context["table"] == []


def test_the_export_says_that_the_data_is_published(client, edition, director):
    client.force_login(director)
    answer = client.get(reverse("web:panorama_edition", args=[CODE]) + "?format=csv")
    text = b"".join(answer.streaming_content).decode()
    assert "10000000.00" in text
    assert len(text.splitlines()) == 4
