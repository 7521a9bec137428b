"""The page of the round trip: downloaded, sent back, shown, confirmed, undone."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.enums import Role
from budgets.models import ProgrammingEdit
from budgets.services.programming_cells import CellEdit, edit_cells
from tests.budgets.ledger import make_project, make_uo
from tests.budgets.programming import at_state, make_line, make_version
from tests.budgets.workbooks import FIRST, place, rows_of, saved
from tests.people import person


@pytest.fixture
def version(db):
    made = make_version("conference")
    uo, project = make_uo(), make_project()
    for name in ("Amont", "Bêta", "Ceinture"):
        make_line(made, uo, label=name, project=project, proposed=[("100", "40"), ("5", "5")])
    return made


@pytest.fixture
def officer(client, version):
    client.force_login(made := person(Role.BUDGET_OFFICER))
    return made


def url(version, name="programming_workbook"):
    return reverse(f"web:{name}", args=[version.fiscal_year, version.number])


def download(client, version, wanted="ods", **query):
    answer = client.get(url(version, f"programming_workbook_{wanted}"), query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def send(client, version, rows, **more):
    content = rows if isinstance(rows, bytes) else saved(rows)
    file = SimpleUploadedFile("classeur.ods", content)
    return client.post(url(version), {"workbook": file, **more})


def said(answer) -> str:
    return re.sub(r"[\u00a0\u202f]", " ", answer.content.decode())


def counted(answer, name):
    return int(re.search(rf'data-count="{name}">(\d+)<', said(answer))[1])


def confirm(client, version, answer, **more):
    proposal = re.search(r'name="proposal" value="([^"]+)"', answer.content.decode())[1]
    body = {"step": "confirm", "proposal": proposal, "choice": "chosen", **more}
    return client.post(url(version), body)


def write(actor, version, line, after):
    edit = CellEdit(line=line.pk, rank=0, measure="ae", before=Decimal(100), after=Decimal(after))
    return edit_cells(actor=actor, version_id=version.pk, edits=[edit])


def test_a_workbook_is_shown_then_written_then_undone_as_one(client, version, officer):
    rows = rows_of(download(client, version))
    rows[FIRST][place(rows, "AE 2027")] = Decimal("1234.5")
    rows[FIRST + 1][place(rows, "CP 2028")] = None
    shown = send(client, version, rows, reason="Conférence du 3")
    page = said(shown)
    assert (shown.status_code, counted(shown, "changes")) == (200, 2)
    assert "1 234,50" in page
    assert "dont 1 cellule vidée" in page
    assert not ProgrammingEdit.objects.exists()
    done = confirm(client, version, shown, reason="Conférence du 3")
    assert done.status_code == 302
    edits = list(ProgrammingEdit.objects.all())
    assert {(edit.reason, edit.operation) for edit in edits} == {
        ("Conférence du 3", edits[0].operation)
    }
    page = said(client.get(done["Location"]))
    assert "2 cellules modifiées, en une opération." in page
    assert "Annuler 2 cellules" in page
    undo = {"step": "undo", "operation": str(edits[0].operation)}
    assert client.post(url(version), undo).status_code == 302
    assert version.lines.order_by("pk").first().amounts.get(rank=0).proposed_ae == 100
    assert "Annuler 2 cellules" not in said(client.get(done["Location"]))


def test_faults_are_told_by_cell_and_nothing_can_be_confirmed(client, version, officer):
    rows = rows_of(download(client, version))
    rows[FIRST][place(rows, "AE 2027")] = "douze"
    rows[FIRST + 1][place(rows, "AE 2027")] = -3
    answer = send(client, version, rows)
    page = said(answer)
    assert (answer.status_code, counted(answer, "faults")) == (422, 2)
    assert "Feuille!S3" in page
    assert "Feuille!S4" in page
    assert 'name="proposal"' not in page or 'name="proposal" value=""' in page


def test_two_people_on_the_same_cell_see_both_values_and_choose(client, version, officer):
    rows = rows_of(download(client, version))
    first, second, _third = version.lines.order_by("pk")
    other = person(Role.BUDGET_OFFICER, username="autre")
    write(other, version, first, "150")
    write(other, version, second, "160")
    for number in range(3):
        rows[FIRST + number][place(rows, "AE 2027")] = 200
    shown = send(client, version, rows)
    assert (counted(shown, "conflicts"), counted(shown, "changes")) == (2, 1)
    indexes = re.findall(r'name="cell-(\d+)" value="mine"', shown.content.decode())
    # Somebody writes again while the page is read: it is shown again, and nothing is written.
    edit = CellEdit(line=first.pk, rank=0, measure="ae", before=Decimal(150), after=Decimal(170))
    edit_cells(actor=other, version_id=version.pk, edits=[edit])
    again = confirm(client, version, shown, **{f"cell-{indexes[0]}": "mine"})
    assert again.status_code == 409
    assert "170,00" in said(again)
    done = confirm(client, version, again, **{f"cell-{indexes[1]}": "mine"})
    assert done.status_code == 302
    held = [line.amounts.get(rank=0).proposed_ae for line in version.lines.order_by("pk")]
    assert held == [170, 200, 200]


def test_a_frozen_version_is_downloaded_and_answers_409_to_what_comes_back(
    client, version, officer
):
    at_state(version, "validated")
    rows = rows_of(download(client, version, "xlsx"), "xlsx")
    assert "Cette version est figée" in said(client.get(url(version)))
    answer = send(client, version, rows)
    assert answer.status_code == 409
    assert "2027-V1 est gelée" in said(answer)


def test_who_only_reads_downloads_and_sends_nothing_back(client, version):
    client.force_login(person(Role.AUDITOR))
    rows = rows_of(download(client, version))
    assert len(rows) == FIRST + 3
    assert 'type="file"' not in said(client.get(url(version)))
    assert send(client, version, rows).status_code == 403


def test_a_search_and_groups_select_the_lines_of_the_workbook(client, version, officer):
    found = rows_of(download(client, version, q="beta"))
    assert [row[place(found, "Libellé")] for row in found[FIRST:]] == ["Bêta"]
    code = version.lines.first().project.code
    assert len(rows_of(download(client, version, par="project", groupe=code))) == FIRST + 3
    assert len(rows_of(download(client, version, par="nature", groupe="new"))) == FIRST
    page = said(client.get(url(version), {"q": "beta"}))
    assert "1 ligne, lignes qui contiennent « beta »" in page


@pytest.mark.parametrize("proposal", ["", "x", "eyJieSI6MX0:1a:b"])
def test_what_was_not_shown_is_not_written(client, version, officer, proposal):
    body = {"step": "confirm", "proposal": proposal, "choice": "mine"}
    answer = client.post(url(version), body)
    assert answer.status_code == 422
    assert "renvoyez le classeur" in said(answer)
