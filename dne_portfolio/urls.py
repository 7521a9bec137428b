"""Root URLs: pages, technical administration, the API, and what supervision reads."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from dne_portfolio import health
from dne_portfolio.metrics import metrics

urlpatterns = [
    path("administration-technique/", admin.site.urls),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("metrics", metrics, name="metrics"),
    path("", include("web.urls")),
    # After the pages: two of them, the documentation and the accesses, stand under api/.
    path("api/", include("dne_portfolio.api_urls")),
]

handler400 = "dne_portfolio.errors.bad_request"
handler500 = "dne_portfolio.errors.server_error"
