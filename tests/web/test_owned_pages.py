"""Pages of the records that people own: create, edit, close, archive, delete a draft, history."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import AuditEvent
from budgets.models import NomenclatureNode
from partners.models import Contract, Partner
from projects.models import PortfolioNode, Project
from tests.people import person

pytestmark = pytest.mark.django_db
NEW = {"code": "Z-1", "name": "Zed", "kind": "company", "identifier_kind": "siret", "country": "FR"}


def client_of(role: str) -> Client:
    client = Client()
    client.force_login(person(role))
    return client


@pytest.fixture
def buyer(sample):
    """A contract manager who manages every contract of the sample."""
    client = client_of(Role.CONTRACT_MANAGER)
    Contract.objects.update(manager=int(client.session["_auth_user_id"]))
    return client


def test_a_partner_lives_from_draft_to_archive(buyer):
    assert buyer.post("/partenaires/nouveau/", NEW | {"draft": "on"}).url == "/partenaires/Z-1/"
    version = 1
    for word, fields, state in (
        ("publier", {}, "open"),
        ("cloturer", {"closed_on": "26/11/2026", "reason": "Fusion"}, "closed"),
        ("archiver", {"reason": "Classé"}, "archived"),
        ("desarchiver", {}, "closed"),
        ("rouvrir", {}, "open"),
    ):
        answer = buyer.post(f"/partenaires/Z-1/etat/{word}/", {"version": version, **fields})
        assert answer.status_code == 302, answer.content.decode()
        version += 1
        partner = Partner.objects.get(code="Z-1")
        assert (partner.state, partner.version) == (state, version)
    assert partner.closed_on is None
    verbs = AuditEvent.objects.filter(object_code="Z-1").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == [
        "created", "published", "closed", "archived", "unarchived", "reopened",
    ]  # fmt: skip


def test_a_draft_is_deleted_when_its_code_is_typed_again(buyer):
    buyer.post("/partenaires/nouveau/", NEW | {"draft": "on"})
    wrong = buyer.post("/partenaires/Z-1/etat/supprimer/", {"version": 1, "code": "Z-2"})
    assert wrong.status_code == 422
    right = buyer.post("/partenaires/Z-1/etat/supprimer/", {"version": 1, "code": "Z-1"})
    assert right.url == "/partenaires/"
    assert not Partner.objects.filter(code="Z-1").exists()
    assert Partner.history.filter(code="Z-1", history_type="-").exists()


def test_an_open_record_is_never_deleted(buyer):
    buyer.post("/partenaires/nouveau/", NEW)
    answer = buyer.post("/partenaires/Z-1/etat/supprimer/", {"version": 1, "code": "Z-1"})
    assert answer.status_code == 422
    assert Partner.objects.filter(code="Z-1").exists()


def test_a_stale_edit_shows_both_versions_and_keeps_what_was_typed(buyer):
    buyer.post("/partenaires/nouveau/", NEW)
    form = {name: value for name, value in NEW.items() if name != "code"}
    buyer.post("/partenaires/Z-1/modifier/", form | {"name": "Première", "version": 1})
    late = buyer.post("/partenaires/Z-1/modifier/", form | {"name": "Seconde", "version": 1})
    assert late.status_code == 422
    page = late.content.decode()
    assert "Première" in page
    assert 'value="Seconde"' in page
    assert 'name="version" value="2"' in page
    again = buyer.post("/partenaires/Z-1/modifier/", form | {"name": "Seconde", "version": 2})
    assert again.status_code == 302
    assert Partner.objects.get(code="Z-1").name == "Seconde"


def test_a_contract_whose_tax_does_not_add_up_is_refused_with_what_it_should_be(buyer, sample):
    holder = Partner.objects.first()
    fields = {
        "code": "M-9", "title": "Marché", "kind": "contract", "holder": holder.pk,
        "amount_excl_tax": "1 000,00", "vat_rate": "20", "amount_incl_tax": "1 100,00",
    }  # fmt: skip
    refused = buyer.post("/contrats/nouveau/", fields)
    assert refused.status_code == 422
    assert "1200.00" in refused.content.decode()
    created = buyer.post("/contrats/nouveau/", fields | {"amount_incl_tax": "1 200,00"})
    assert created.url == "/contrats/M-9/"
    contract = Contract.objects.get(code="M-9")
    assert contract.manager_id == int(buyer.session["_auth_user_id"])
    assert contract.data_origin == holder.data_origin


def test_a_contract_of_somebody_else_is_neither_seen_nor_edited(sample):
    stranger = client_of(Role.CONTRACT_MANAGER)
    code = Contract.objects.first().code
    assert stranger.get(f"/contrats/{code}/").status_code == 404
    assert stranger.get(f"/contrats/{code}/modifier/").status_code == 404


def test_a_reader_gets_the_sheet_without_its_buttons(sample):
    reader = client_of(Role.AUDITOR)
    code = Partner.objects.first().code
    page = reader.get(f"/partenaires/{code}/").content.decode()
    assert "/modifier/" not in page
    assert "/etat/" not in page
    assert reader.get(f"/partenaires/{code}/modifier/").status_code == 403
    assert reader.get(f"/partenaires/{code}/etat/cloturer/").status_code == 403
    assert reader.get("/partenaires/nouveau/").status_code == 403


def test_a_node_does_not_stand_below_itself(sample):
    officer = client_of(Role.BUDGET_OFFICER)
    root = NomenclatureNode.objects.first()
    officer.post(
        "/budget/nomenclature/nouveau/",
        {"code": "SUB", "name": "Sous", "kind": "activity", "parent": root.pk},
    )
    child = NomenclatureNode.objects.get(code="SUB")
    assert (child.parent, child.data_origin) == (root, root.data_origin)
    answer = officer.post(
        f"/budget/nomenclature/{root.code}/modifier/",
        {"name": root.name, "kind": root.kind, "parent": child.pk, "version": root.version},
    )
    assert answer.status_code == 422
    root.refresh_from_db()
    assert root.parent is None


def test_a_node_whose_parent_is_out_of_sight_keeps_it_when_its_name_is_edited(node):
    PortfolioNode.objects.create(code="SUB", name="Sous", kind="programme", parent=node)
    director = Client()
    director.force_login(person(Role.PORTFOLIO_DIRECTOR, "SUB"))
    page = "/portefeuilles/SUB/modifier/"
    assert "parent" not in director.get(page).context["form"].fields
    typed = {"name": "Autre nom", "kind": "programme", "version": 1}
    assert director.post(page, typed).status_code == 302
    sub = PortfolioNode.objects.get(code="SUB")
    assert (sub.name, sub.parent) == ("Autre nom", node)


def test_a_draft_node_with_nodes_below_is_not_deleted(sample):
    director = client_of(Role.PORTFOLIO_DIRECTOR)
    fields = {"name": "Programme", "kind": "programme", "draft": "on"}
    director.post("/portefeuilles/nouveau/", fields | {"code": "UP"})
    up = PortfolioNode.objects.get(code="UP")
    director.post("/portefeuilles/nouveau/", fields | {"code": "DOWN", "parent": up.pk})
    refused = director.post("/portefeuilles/UP/etat/supprimer/", {"version": 1, "code": "UP"})
    assert refused.status_code == 422
    assert PortfolioNode.objects.filter(code="DOWN").exists()


def test_a_record_is_shown_as_it_was_known_on_a_day(buyer):
    buyer.post("/partenaires/nouveau/", NEW)
    form = {name: value for name, value in NEW.items() if name != "code"}
    buyer.post("/partenaires/Z-1/modifier/", form | {"name": "Autre", "version": 1})
    first = Partner.history.filter(code="Z-1").order_by("history_date").first()
    first.history_date = first.history_date.replace(year=2025)
    first.save()
    day = first.history_date
    page = buyer.get(f"/partenaires/Z-1/historique/?au={day:%d/%m/%Y}").content.decode()
    assert "<dd>Zed</dd>" in page
    assert "<dd>Autre</dd>" not in page
    before = buyer.get("/partenaires/Z-1/historique/?au=01/01/2020")
    assert before.status_code == 200
    assert "<dd>Zed</dd>" not in before.content.decode()
    assert buyer.get("/partenaires/Z-1/historique/?au=31/02/2026").status_code == 422


def test_a_project_is_kept_as_a_draft_then_published_archived_and_left_out_of_the_figures(node):
    manager = client_of(Role.PROJECT_MANAGER)
    me = int(manager.session["_auth_user_id"])
    fields = {"code": "P-9", "title": "Neuf", "node": node.pk, "phase": "framing", "manager": me}
    manager.post("/projets/nouveau/", fields | {"draft": "on"})
    assert Project.objects.get(code="P-9").state == "draft"
    assert Project.objects.open().count() == 0
    for version, (word, extra) in enumerate(
        (("publier", {}), ("archiver", {})), start=1
    ):  # an open project is closed before it is archived
        manager.post(f"/projets/P-9/etat/{word}/", {"version": version, **extra})
    assert Project.objects.get(code="P-9").state == "open"
    closing = {"version": 2, "closed_on": "26/11/2026", "closing_reason": "Livré"}
    assert manager.post("/projets/P-9/cloturer/", closing).status_code == 302
    assert manager.post("/projets/P-9/etat/archiver/", {"version": 3}).status_code == 302
    assert Project.objects.get(code="P-9").state == "archived"
    assert manager.get("/projets/P-9/modifier/").status_code in (200, 403)
    assert manager.post("/projets/P-9/rouvrir/", {"version": 4, "reason": "x"}).status_code == 422
