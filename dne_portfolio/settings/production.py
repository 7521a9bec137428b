"""Production: PostgreSQL, Redis, HTTPS; refuses to start with a development secret.

A small office runs the same settings on SQLite without Redis (`run.py serve`): the tasks then run
in the process that asks for them.
"""

from __future__ import annotations

from dne_portfolio.settings.dev import *

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

HEALTH_BEAT_SECONDS = env.int("HEALTH_BEAT_SECONDS", default=180)
LOG_REQUESTS = env.bool("LOG_REQUESTS", default=True)
LOGGING["loggers"]["dne.request"]["level"] = "INFO" if LOG_REQUESTS else "ERROR"

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Hashed names, without precompression: DSFR's files take 9 s and 61 MB, not 108 s and 104 MB.
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
    },
}
STATIC_ROOT = env.str("STATIC_ROOT", default=str(VAR_DIR / "static"))

# A small office on one machine may serve plain HTTP behind nothing; every other place is HTTPS.
HTTPS = env.bool("HTTPS", default=True)
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=HTTPS)
# Probes come from the machine itself, not through the proxy.
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = HTTPS
# The prefix makes the browser refuse a cookie that another host of the domain would plant.
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_SECURE = HTTPS
