"""Addresses of the portfolio tree."""

from __future__ import annotations

from django.urls import path

from web.owned.urls import owned_urls
from web.portfolios import views
from web.portfolios.owned import PORTFOLIO_PAGES

urlpatterns = [
    path("portefeuilles/", views.PortfoliosView.as_view(), name="portfolios"),
    *owned_urls("portefeuilles", PORTFOLIO_PAGES),
    path("portefeuilles/<str:code>/", views.PortfolioView.as_view(), name="portfolio"),
]
