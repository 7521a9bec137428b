"""Every list is exported in every form, by those who may, and the export is recorded."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from common.tabular import read_table
from common.tabular.notes import notes_name
from web.exports import FORMATS

pytestmark = pytest.mark.django_db

LISTS = ("web:payments", "web:commitments", "web:projects", "web:contracts")


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("wanted", ["csv", "csv-plain", "csv-fr", "xlsx", "ods"])
def test_each_form_holds_the_same_rows_and_is_recorded(client, sample, director, name, wanted):
    client.force_login(director)
    answer = client.get(f"{reverse(name)}?format={wanted}")
    assert answer.status_code == 200
    suffix = wanted.split("-")[0]
    file = re.search(r'filename="([^"]+)"', answer["Content-Disposition"])[1]
    assert file.endswith(f".{suffix}")
    plain = client.get(f"{reverse(name)}?format=csv")
    rows = read_table(body(answer), file=file).sheets[0].rows
    told = read_table(body(plain), file="x.csv", separator=",").only_sheet.rows
    assert [len(row.cells) for row in rows] == [len(row.cells) for row in told]
    assert rows[0].cells == told[0].cells
    event = AuditEvent.objects.filter(verb="exported").order_by("pk").first()
    assert (event.actor, event.detail["format"]) == (director, wanted)


@pytest.mark.parametrize("wanted", ["xlsx", "ods"])
def test_a_workbook_types_its_amounts_and_tells_its_filters(client, sample, director, wanted):
    client.force_login(director)
    answer = client.get(f"{reverse('web:payments')}?format={wanted}&fiscal_year=2025")
    data, notes = read_table(body(answer), file=f"x.{wanted}").sheets
    cells = [cell for row in data.rows for cell in row.cells]
    assert float(Decimal("150000.55")) in cells
    assert notes.name == notes_name()
    assert "2025" in [row.cells[1] for row in notes.rows]


@pytest.mark.parametrize(("wanted", "mark"), [("csv", ","), ("csv-fr", ";")])
def test_a_csv_names_its_description(client, sample, director, wanted, mark):
    client.force_login(director)
    answer = client.get(f"{reverse('web:payments')}?format={wanted}&fiscal_year=2025")
    headings = body(answer).decode("utf-8-sig").splitlines()[0].split(mark)
    url = re.match(r"<([^>]+)>; rel=\"describedby\"", answer["Link"])[1]
    told = json.loads(body(client.get(reverse("web:payments") + url)))
    assert [field["name"] for field in told["schema"]["fields"]] == headings
    assert told["dialect"]["delimiter"] == mark
    assert "2025" in [note["value"] for note in told["notes"]]


@pytest.mark.parametrize("wanted", FORMATS)
def test_no_form_is_given_to_a_stranger(client, sample, wanted):
    answer = client.get(f"{reverse('web:payments')}?format={wanted}")
    assert answer.status_code == 302
    assert not AuditEvent.objects.filter(verb="exported").exists()
