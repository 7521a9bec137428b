#!/usr/bin/env bash
# Back up the site at work, then prove the backup: restore it into an empty database of its own,
# compare every row with what was saved, verify the ledgers. Fails when any of this fails.
#
#   deploy/backup.sh             settings of /etc/portfolio/environment, given by the unit
#
# BACKUP_DIR (default var/backups), BACKUP_KEEP (default 14 backups), PYTHON (default .venv).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=${PYTHON:-$PWD/.venv/bin/python}
folder=${BACKUP_DIR:-$PWD/var/backups}
keep=${BACKUP_KEEP:-14}

"$python" manage.py backup "$folder" --keep "$keep"
manifest=$(ls -1 "$folder"/portfolio-*.manifest.json | tail -n 1)

scratch=$(mktemp -d)
database=""
# shellcheck disable=SC2329 (called by the trap)
clean() {
  rm -rf "$scratch"
  if [ -n "$database" ]; then dropdb --if-exists --maintenance-db="$DATABASE_URL" "$database"; fi
}
trap clean EXIT

case "${DATABASE_URL:-sqlite}" in
  postgres*)
    database="portfolio_restored_$$"
    createdb --maintenance-db="$DATABASE_URL" "$database"
    url=$(DATABASE_NAME=$database "$python" -c '
import os
from urllib.parse import urlsplit
print(urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + os.environ["DATABASE_NAME"]).geturl())')
    ;;
  *)
    url="sqlite:///$scratch/restored.sqlite3"
    ;;
esac
if ! DATABASE_URL=$url MEDIA_ROOT=$scratch/media "$python" manage.py restore "$manifest"; then
  echo "The backup $manifest cannot be restored." >&2
  exit 1
fi
date -u +%Y-%m-%dT%H:%M:%SZ >"${manifest%.manifest.json}.verified"
echo "$manifest: restored and verified"
