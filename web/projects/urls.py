"""Addresses of the projects."""

from __future__ import annotations

from django.urls import path

from web.owned.urls import life_urls, merge_urls
from web.projects import edit_views as edit
from web.projects.life import PROJECT_PAGES
from web.projects.list_views import ProjectListView
from web.projects.milestone_views import MilestoneView
from web.projects.plan_views import PlanView
from web.projects.sheet_views import ProjectSheetView

urlpatterns = [
    path("projets/", ProjectListView.as_view(), name="projects"),
    path("projets/nouveau/", edit.CreateProjectView.as_view(), name="project_create"),
    *life_urls("projets", PROJECT_PAGES),
    *merge_urls("projets", PROJECT_PAGES),
    path("projets/<str:code>/", ProjectSheetView.as_view(), name="project"),
    path("jalons/<int:pk>/", MilestoneView.as_view(), name="milestone"),
    path("projets/<str:code>/plan/", PlanView.as_view(), name="project_plan"),
    path("projets/<str:code>/modifier/", edit.UpdateProjectView.as_view(), name="project_edit"),
    path("projets/<str:code>/estimer/", edit.EstimateView.as_view(), name="project_estimate"),
    path("projets/<str:code>/avancement/", edit.ProgressView.as_view(), name="project_progress"),
    path("projets/<str:code>/reference/", edit.BaselineView.as_view(), name="project_baseline"),
    path("projets/<str:code>/cloturer/", edit.CloseView.as_view(), name="project_close"),
    path("projets/<str:code>/rouvrir/", edit.ReopenView.as_view(), name="project_reopen"),
]
