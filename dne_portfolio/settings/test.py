"""Tests: cheap password hash, plain static files, no lock-out."""

from __future__ import annotations

from dne_portfolio.settings.dev import *

DEBUG = False
# Jobs run at once in the process of the test; real workers have settings of their own
# (tests/workers/settings.py).
CELERY_TASK_ALWAYS_EAGER = True
SECRET_KEY = "tests-only-key"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PASSWORD_LINK_ANSWER_SECONDS = 0.0
SECOND_FACTOR_ROLES = []
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(VAR_DIR / "test-media"))
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
# Many tests call as one person in one minute; those of the limits set their own.
API_LIMITS = dict.fromkeys(API_LIMITS, 1_000_000)
