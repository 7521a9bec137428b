"""A line that was attached is detached: its facts are reversed, and it waits again.

Facts are append-only, and an entry is corrected by an entry (GBCP art. 56): whatever is attached,
detached and attached elsewhere, the totals are equal to the cent and the panel of ux.md §2.7
closes to 0,00 € at each step.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Sum
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import AuditEvent
from budgets.exceptions import LineInUse, LineNotAttached
from budgets.models import (
    Commitment,
    CreditMovement,
    LineDecision,
    MatchingRule,
    NomenclatureNode,
    Payment,
    ScheduledPayment,
    WaitingLine,
)
from budgets.selectors.reconciliation import reconcile
from budgets.services.attaching import attach_line, set_line_aside, take_line_back
from budgets.services.corrections import correct_fact
from budgets.services.detaching import detach_line
from projects.models import Project
from records.models import ImportBatch
from records.services.undo import confirm_undo, request_undo
from tests.budgets.extracts import bring, commitment, lay_base, movement, payment
from tests.people import person

pytestmark = pytest.mark.django_db
WHY = "Mauvaise UO"


@pytest.fixture
def base(tmp_path):
    lay_base(tmp_path)
    NomenclatureNode.objects.create(
        code="0214-UO2", name="UO", kind="uo", parent=NomenclatureNode.objects.get(code="0214")
    )
    return tmp_path


@pytest.fixture
def controller():
    return person("management_controller")


def line(reference):
    return WaitingLine.objects.in_force().get(source_reference=reference)


def standing(model=Commitment, **which):
    return model.objects.filter(**which).aggregate(total=Sum("amount"))["total"] or 0


def parts(table="commitments"):
    """Return what is attached and what is to attach, of a panel that closes."""
    rows = reconcile(ImportBatch.objects.all())
    assert {(row.gap, row.gap_lines) for row in rows} <= {(0, 0)}, rows
    own = [row for row in rows if row.table == table]
    return tuple(sum(row.amounts[part] for row in own) for part in ("attached", "unattached"))


def attach(actor, reference, **target):
    return attach_line(actor=actor, line_id=line(reference).pk, target=target)


def detach(actor, reference, reason=WHY):
    return detach_line(actor=actor, line_id=line(reference).pk, reason=reason)


def extract(folder):
    return bring(
        folder,
        commitments=[
            commitment("EJ-1-1", "1000.00"),
            commitment("EJ-2-1", "200.03", node="0214-UO9"),
        ],
        payments=[payment("DP-2", "EJ-2-1", "50.01")],
    )


def test_a_line_goes_from_the_queue_to_a_node_back_and_to_another_one(base, controller):
    extract(base)
    assert (parts(), parts("payments")) == ((1000, Decimal("200.03")), (0, Decimal("50.01")))
    attach(controller, "EJ-2-1", node="0214-UO1")
    assert (parts(), parts("payments")) == ((Decimal("1200.03"), 0), (Decimal("50.01"), 0))
    detach(controller, "EJ-2-1")
    assert (parts(), parts("payments")) == ((1000, Decimal("200.03")), (0, Decimal("50.01")))
    assert (standing(), standing(Payment)) == (1000, 0)
    assert [line(name).state for name in ("EJ-2-1", "DP-2")] == ["waiting", "waiting"]
    assert line("EJ-2-1").reasons == ["unknown_node"]
    attach(controller, "EJ-2-1", node="0214-UO2")
    assert (parts(), parts("payments")) == ((Decimal("1200.03"), 0), (Decimal("50.01"), 0))
    assert standing(node__code="0214-UO2") == Decimal("200.03")
    assert standing(node__code="0214-UO1") == 1000
    assert standing(Payment, commitment__node__code="0214-UO2") == Decimal("50.01")
    assert standing(Payment, commitment__node__code="0214-UO1") == 0
    detach(controller, "EJ-2-1", "Encore")
    attach(controller, "EJ-2-1", node="0214-UO1")
    assert standing(node__code="0214-UO1") == Decimal("1200.03")
    assert (parts(), parts("payments")) == ((Decimal("1200.03"), 0), (Decimal("50.01"), 0))


def test_the_facts_are_append_only_and_the_line_tells_both_decisions(base, controller):
    extract(base)
    attach(controller, "EJ-2-1", node="0214-UO1")
    detach(controller, "EJ-2-1")
    attach(controller, "EJ-2-1", node="0214-UO2")
    facts = Commitment.objects.filter(node__code__startswith="0214-UO").exclude(
        legal_reference="EJ-1"
    )
    told = [(fact.source_reference, fact.node.code, fact.amount) for fact in facts.order_by("pk")]
    assert told == [
        ("EJ-2-1", "0214-UO1", Decimal("200.03")),
        ("EJ-2-1#1-", "0214-UO1", Decimal("-200.03")),
        ("EJ-2-1#2", "0214-UO2", Decimal("200.03")),
    ]
    history = [(one.verb, one.target, one.reason, one.actor) for one in
               LineDecision.objects.filter(line=line("EJ-2-1"))]  # fmt: skip
    assert history == [
        ("attached", {"node": "0214-UO1"}, "", controller),
        ("detached", {}, WHY, controller),
        ("attached", {"node": "0214-UO2"}, "", controller),
    ]
    verbs = AuditEvent.objects.filter(object_kind="waiting_line").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["attached", "detached", "attached"]


def test_what_was_known_before_the_detachment_is_read_as_it_was(base, controller):
    extract(base)
    attach(controller, "EJ-2-1", node="0214-UO1")
    moment = Commitment.objects.get(source_reference="EJ-2-1").recorded_at
    detach(controller, "EJ-2-1")
    known = Commitment.objects.known_at(moment).aggregate(total=Sum("amount"))["total"]
    assert (known, standing()) == (Decimal("1200.03"), 1000)


def test_a_fact_that_stood_without_a_project_stands_so_again_with_what_follows_it(base, controller):
    bring(base, commitments=[commitment("EJ-5-1", "0.50", project="")])
    bring(base, "paid", payments=[payment("DP-5", "EJ-5-1", "0.20")])
    attach(controller, "EJ-5-1", project="A-2")
    detach(controller, "EJ-5-1", "Autre projet")
    assert standing(project__isnull=True) == Decimal("0.50")
    assert standing(project__isnull=False) == 0
    assert standing(Payment, commitment__project__isnull=True) == Decimal("0.20")
    assert parts() == (0, Decimal("0.50"))
    attach(controller, "EJ-5-1", project="A-1")
    assert standing(project__code="A-1") == Decimal("0.50")
    assert standing(Payment, commitment__project__code="A-1") == Decimal("0.20")
    assert standing(Payment) == Decimal("0.20")
    assert parts() == (Decimal("0.50"), 0)


def test_a_line_attached_by_a_rule_at_import_is_detached_too(base, controller):
    conditions = [{"column": "supplier", "operator": "is", "text": "X"}]
    rule = MatchingRule.objects.create(
        code="R", name="R", conditions=conditions, is_automatic=True,
        node=NomenclatureNode.objects.get(code="0214-UO1"),
        project=Project.objects.get(code="A-2"),
    )  # fmt: skip
    lines = [commitment("EJ-6-1", "7.00", node="?", project="", supplier="X"),
             commitment("EJ-6-2", "8.00", project="", supplier="X")]  # fmt: skip
    bring(base, commitments=lines)
    assert parts() == (15, 0)
    for reference in ("EJ-6-1", "EJ-6-2"):
        detach(controller, reference)
    assert parts() == (0, 15)
    assert standing(project__isnull=False) == 0
    assert [one.rule for one in line("EJ-6-1").decisions.all()] == [rule, None]
    attach(controller, "EJ-6-1", node="0214-UO2", project="A-1")
    attach(controller, "EJ-6-2", project="A-1")
    assert (standing(project__code="A-1"), parts()) == (15, (15, 0))


def test_a_detached_payment_goes_to_another_commitment(base, controller):
    extract(base)
    attach(controller, "EJ-2-1", node="0214-UO1")
    detach(controller, "DP-2", "Payé sur un autre EJ")
    assert (standing(Payment), parts("payments")) == (0, (0, Decimal("50.01")))
    attach(controller, "DP-2", commitment="EJ-1-1")
    assert standing(Payment, commitment__source_reference="EJ-1-1") == Decimal("50.01")
    assert parts("payments") == (Decimal("50.01"), 0)


def test_a_movement_is_detached_with_its_ae_and_its_cp(base):
    officer = person("budget_officer")
    bring(base, movements=[movement("M-2", "10.00", "8.00", node="X")])
    attach(officer, "M-2", node="0214-UO1")
    detach(officer, "M-2")
    sums = CreditMovement.objects.aggregate(Sum("ae"), Sum("cp"))
    assert (sums["ae__sum"], sums["cp__sum"]) == (0, 0)
    assert parts("movements") == (0, 18)
    attach(officer, "M-2", node="0214-UO2")
    sums = CreditMovement.objects.filter(node__code="0214-UO2").aggregate(Sum("ae"), Sum("cp"))
    assert (sums["ae__sum"], sums["cp__sum"]) == (10, 8)


def test_a_line_is_not_detached_under_what_leans_on_its_fact(base, controller):
    extract(base)
    attach(controller, "EJ-2-1", node="0214-UO1")
    bring(base, "later", payments=[payment("DP-3", "EJ-2-1", "1.00")])
    with pytest.raises(LineInUse, match="DP-3"):
        detach(controller, "EJ-2-1")
    correct_fact(
        actor=controller, model=Payment, reason="Double",
        fact_id=Payment.objects.get(source_reference="DP-2").pk, changes={"amount": Decimal(2)},
    )  # fmt: skip
    with pytest.raises(LineInUse):
        detach(controller, "DP-2")
    assert line("EJ-2-1").state == line("DP-2").state == "attached"
    fact = Commitment.objects.get(source_reference="EJ-2-1")
    day = dt.date(2026, 3, 1)
    ScheduledPayment.objects.create(
        commitment=fact, amount=Decimal(1), forecast_on=day, due_on=day, fiscal_year=2026,
        source_reference="SCH", recorded_at=fact.recorded_at,
    )  # fmt: skip
    with pytest.raises(LineInUse):
        detach(controller, "EJ-2-1")


def test_only_a_line_that_is_attached_is_detached_and_with_a_reason_by_who_may(base, controller):
    extract(base)
    with pytest.raises(LineNotAttached):
        detach(controller, "EJ-2-1")
    attach(controller, "EJ-2-1", node="0214-UO1")
    with pytest.raises(ValidationError):
        detach(controller, "EJ-2-1", " ")
    with pytest.raises(PermissionDenied):
        detach(person("auditor"), "EJ-2-1")


def test_the_next_extract_knows_a_detached_line_as_one_that_waits(base, controller):
    extract(base)
    attach(controller, "EJ-2-1", node="0214-UO1")
    detach(controller, "EJ-2-1")
    again = bring(base, "again", commitments=[
        commitment("EJ-2-1", "200.03", node="0214-UO9"), commitment("EJ-9-1", "1.00"),
    ], payments=[payment("DP-2", "EJ-2-1", "50.01")])  # fmt: skip
    assert again.status == "applied", again.errors
    assert again.counts["commitments"] == {"created": 1, "updated": 0, "unchanged": 0, "waiting": 0}
    assert parts() == (1001, Decimal("200.03"))
    node = {"code": "0214-UO9", "name": "UO", "kind": "uo", "parent": "0214"}
    later = bring(base, "later", nomenclature=[node], commitments=[
        commitment("EJ-2-1", "200.04", node="0214-UO9"),
    ])  # fmt: skip
    assert later.status == "applied", later.errors
    assert standing(node__code="0214-UO9") == Decimal("200.04")
    assert standing(Payment, commitment__node__code="0214-UO9") == Decimal("50.01")
    assert parts() == (Decimal("1201.04"), 0)


def test_the_undo_of_the_import_takes_the_facts_and_their_counter_entries_out(base, controller):
    result = extract(base)
    attach(controller, "EJ-2-1", node="0214-UO1")
    detach(controller, "EJ-2-1")
    attach(controller, "EJ-2-1", node="0214-UO2")
    batch = ImportBatch.objects.get(code=result.batch)
    request_undo(actor=controller, batch_id=batch.pk, reason="Erreur")
    confirm_undo(actor=person("management_controller", username="two"), batch_id=batch.pk)
    assert not Commitment.objects.exists()
    assert not WaitingLine.objects.exists()
    assert not LineDecision.objects.exists()
    assert bring(base, "new", commitments=[commitment("EJ-2-1", "3.00")]).status == "applied"
    assert standing() == 3


def test_a_line_set_aside_and_taken_back_tells_it_too(base, controller):
    extract(base)
    set_line_aside(actor=controller, line_id=line("DP-2").pk, reason="Hors périmètre")
    take_line_back(actor=controller, line_id=line("DP-2").pk)
    told = line("DP-2").decisions.values_list("verb", "reason")
    assert list(told) == [("set_aside", "Hors périmètre"), ("taken_back", "")]


def test_the_page_detaches_with_a_reason_and_shows_the_history(client, base, controller):
    extract(base)
    attach(controller, "EJ-2-1", node="0214-UO1")
    client.force_login(controller)
    pk = line("EJ-2-1").pk
    page = reverse("web:waiting_line", args=[pk])
    address = reverse("web:waiting_line_detach", args=[pk])
    assert address in client.get(page).content.decode()
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": WHY}).status_code == 302
    shown = client.get(page).content.decode()
    assert WHY in shown
    assert "détachée" in shown
    assert address not in shown
    assert client.post(address, {"reason": WHY}).status_code == 422


def test_the_api_detaches_with_a_reason_and_tells_the_history(base, controller):
    extract(base)
    attach(controller, "EJ-2-1", node="0214-UO1")
    client = APIClient()
    client.force_authenticate(controller)
    url = f"/api/v1/waiting-lines/{line('EJ-2-1').pk}/"
    assert client.post(f"{url}detach/", {}, format="json").status_code == 400
    answer = client.post(f"{url}detach/", {"reason": WHY}, format="json")
    assert (answer.status_code, answer.json()["state"]) == (200, "waiting"), answer.content
    assert answer.json()["target"] == {}
    told = [(row["verb"], row["reason"], row["actor"]) for row in answer.json()["decisions"]]
    name = controller.username
    assert told == [("attached", "", name), ("detached", WHY, name)]
    assert client.post(f"{url}detach/", {"reason": WHY}, format="json").status_code == 409
    auditor = APIClient()
    auditor.force_authenticate(person("auditor"))
    assert auditor.post(f"{url}detach/", {"reason": WHY}, format="json").status_code == 403
