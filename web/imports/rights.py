"""What the pages of the imports ask for."""

from __future__ import annotations

from accounts.enums import Action, Resource

DEPOSIT = (Action.IMPORT, Resource.LEDGER)
READ = (Action.READ, Resource.IMPORT_BATCH)
UNDO = (Action.UNDO, Resource.IMPORT_BATCH)
