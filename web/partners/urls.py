"""Addresses of the contracts and of the partners."""

from __future__ import annotations

from django.urls import path

from web.partners import views

urlpatterns = [
    path("contrats/", views.ContractsView.as_view(), name="contracts"),
    path("contrats/<str:code>/", views.ContractView.as_view(), name="contract"),
    path("partenaires/", views.PartnersView.as_view(), name="partners"),
    path("partenaires/<str:code>/", views.PartnerView.as_view(), name="partner"),
]
