#!/usr/bin/env bash
# Upgrade an installation that was unpacked in this folder (docs/operations.md, « Upgrade »).
# Old processes serve until the end: migrations only add, and give up rather than block a reader.
#
#   sudo -u portfolio --preserve-env deploy/upgrade.sh && systemctl restart 'portfolio-*'
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=$PWD/.venv/bin/python
export DJANGO_SETTINGS_MODULE=${DJANGO_SETTINGS_MODULE:-dne_portfolio.settings.production}

step() { echo "── $*"; }

step "packages, by their hashes"
"$python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
step "settings"
"$python" manage.py check --deploy --fail-level WARNING
step "backup, restored and verified"
deploy/backup.sh
step "migrations"
DATABASE_PROFILE=migrate "$python" manage.py migrate --no-input
step "static files"
"$python" manage.py collectstatic --no-input --verbosity 0
step "ledgers"
"$python" manage.py verify_ledger >/dev/null || {
  echo "The ledgers are broken: run manage.py verify_ledger." >&2
  exit 1
}
echo "Ready: restart the services."
