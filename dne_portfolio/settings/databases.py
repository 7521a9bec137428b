"""Database settings for both engines, from one URL (`reliability.md` 0.5, 0.6, 2.3, 2.4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ

# FULL rather than the usual NORMAL: money must survive a power cut. trusted_schema cannot be off:
# SQLite 3.40 then refuses the JSON_VALID of Django's own constraints (« unsafe use of
# JSON_VALID() »); `restore` refuses a file with a view or a trigger that is not ours instead.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    " PRAGMA busy_timeout=20000; PRAGMA cache_size=-65536;"
)

# Seconds, by kind of process: a statement, a wait for a lock, a transaction that does nothing.
# 0 is no limit. The web answers a person; a job may compute for long, and waits for a lock rather
# than lose an attempt; a migration may build an index for hours but never queues behind a reader.
POSTGRES_PROFILES = {
    "web": {"statement": 5, "lock": 2, "idle": 30},
    "jobs": {"statement": 600, "lock": 30, "idle": 30},
    "migrate": {"statement": 0, "lock": 2, "idle": 30},
}


def database_settings(env: environ.Env, var_dir: Path) -> dict[str, Any]:
    """Return Django's settings of the default database.

    `DATABASE_URL` is `sqlite:////abs/path` or `postgresql:///name?host=/socket`; absent, an SQLite
    file in `var/`. SQLite runs in WAL with IMMEDIATE transactions: the default DEFERRED mode fails
    at once under two writers.
    """
    default = f"sqlite:///{var_dir / 'db.sqlite3'}"
    config: dict[str, Any] = dict(env.db_url("DATABASE_URL", default=default))
    options: dict[str, Any] = dict(config.get("OPTIONS", {}))
    if "sqlite" in config["ENGINE"]:
        Path(config["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        options |= {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": SQLITE_PRAGMAS,
        }
    else:
        config["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
        config["CONN_HEALTH_CHECKS"] = True
        options.setdefault("connect_timeout", 5)
        # What the URL gives comes last, and wins.
        given = str(options.get("options", ""))
        options["options"] = f"{postgres_timeouts(env)} {given}".strip()
    config["OPTIONS"] = options
    return config


def postgres_timeouts(env: environ.Env) -> str:
    """Return the session options of PostgreSQL for the profile of this process.

    `DATABASE_PROFILE` is web, jobs (default: commands and workers) or migrate;
    `STATEMENT_TIMEOUT`, `LOCK_TIMEOUT` and `IDLE_TRANSACTION_TIMEOUT` replace its values, in
    seconds. Raises KeyError for an unknown profile: a misspelt one must not lift the limits.
    """
    profile = POSTGRES_PROFILES[env.str("DATABASE_PROFILE", default="jobs")]
    seconds = {
        "statement_timeout": env.float("STATEMENT_TIMEOUT", default=profile["statement"]),
        "lock_timeout": env.float("LOCK_TIMEOUT", default=profile["lock"]),
        "idle_in_transaction_session_timeout": env.float(
            "IDLE_TRANSACTION_TIMEOUT", default=profile["idle"]
        ),
    }
    return " ".join(f"-c {name}={round(value * 1000)}" for name, value in seconds.items())
