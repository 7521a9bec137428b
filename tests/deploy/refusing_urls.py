"""The site's addresses and some that fail, each with a secret in its error."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

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


CAUGHT: list[type[Exception]] = []


@login_not_required
def busy(request: HttpRequest) -> HttpResponse:
    """Wait for a lock in vain."""
    raise OperationalError("database is locked")


@login_not_required
def gone(request: HttpRequest) -> HttpResponse:
    """Lose the database."""
    raise OperationalError("server closed the connection unexpectedly")


@login_not_required
def slow(request: HttpRequest) -> HttpResponse:
    """Ask for more time than a statement has."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")
    except OperationalError as error:
        CAUGHT.append(type(error))
        raise
    return HttpResponse()


@csrf_exempt
@login_not_required
def read_form(request: HttpRequest) -> HttpResponse:
    """Read the body."""
    return HttpResponse(request.body)


urlpatterns = [
    path("broken/<str:name>", broken),
    path("forbidden", forbidden),
    path("busy", busy),
    path("api/busy", busy),
    path("slow", slow),
    path("database-gone", gone),
    path("read-form", read_form),
    path("api/read-form", read_form),
    *site,
]
