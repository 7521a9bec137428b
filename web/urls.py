"""Pages, by area."""

from __future__ import annotations

from django.urls import include, path

app_name = "web"
urlpatterns = [
    path("", include("web.dashboard.urls")),
    path("", include("web.auth.urls")),
    path("", include("web.preferences.urls")),
    path("", include("web.search.urls")),
    path("", include("web.help.urls")),
    path("", include("web.personal.urls")),
    path("", include("web.views_saved.urls")),
    path("", include("web.people.urls")),
    path("", include("web.projects.urls")),
    path("", include("web.portfolios.urls")),
    path("", include("web.indicators.urls")),
    path("", include("web.execution.urls")),
    path("", include("web.programming.urls")),
    path("", include("web.budgets.urls")),
    path("", include("web.partners.urls")),
    path("", include("web.panorama.urls")),
    path("", include("web.imports.urls")),
    path("", include("web.jobs.urls")),
    path("", include("web.grants.urls")),
    path("", include("web.emergency.urls")),
    path("", include("web.administration.urls")),
    path("", include("web.records.urls")),
    path("", include("web.clients.urls")),
]
