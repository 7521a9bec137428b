"""Mail, and the files that people attach; every value is an environment variable of its name.

Without EMAIL_HOST, messages are written to the standard output.
"""

from __future__ import annotations

import shlex

import environ

_env = environ.Env()

EMAIL_HOST = _env.str("EMAIL_HOST", default="")
EMAIL_PORT = _env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = _env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = _env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = _env.bool("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL = _env.bool("EMAIL_USE_SSL", default=False)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
DEFAULT_FROM_EMAIL = _env.str("DEFAULT_FROM_EMAIL", default="portefeuille@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# A program that answers 0 for a clean file, given its path as the last argument: for example
# "clamdscan --no-summary --fdpass". Empty: files are not scanned.
ATTACHMENT_SCAN_COMMAND = shlex.split(_env.str("ATTACHMENT_SCAN_COMMAND", default=""))
ATTACHMENT_SCAN_SECONDS = _env.int("ATTACHMENT_SCAN_SECONDS", default=60)
