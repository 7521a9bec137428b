"""Entry point of wsgi servers (production settings unless the environment says otherwise)."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dne_portfolio.settings.production")
# The limits of PostgreSQL for what answers people (settings/databases.py).
os.environ.setdefault("DATABASE_PROFILE", "web")

application = get_wsgi_application()
