"""Database settings for both engines, from one URL (`reliability.md` 0.5, 0.6, 2.3, 2.4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
    " PRAGMA busy_timeout=20000; PRAGMA cache_size=-65536;"
)


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
    config["OPTIONS"] = options
    return config
