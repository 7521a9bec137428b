"""Whether the site is alive and ready, for a supervisor; open to all, and it tells no secret.

`/health/live` depends on nothing. `/health/ready` answers 503 when a page could not be served
(database, migrations, disk), and 200 « degraded » when pages work but computing waits (Redis, the
queue, beat) or when the last backup is old.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NoAnswer
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dne_portfolio.vitals import backup_age, beat_age, queue_age

OK, DEGRADED, DOWN = "ok", "degraded", "down"
REDIS_SECONDS = 1.0
DATABASE_SECONDS = 3.0


@dataclass(frozen=True)
class Finding:
    """What one check saw."""

    state: str
    facts: dict[str, Any] = field(default_factory=dict)


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """Return the migrations that this version of the code carries; read once a process."""
    return frozenset(MigrationLoader(None).disk_migrations or ())


def _read_database() -> tuple[frozenset[tuple[str, str]], dict[str, float | None]]:
    """Return the applied migrations and the ages to judge, in a query each."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = frozenset((str(app), str(name)) for app, name in cursor.fetchall())
        if known_migrations() - applied:
            return applied, {}
        return applied, {"queue": queue_age(), "beat": beat_age()}
    finally:
        if connection.vendor == "postgresql" and not connection.in_atomic_block:
            connection.close()


class _Watch:
    """Reads the database in a thread of its own: a silent server must not hold the answer.

    While one read hangs, the next probes say « down » at once rather than pile up.
    """

    _executor: ThreadPoolExecutor | None = None
    _pending: Future[Any] | None = None

    @classmethod
    def read(cls) -> Any:
        """Return what was read; raises DatabaseError, or NoAnswer after three seconds."""
        if connection.vendor != "postgresql":
            return _read_database()
        if cls._pending is not None and not cls._pending.done():
            raise NoAnswer
        cls._executor = cls._executor or ThreadPoolExecutor(1, "health")
        cls._pending = cls._executor.submit(_read_database)
        return cls._pending.result(timeout=DATABASE_SECONDS)


def _database() -> dict[str, Finding]:
    try:
        applied, ages = _Watch.read()
    except NoAnswer:
        return {"database": Finding(DOWN, {"reason": "silent"})}
    except DatabaseError:
        # No table of migrations is an empty database; its absence is told apart by a bare query.
        reachable = _is_reachable()
        missing = {"migrations": Finding(DOWN, {"missing": len(known_migrations())})}
        return {"database": Finding(OK if reachable else DOWN)} | (missing if reachable else {})
    missing_count = len(known_migrations() - applied)
    found = {
        "database": Finding(OK),
        "migrations": Finding(DOWN if missing_count else OK, {"missing": missing_count}),
    }
    if missing_count:
        return found
    found["queue"] = _aged(ages["queue"], settings.HEALTH_QUEUE_SECONDS)
    if settings.HEALTH_BEAT_SECONDS:
        found["beat"] = _spoken(ages["beat"], settings.HEALTH_BEAT_SECONDS)
    return found


def _is_reachable() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _aged(age: float | None, limit: float) -> Finding:
    """Judge an age in seconds; None is « nothing to wait for »."""
    late = age is not None and age > limit
    facts = {"age_seconds": None if age is None else round(age), "limit_seconds": limit}
    return Finding(DEGRADED if late else OK, facts)


def _spoken(age: float | None, limit: float) -> Finding:
    """Judge the age of what must have happened once: never is late too."""
    return Finding(DEGRADED, {"age_seconds": None}) if age is None else _aged(age, limit)


def _disk() -> dict[str, Finding]:
    """The disk of the files that the site writes: below the floor, an upload would be refused."""
    folders = {Path(settings.MEDIA_ROOT or settings.VAR_DIR), settings.VAR_DIR}
    if "sqlite" in settings.DATABASES["default"]["ENGINE"]:
        folders.add(Path(str(settings.DATABASES["default"]["NAME"])).parent)
    free = min(
        (shutil.disk_usage(folder).free for folder in folders if folder.is_dir()), default=None
    )
    if free is None:
        return {"disk": Finding(OK)}
    megabytes = free // 1_000_000
    state = OK if megabytes >= settings.HEALTH_DISK_FREE_MB else DOWN
    return {"disk": Finding(state, {"free_megabytes": megabytes})}


def _redis() -> dict[str, Finding]:
    """Redis carries the wake-ups only: without it pages, log-in and edits go on."""
    if not settings.REDIS_URL:
        return {}
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
    )
    try:
        client.ping()
    except (redis.RedisError, OSError):
        return {"redis": Finding(DEGRADED)}
    finally:
        client.close()
    return {"redis": Finding(OK)}


def _backup() -> dict[str, Finding]:
    """The age of the last backup, where backups are kept on this machine."""
    if not settings.BACKUP_DIR:
        return {}
    age = backup_age(Path(settings.BACKUP_DIR), timezone.now())
    return {"backup": _spoken(age, settings.HEALTH_BACKUP_SECONDS)}


CHECKS: tuple[Callable[[], dict[str, Finding]], ...] = (_database, _disk, _redis, _backup)


@never_cache
@require_safe
@login_not_required
def live(request: HttpRequest) -> JsonResponse:
    """Answer 200 as long as the process serves requests."""
    return JsonResponse({"status": OK})


@never_cache
@require_safe
@login_not_required
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when pages can be served, « degraded » when something else waits, else 503."""
    found: dict[str, Finding] = {}
    for check in CHECKS:
        found |= check()
    states = {finding.state for finding in found.values()}
    status = DOWN if DOWN in states else DEGRADED if DEGRADED in states else OK
    body = {
        "status": status,
        "checks": {name: {"state": one.state} | one.facts for name, one in found.items()},
    }
    return JsonResponse(body, status=503 if status == DOWN else 200)
