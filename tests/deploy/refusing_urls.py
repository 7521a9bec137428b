"""The site's addresses and some that fail, each with a secret in its error."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path

from dne_portfolio.urls import handler400, handler500
from dne_portfolio.urls import urlpatterns as site
from tests.deploy.canaries import CANARIES

__all__ = ["handler400", "handler500", "urlpatterns"]


@login_not_required
def broken(request: HttpRequest, name: str) -> HttpResponse:
    """Fail as a library does that quotes its settings."""
    secret = CANARIES[name]
    messages = {
        "database_password": f"cannot connect to postgresql://portfolio:{secret}@db/portfolio",
        "redis_password": f"Error 111 connecting to redis://:{secret}@cache:6379/0",
        "api_key": f'{{"code": "denied", "api_key": "{secret}"}}',
        "private_key": f"bad setting private_key='{secret}'",
        "jwt": f"cannot verify {secret}",
    }
    raise RuntimeError(messages[name])


@login_not_required
def forbidden(request: HttpRequest) -> HttpResponse:
    """Refuse, as a right does."""
    raise PermissionDenied(f"token={CANARIES['query_token']}")


urlpatterns = [path("broken/<str:name>", broken), path("forbidden", forbidden), *site]
