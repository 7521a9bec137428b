"""Who enters: passwords, second factor, identity provider, sessions, counted tries.

docs/identity.md explains each; every value may be set by an environment variable of its name.
"""

from __future__ import annotations

import environ

_env = environ.Env()

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "accounts.backends.PasswordBackend",
    "accounts.oidc.backend.ProviderBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "web:login"
LOGIN_REDIRECT_URL = "web:dashboard"
LOGOUT_REDIRECT_URL = "web:login"

# Links sent by mail begin with it; the header of a request is not trusted for that.
SITE_URL = _env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
INVITATION_SECONDS = 72 * 3600
PASSWORD_LINK_SECONDS = 3600
# An answer about a password link takes at least this long, whether the address is known or not.
PASSWORD_LINK_ANSWER_SECONDS = _env.float("PASSWORD_LINK_ANSWER_SECONDS", default=0.5)
EMAIL_TIMEOUT = 5

# Sessions: the cookie is of the browser's session, the server decides when it is over.
SESSION_IDLE_SECONDS = _env.int("SESSION_IDLE_SECONDS", default=30 * 60)
SESSION_ABSOLUTE_SECONDS = _env.int("SESSION_ABSOLUTE_SECONDS", default=10 * 3600)
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# Tries that reach a check within any window; see accounts/services/tries.py.
TRY_WINDOW_SECONDS = 15 * 60
TRIES_BY_ACCOUNT = _env.int("TRIES_BY_ACCOUNT", default=10)
TRIES_BY_NETWORK = _env.int("TRIES_BY_NETWORK", default=100)
TRIES_OF_SECOND_FACTOR = _env.int("TRIES_OF_SECOND_FACTOR", default=5)
TRIES_OF_RESET = _env.int("TRIES_OF_RESET", default=5)

# Roles whose holders log in with a second factor; emergency accounts always do.
SECOND_FACTOR_ROLES = _env.list("SECOND_FACTOR_ROLES", default=["technical_admin"])
SECOND_FACTOR_URL = "web:second-factor"
SECOND_FACTOR_CODE_URL = "web:second-factor-code"
# Wrong codes are counted by accounts/services/tries.py, whatever the device.
OTP_TOTP_THROTTLE_FACTOR = 0
OTP_TOTP_ISSUER = "DNE Portefeuille"

# Identity provider (ProConnect, or any other that publishes its configuration at
# OIDC_ISSUER/.well-known/openid-configuration). Empty: log-in by password alone.
OIDC_ISSUER = _env.str("OIDC_ISSUER", default="")
OIDC_RP_CLIENT_ID = _env.str("OIDC_RP_CLIENT_ID", default="")
OIDC_RP_CLIENT_SECRET = _env.str("OIDC_RP_CLIENT_SECRET", default="")
OIDC_RP_SCOPES = _env.str("OIDC_RP_SCOPES", default="openid email given_name usual_name")
OIDC_LABEL = _env.str("OIDC_LABEL", default="ProConnect")
OIDC_SIGN_ALGORITHMS = ("RS256", "ES256")
# ProConnect signs its userinfo; a provider that answers plain JSON needs False.
OIDC_USERINFO_SIGNED = _env.bool("OIDC_USERINFO_SIGNED", default=True)
# Values of `acr` by which the provider says that it asked for a second factor.
OIDC_SECOND_FACTOR_ACR = _env.list("OIDC_SECOND_FACTOR_ACR", default=[])
# An unknown identity gets an account without any right, instead of a page that says whom to ask.
OIDC_CREATE_USER = _env.bool("OIDC_CREATE_USER", default=False)
# With a provider, a password opens emergency accounts alone.
OIDC_ONLY = _env.bool("OIDC_ONLY", default=bool(OIDC_ISSUER))
OIDC_ACR_VALUES = _env.str("OIDC_ACR_VALUES", default="")
OIDC_TIMEOUT = 5
OIDC_LEEWAY_SECONDS = 30
OIDC_CACHE_SECONDS = 3600
OIDC_USE_PKCE = True
OIDC_USE_NONCE = True
OIDC_AUTHENTICATION_CALLBACK_URL = "web:oidc-callback"
