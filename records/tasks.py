"""Periodic task of the records room."""

from __future__ import annotations

from celery import shared_task

from records.services.watch import tell_news


@shared_task(name="records.news")
def news() -> int:
    """Tell people of what happened in the rooms below."""
    return tell_news()
