"""Project package: settings, root URLs and the Celery application."""

from __future__ import annotations

from dne_portfolio.celery import app as celery_app

__all__ = ["celery_app"]
