"""Every endpoint of the API, visible in one file."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from oauth2_provider.views import TokenView
from rest_framework.routers import SimpleRouter

from accounts.api import clients, delegations, emergency, grants, people
from accounts.api import schema as _schemes  # noqa: F401 (registers the two schemes)
from budgets.api import (
    acts,
    attaching,
    ceilings,
    decisions,
    exercises,
    following,
    matching,
    programming,
    programming_keys,
    programming_lines,
    rounds,
    ruling,
    scenarios,
    tables,
)
from budgets.api import views as budgets
from common.api.errors import unknown_route
from indicators.api import shared as shared_values
from indicators.api import views as indicators
from jobs.api import views as jobs
from partners.api import shared
from partners.api import views as partners
from projects.api import facts, plan, portfolio
from projects.api import views as projects
from records.api import alerts, imports, mappings, notifications
from records.api import views as records

router = SimpleRouter()
for prefix, viewset in (
    ("projects", projects.ProjectViewSet),
    ("baselines", facts.BaselineViewSet),
    ("planned-values", facts.PlannedValueViewSet),
    ("estimates", facts.EstimateViewSet),
    ("progress-reports", facts.ProgressReportViewSet),
    ("tasks", plan.TaskViewSet),
    ("milestone-forecasts", plan.ForecastViewSet),
    ("dependencies", plan.DependencyViewSet),
    ("baseline-tasks", plan.BaselineTaskViewSet),
    ("portfolio-nodes", portfolio.PortfolioNodeViewSet),
    ("ministries", portfolio.MinistryViewSet),
    ("panorama-entries", portfolio.PanoramaEntryViewSet),
    ("nomenclature", budgets.NomenclatureViewSet),
    ("ceilings", ceilings.CeilingViewSet),
    ("exercises", exercises.ExerciseViewSet),
    ("credit-movements", budgets.CreditMovementViewSet),
    ("credit-acts", acts.CreditActViewSet),
    ("availability", decisions.AvailabilityViewSet),
    ("reservations", decisions.ReservationViewSet),
    ("execution", following.ExecutionViewSet),
    ("statements", following.StatementViewSet),
    ("landings", following.LandingViewSet),
    ("budget-rules", ruling.BudgetRuleViewSet),
    ("rule-overrides", ruling.RuleOverrideViewSet),
    ("bop-opinions", ruling.BopOpinionViewSet),
    ("trajectories", ruling.TrajectoryViewSet),
    ("waiting-lines", attaching.WaitingLineViewSet),
    ("matching-rules", matching.MatchingRuleViewSet),
    ("reconciliation", matching.ReconciliationViewSet),
    ("programming-versions", programming.ProgrammingVersionViewSet),
    ("programming-keys", programming_keys.ProgrammingKeyViewSet),
    ("programming-lines", programming_lines.ProgrammingLineViewSet),
    ("programming-edits", programming.ProgrammingEditViewSet),
    ("programming-files", rounds.ProgrammingFileViewSet),
    ("programming-steps", rounds.ProgrammingStepViewSet),
    ("scenarios", scenarios.ScenarioViewSet),
    ("scenario-changes", scenarios.ScenarioChangeViewSet),
    ("alerts", alerts.AlertViewSet),
    ("official-tables", tables.OfficialTableViewSet),
    ("payment-requests", budgets.PaymentRequestViewSet),
    ("scheduled-payments", budgets.ScheduledPaymentViewSet),
    ("commitments", budgets.CommitmentViewSet),
    ("service-done", budgets.ServiceDoneViewSet),
    ("payments", budgets.PaymentViewSet),
    ("partners", partners.PartnerViewSet),
    ("contracts", partners.ContractViewSet),
    ("shared-projects", shared.SharedProjectViewSet),
    ("shared-progress", shared.SharedProgressViewSet),
    ("entity-progress", shared.EntityProgressViewSet),
    ("indicators", indicators.IndicatorViewSet),
    ("indicator-values", indicators.IndicatorValueViewSet),
    ("shared-indicator-values", shared_values.SharedValueViewSet),
    ("jobs", jobs.JobViewSet),
    ("grants", grants.GrantViewSet),
    ("emergency-accesses", emergency.EmergencyViewSet),
    ("delegations", delegations.DelegationViewSet),
    ("absences", delegations.AbsenceViewSet),
    ("audit-events", grants.AuditEventViewSet),
    ("import-batches", imports.ImportBatchViewSet),
    ("import-drafts", imports.ImportDraftViewSet),
    ("import-mappings", mappings.ImportMappingViewSet),
    ("attachments", records.AttachmentViewSet),
    ("comments", records.CommentViewSet),
    ("notifications", notifications.NotificationViewSet),
    ("users", people.UserViewSet),
    ("machine-clients", clients.MachineClientViewSet),
):
    router.register(prefix, viewset, basename=prefix)

v1: list[URLPattern | URLResolver] = [path("", include(router.urls))]

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include((v1, "api"))),
    path("oauth/token/", TokenView.as_view(), name="api-token"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(
            url_name="api-schema", template_name="api/documentation.html"
        ),
        name="api-docs",
    ),
    re_path("", unknown_route, name="api-unknown"),
]
