"""Addresses of the budget pages."""

from __future__ import annotations

from django.urls import path, reverse_lazy
from django.views.generic import RedirectView

from budgets.models import (
    Commitment,
    CreditMovement,
    Payment,
    PaymentRequest,
    ScheduledPayment,
    ServiceDone,
)
from web.budgets import (
    acts,
    alerts,
    appraisals,
    attaching,
    ceilings,
    exercises,
    keys,
    line_reasons,
    matching_rules,
    reservations,
    rules,
    typed,
    views,
)
from web.budgets.corrections import CorrectView
from web.budgets.official import OfficialView
from web.budgets.official_rows import OfficialRowsView
from web.budgets.owned import NOMENCLATURE_PAGES, CopyActivitiesView
from web.budgets.reconciliation import ReconciliationView
from web.owned.urls import owned_urls

urlpatterns = [
    path(
        "budget/",
        RedirectView.as_view(url=reverse_lazy("web:credit-movements")),
        name="movements",
    ),
    path("budget/mouvements/", views.MovementsView.as_view(), name="credit-movements"),
    path(
        "budget/mouvements/<int:pk>/corriger/",
        CorrectView.as_view(model=CreditMovement),
        name="credit-movement-correct",
    ),
    path("budget/mouvements/<int:pk>/", views.MovementView.as_view(), name="credit-movement"),
    path("budget/actes/nouveau/", acts.ActCreateView.as_view(), name="credit-act-create"),
    path("budget/actes/<int:pk>/", acts.ActView.as_view(), name="credit-act"),
    path("budget/actes/<int:pk>/annuler/", acts.ActCancelView.as_view(), name="credit-act-cancel"),
    path(
        "budget/engagements/nouveau/",
        typed.CommitmentCreateView.as_view(),
        name="commitment-create",
    ),
    path(
        "budget/engagements/<int:pk>/mouvement/", typed.MoveView.as_view(), name="commitment-move"
    ),
    path(
        "budget/engagements/<int:pk>/service-fait/",
        typed.ServiceView.as_view(),
        name="commitment-service",
    ),
    path(
        "budget/engagements/<int:pk>/demande-de-paiement/",
        typed.RequestView.as_view(),
        name="commitment-request",
    ),
    path(
        "budget/engagements/<int:pk>/paiement/",
        typed.PaidView.as_view(),
        name="commitment-payment",
    ),
    path("budget/engagements/", views.CommitmentsView.as_view(), name="commitments"),
    path(
        "budget/engagements/<int:pk>/corriger/",
        CorrectView.as_view(model=Commitment),
        name="commitment-correct",
    ),
    path("budget/engagements/<int:pk>/", views.CommitmentView.as_view(), name="commitment"),
    path("budget/services-faits/", views.ServicesDoneView.as_view(), name="services-done"),
    path(
        "budget/services-faits/<int:pk>/corriger/",
        CorrectView.as_view(model=ServiceDone),
        name="service-done-correct",
    ),
    path("budget/services-faits/<int:pk>/", views.ServiceDoneView.as_view(), name="service-done"),
    path("budget/paiements/", views.PaymentsView.as_view(), name="payments"),
    path(
        "budget/paiements/<int:pk>/corriger/",
        CorrectView.as_view(model=Payment),
        name="payment-correct",
    ),
    path("budget/paiements/<int:pk>/", views.PaymentView.as_view(), name="payment"),
    path(
        "budget/demandes-de-paiement/",
        views.PaymentRequestsView.as_view(),
        name="payment-requests",
    ),
    path(
        "budget/demandes-de-paiement/<int:pk>/corriger/",
        CorrectView.as_view(model=PaymentRequest),
        name="payment-request-correct",
    ),
    path(
        "budget/demandes-de-paiement/<int:pk>/",
        views.PaymentRequestView.as_view(),
        name="payment-request",
    ),
    path("budget/echeanciers/", views.ScheduledPaymentsView.as_view(), name="scheduled-payments"),
    path(
        "budget/echeanciers/<int:pk>/corriger/",
        CorrectView.as_view(model=ScheduledPayment),
        name="scheduled-payment-correct",
    ),
    path(
        "budget/echeanciers/<int:pk>/",
        views.ScheduledPaymentView.as_view(),
        name="scheduled-payment",
    ),
    path("budget/tableaux/<slug:code>/", OfficialView.as_view(), name="official"),
    path(
        "budget/tableaux/<slug:code>/<slug:key>/",
        OfficialRowsView.as_view(),
        name="official_rows",
    ),
    path("alertes/", alerts.AlertsView.as_view(), name="alerts"),
    path("alertes/<int:pk>/", alerts.AlertView.as_view(), name="alert"),
    path(
        "alertes/<int:pk>/prendre-en-compte/",
        alerts.AcknowledgeView.as_view(),
        name="alert_acknowledge",
    ),
    path("budget/regles/", rules.RulesView.as_view(), name="budget-rules"),
    path("budget/regles/<int:pk>/", rules.RuleView.as_view(), name="budget-rule"),
    path(
        "budget/regles/<int:pk>/reviser/",
        rules.ReviseView.as_view(),
        name="budget-rule_revise",
    ),
    path("budget/derogations/", rules.OverridesView.as_view(), name="rule-overrides"),
    path("budget/plafonds/", ceilings.CeilingsView.as_view(), name="ceilings"),
    path("budget/plafonds/nouveau/", ceilings.ProposeView.as_view(), name="ceiling_create"),
    path("budget/plafonds/<int:pk>/", ceilings.CeilingView.as_view(), name="ceiling"),
    path(
        "budget/plafonds/<int:pk>/attester/",
        ceilings.DecideView.as_view(),
        name="ceiling_attest",
    ),
    path(
        "budget/plafonds/<int:pk>/refuser/",
        ceilings.DecideView.as_view(refuses=True),
        name="ceiling_refuse",
    ),
    path(
        "budget/plafonds/<int:pk>/historique/",
        ceilings.CeilingHistoryView.as_view(),
        name="ceiling_history",
    ),
    path("budget/exercices/", exercises.ExercisesView.as_view(), name="exercises"),
    path(
        "budget/exercices/nouveau/",
        exercises.CreateExerciseView.as_view(),
        name="exercise_create",
    ),
    path("budget/exercices/<int:pk>/", exercises.ExerciseView.as_view(), name="exercise"),
    path(
        "budget/exercices/<int:pk>/modifier/",
        exercises.EditExerciseView.as_view(),
        name="exercise_edit",
    ),
    path(
        "budget/exercices/<int:pk>/cloturer/",
        exercises.CloseExerciseView.as_view(),
        name="exercise_close",
    ),
    path(
        "budget/exercices/<int:pk>/rouvrir/",
        exercises.AskReopeningView.as_view(),
        name="exercise_reopen",
    ),
    path(
        "budget/exercices/<int:pk>/confirmer/",
        exercises.ConfirmReopeningView.as_view(),
        name="exercise_confirm",
    ),
    path(
        "budget/exercices/<int:pk>/historique/",
        exercises.ExerciseHistoryView.as_view(),
        name="exercise_history",
    ),
    path("budget/avis-bop/", appraisals.OpinionsView.as_view(), name="bop-opinions"),
    path(
        "budget/avis-bop/nouveau/",
        appraisals.RecordOpinionView.as_view(),
        name="bop-opinions_create",
    ),
    path(
        "budget/avis-bop/<int:pk>/modifier/",
        appraisals.RecordOpinionView.as_view(),
        name="bop-opinions_edit",
    ),
    path("budget/trajectoires/", appraisals.TrajectoriesView.as_view(), name="trajectories"),
    path(
        "budget/trajectoires/nouvelle/",
        appraisals.RecordTrajectoryView.as_view(),
        name="trajectories_create",
    ),
    path(
        "budget/trajectoires/<int:pk>/modifier/",
        appraisals.RecordTrajectoryView.as_view(),
        name="trajectories_edit",
    ),
    path("budget/cles/", keys.KeysView.as_view(), name="programming-keys"),
    path("budget/cles/nouvelles/", keys.RecordKeyView.as_view(), name="programming-keys_create"),
    path(
        "budget/cles/<int:pk>/modifier/", keys.RecordKeyView.as_view(), name="programming-keys_edit"
    ),
    path("budget/reservations/", reservations.ReservationsView.as_view(), name="reservations"),
    path(
        "budget/reservations/nouvelle/",
        reservations.ReserveView.as_view(),
        name="reservation_create",
    ),
    path(
        "budget/reservations/<int:pk>/", reservations.ReservationView.as_view(), name="reservation"
    ),
    path(
        "budget/reservations/<int:pk>/liberer/",
        reservations.CloseView.as_view(),
        name="reservation_release",
    ),
    path(
        "budget/reservations/<int:pk>/engager/",
        reservations.CloseView.as_view(consumes=True),
        name="reservation_consume",
    ),
    path(
        "budget/reservations/<int:pk>/historique/",
        reservations.ReservationHistoryView.as_view(),
        name="reservation_history",
    ),
    path("budget/rattachement/", attaching.QueueView.as_view(), name="waiting_lines"),
    path("budget/rattachement/regles/", matching_rules.RulesView.as_view(), name="matching_rules"),
    path(
        "budget/rattachement/regles/nouveau/",
        matching_rules.RuleCreateView.as_view(pages=matching_rules.RULE_PAGES),
        name="matching_rule_create",
    ),
    *owned_urls("budget/rattachement/regles", matching_rules.RULE_PAGES)[1:],
    path(
        "budget/rattachement/regles/<str:code>/appliquer/",
        attaching.ApplyRuleView.as_view(),
        name="matching_rule_apply",
    ),
    path(
        "budget/rattachement/regles/<str:code>/",
        matching_rules.RuleView.as_view(),
        name="matching_rule",
    ),
    path("budget/rattachement/<int:pk>/", attaching.LineView.as_view(), name="waiting_line"),
    path(
        "budget/rattachement/<int:pk>/ecarter/",
        line_reasons.AsideView.as_view(),
        name="waiting_line_set_aside",
    ),
    path(
        "budget/rattachement/<int:pk>/detacher/",
        line_reasons.DetachView.as_view(),
        name="waiting_line_detach",
    ),
    path(
        "budget/rattachement/<int:pk>/reprendre/",
        attaching.TakeBackView.as_view(),
        name="waiting_line_take_back",
    ),
    path("budget/rapprochement/", ReconciliationView.as_view(), name="reconciliation"),
    path("budget/nomenclature/", views.NomenclatureView.as_view(), name="nomenclature"),
    path(
        "budget/nomenclature/copier-activites/",
        CopyActivitiesView.as_view(),
        name="activities-copy",
    ),
    *owned_urls("budget/nomenclature", NOMENCLATURE_PAGES),
    path(
        "budget/nomenclature/<str:code>/",
        views.NomenclatureNodeView.as_view(),
        name="nomenclature_node",
    ),
]
