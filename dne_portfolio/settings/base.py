"""Settings that do not vary between development, tests and production.

Read from the environment, each with a safe development default: DATABASE_URL, REDIS_URL
(absent: Celery runs eagerly), SECRET_KEY, DEBUG, ALLOWED_HOSTS, REFERENCE_DATA.
"""

from __future__ import annotations

from pathlib import Path

import environ
from django.utils.translation import gettext_lazy as _

from dne_portfolio.settings.databases import database_settings

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
REFERENCE_DATA = Path(env.str("REFERENCE_DATA", default=str(BASE_DIR.parent / "shared")))

SECRET_KEY = env.str("SECRET_KEY", default="development-only-key-never-used-when-debug-is-off")
DEBUG = env.bool("DEBUG", default=True)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"])

INSTALLED_APPS = [
    "dne_portfolio.apps.TechnicalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "oauth2_provider",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "csp",
    "simple_history",
    "tree_queries",
    "django_htmx",
    "dsfr",
    "dne_portfolio",
    "common",
    "accounts",
    "jobs",
    "records",
    "projects",
    "budgets",
    "partners",
    "indicators",
    "web",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "common.middleware.RequestIdMiddleware",
    "common.middleware.DataHeadersMiddleware",
    "common.middleware.BodyLimitMiddleware",
    "accounts.api.middleware.ApiLimitMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionGuardMiddleware",
    "accounts.middleware.LoginRequiredMiddleware",
    "accounts.middleware.EmergencyTraceMiddleware",
    "web.grants.middleware.ViewAsMiddleware",
    "web.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dne_portfolio.errors.BusyDatabaseMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "dne_portfolio.urls"
WSGI_APPLICATION = "dne_portfolio.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "web.context_processors.portfolio",
            ],
        },
    },
]

DATABASES = {"default": database_settings(env, VAR_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [("vendor", BASE_DIR / "vendor")] if (BASE_DIR / "vendor").is_dir() else []

# Proxies of ours in front of the site: what they did not write in X-Forwarded-For is not believed.
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
MAX_BODY_BYTES = 25 * 1024 * 1024  # files included: beyond, nothing is read
CSRF_COOKIE_HTTPONLY = False
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# Supervision (dne_portfolio/health.py, metrics.py). An empty token allows no bearer.
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(VAR_DIR / "media"))
BACKUP_DIR = env.str("BACKUP_DIR", default="")
HEALTH_QUEUE_SECONDS = env.int("HEALTH_QUEUE_SECONDS", default=900)
# 0: nothing beats here (development has no scheduler).
HEALTH_BEAT_SECONDS = env.int("HEALTH_BEAT_SECONDS", default=0)
HEALTH_BACKUP_SECONDS = env.int("HEALTH_BACKUP_SECONDS", default=26 * 3600)
HEALTH_DISK_FREE_MB = env.int("HEALTH_DISK_FREE_MB", default=500)
METRICS_ALLOWED = env.list("METRICS_ALLOWED", default=["127.0.0.1", "::1"])
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# Deposits of the import page; larger files go by folder and command.
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=25_000_000)
IMPORT_MAX_FILES = 20
# Below, a deposit is checked at once; above, by a job.
IMPORT_CHECK_LINES = 2_000
# Rows of a large file that are read, checked and written together, and held in memory.
IMPORT_SLICE_ROWS = env.int("IMPORT_SLICE_ROWS", default=5_000)
# A deposit left alone for so long is abandoned, and its files removed.
IMPORT_DRAFT_DAYS = env.int("IMPORT_DRAFT_DAYS", default=30)

# Months for which security events are kept (accounts/services/retention.py).
RETENTION_SECURITY_MONTHS = env.int("RETENTION_SECURITY_MONTHS", default=12)
