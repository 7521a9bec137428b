"""Root URLs: pages, technical administration and the API."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("administration-technique/", admin.site.urls),
    path("api/", include("dne_portfolio.api_urls")),
    path("", include("web.urls")),
]

handler400 = "dne_portfolio.errors.bad_request"
handler500 = "dne_portfolio.errors.server_error"
