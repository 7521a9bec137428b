"""Addresses of the contracts and of the partners."""

from __future__ import annotations

from django.urls import path

from web.owned.urls import merge_urls, owned_urls
from web.partners import shared, views
from web.partners.owned import CONTRACT_PAGES, PARTNER_PAGES

urlpatterns = [
    path("projets-partages/", shared.SharedProjectsView.as_view(), name="shared-projects"),
    path("projets-partages/<str:code>/", shared.SharedProjectView.as_view(), name="shared_project"),
    path(
        "projets-partages/<str:code>/avancement/",
        shared.SharedProgressView.as_view(),
        name="shared_progress",
    ),
    path("contrats/", views.ContractsView.as_view(), name="contracts"),
    *owned_urls("contrats", CONTRACT_PAGES),
    path("contrats/<str:code>/", views.ContractView.as_view(), name="contract"),
    path("partenaires/", views.PartnersView.as_view(), name="partners"),
    *owned_urls("partenaires", PARTNER_PAGES),
    *merge_urls("partenaires", PARTNER_PAGES),
    path("partenaires/<str:code>/", views.PartnerView.as_view(), name="partner"),
]
