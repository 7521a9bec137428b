"""The digest of every table of the domain rooms: what is equal before and after is unchanged."""

from __future__ import annotations

import hashlib

from django.apps import apps
from django.db import models

DOMAIN = ("records", "projects", "budgets", "partners", "indicators", "jobs")


def domain_models() -> list[type[models.Model]]:
    """Return every model of the domain rooms, tables of history and of links included."""
    return [
        model
        for label in DOMAIN
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    ]


def table_digests() -> dict[str, str]:
    """Return the SHA-256 of the content of each table, by its name."""
    digests = {}
    for model in domain_models():
        digest = hashlib.sha256()
        names = [field.attname for field in model._meta.concrete_fields]
        for row in model._base_manager.order_by("pk").values_list(*names):
            digest.update(repr(row).encode())
        digests[model._meta.db_table] = digest.hexdigest()
    return digests
