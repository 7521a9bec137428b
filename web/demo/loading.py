"""Loading the demonstration: the published panorama, then the fictitious portfolio of a seed."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

from accounts.models import User
from budgets.enums import CreditType, NomenclatureKind
from budgets.models import NomenclatureNode
from budgets.services.reservations import available_on, reserve_credits
from common.models import DataOrigin
from common.money import from_cents
from partners.models import Contract
from projects.importers.panorama import read_panorama
from projects.models import PanoramaEdition
from projects.services.panorama import import_panorama
from records.enums import BatchKind
from records.importing.folder import read_folder
from records.models import ImportBatch
from records.services.imports import import_folder
from web.demo.accounts import BUYER, CONTROLLER, OFFICER, ensure_accounts
from web.demo.ceilings import set_ceilings
from web.demo.exercises import open_exercises
from web.demo.generator import generate
from web.demo.ledger import LAST_YEAR
from web.demo.plans import add_plans
from web.demo.programming import add_programming
from web.demo.record import put_on_record
from web.demo.removal import SOURCE_PREFIX, remove_fictitious


class DemoRefused(RuntimeError):
    """The fictitious portfolio cannot be loaded beside what the database holds."""


@dataclass(frozen=True)
class Loaded:
    """What a load did: editions read, and whether the fictitious part was there already."""

    editions: int
    is_new: bool


@transaction.atomic
def load_demo(*, seed: int) -> Loaded:
    """Load the accounts, the eight editions and the portfolio of the seed; a second time adds
    nothing, another seed replaces the fictitious part alone.

    One transaction: the indicators are asked for once, after the commit. Raises TakenAccount,
    DemoRefused, ProtectedError.
    """
    ensure_accounts()
    editions = _load_panorama()
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / f"{SOURCE_PREFIX}{seed}"
        folder.mkdir()
        generate(seed).write(folder)
        return Loaded(editions, _load_portfolio(folder, seed))


def _load_panorama() -> int:
    """Import the editions that the database does not have; return how many there are in all."""
    files = sorted((Path(settings.BASE_DIR) / "demo" / "panorama").glob("*.csv"))
    known = set(PanoramaEdition.objects.values_list("code", flat=True))
    for file in files:
        if file.stem not in known:
            panorama = read_panorama(file, edition=file.stem)
            import_panorama(actor=None, panorama=panorama)
    return len(files)


def _load_portfolio(folder: Path, seed: int) -> bool:
    """Import the fictitious folder unless it is there already; return whether it was imported."""
    digest = read_folder(folder).digest()
    if ImportBatch.objects.filter(kind=BatchKind.PORTFOLIO, digest=digest).exists():
        return False
    remove_fictitious()
    result = import_folder(actor=None, path=folder)
    if result.status == "refused":
        raise DemoRefused(
            _("The fictitious portfolio cannot stand beside what the database holds: %(fault)s")
            % {"fault": result.errors[0]}
        )
    _give_contracts_to_their_manager()
    _reserve_credits()
    officer = User.objects.get(username=OFFICER)
    open_exercises(officer)
    set_ceilings(officer, User.objects.get(username=CONTROLLER))
    add_plans()
    add_programming(seed)
    put_on_record()
    return True


def _reserve_credits() -> None:
    """Set some credits of each UO aside for an act to come, as a budget officer does."""
    officer = User.objects.get(username=OFFICER)
    units = NomenclatureNode.objects.filter(
        data_origin=DataOrigin.FICTITIOUS, kind=NomenclatureKind.UO
    )
    for unit in units.order_by("code"):
        held = available_on(unit, CreditType.HT2, LAST_YEAR)
        amount = from_cents(max(min(held.ae_available, held.cp_left), 0) // 1_000_000 * 100_000)
        if amount:
            reserve_credits(
                actor=officer,
                node=unit,
                fiscal_year=LAST_YEAR,
                label="Tierce maintenance applicative (exemple)",
                ae=amount,
                cp=amount,
            )


def _give_contracts_to_their_manager() -> None:
    """The import names no contract manager: the demonstration has one, who holds them all."""
    buyer = User.objects.get(username=BUYER)
    contracts = list(Contract.objects.filter(data_origin=DataOrigin.FICTITIOUS, manager=None))
    for contract in contracts:
        contract.manager = buyer
    bulk_update_with_history(contracts, Contract, ["manager"], default_user=buyer)
