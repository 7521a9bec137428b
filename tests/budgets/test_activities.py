"""The activities of an exercise are copied to the next; the nomenclature shipped is loaded."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.urls import reverse

from budgets.models import NomenclatureNode
from budgets.services.activities import copy_activities
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    top = make("0214ACT01-2026", external_code="0214ACT01")
    make("0214ACT0101", external_code="0214ACT0101", parent=top)
    return top


def make(code, **fields):
    return NomenclatureNode.objects.create(
        code=code, name=code, kind="activity", **{"fiscal_year": 2026, **fields}
    )


def test_a_tree_is_copied_with_its_codes_and_a_second_time_adds_nothing(tree):
    make("CLOSED", state="closed", closed_on="2026-01-31")
    officer = person("budget_officer")
    done = copy_activities(actor=officer, from_year=2026, to_year=2027)
    assert (done.created, done.known) == (2, 0)
    child = NomenclatureNode.objects.get(code="0214ACT0101-2027")
    assert (child.parent.code, child.external_code) == ("0214ACT01-2027", "0214ACT0101")
    assert child.history.get().history_user == officer
    again = copy_activities(actor=officer, from_year=2026, to_year=2027)
    assert (again.created, again.known) == (0, 2)


def test_an_activity_that_the_exercise_has_receives_the_copies_below_it(tree):
    known = make("AUTRE", external_code="0214ACT01", fiscal_year=2027)
    done = copy_activities(actor=person("budget_officer"), from_year=2026, to_year=2027)
    assert (done.created, done.known) == (1, 1)
    assert NomenclatureNode.objects.get(code="0214ACT0101-2027").parent == known


def test_what_cannot_be_copied_is_refused(tree):
    officer = person("budget_officer")
    with pytest.raises(ValidationError):
        copy_activities(actor=officer, from_year=2026, to_year=2026)
    with pytest.raises(ValidationError):
        copy_activities(actor=officer, from_year=2020, to_year=2021)
    with pytest.raises(PermissionDenied):
        copy_activities(actor=person("auditor"), from_year=2026, to_year=2027)


def test_the_page_copies_and_tells_how_many(client, tree):
    client.force_login(person("budget_officer"))
    url = reverse("web:activities-copy")
    assert url in client.get(reverse("web:nomenclature")).text
    done = client.post(url, {"from_year": "2026", "to_year": "2027"}, follow=True)
    assert "0214ACT0101-2027" in done.content.decode()
    assert client.post(url, {"from_year": "2026", "to_year": "2026"}).status_code == 422


def test_the_nomenclature_shipped_is_loaded_once():
    call_command("load_nomenclature", verbosity=0)
    count = NomenclatureNode.objects.count()
    call_command("load_nomenclature", verbosity=0)
    assert NomenclatureNode.objects.count() == count == 54
    action = NomenclatureNode.objects.get(code="P214-08")
    assert (action.external_code, action.parent.parent.code) == ("0214-08", "M-ES")
    assert NomenclatureNode.objects.filter(kind="action", parent__code="P214").count() == 11
    assert NomenclatureNode.objects.filter(kind="title").count() == 7
    assert NomenclatureNode.objects.get(code="C21").parent.code == "T2"
