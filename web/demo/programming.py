"""The programming of the demonstration: requests, then a conference, of two exercises."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from accounts.models import User
from budgets.enums import ProgrammingNature, VersionBasis, VersionKind
from budgets.models import NomenclatureNode, ProgrammingAmount, ProgrammingVersion
from budgets.services.appraisals import record_key
from budgets.services.entries import Imputation
from budgets.services.programming_cells import CellEdit, edit_cells
from budgets.services.programming_lines import NewLine, add_lines
from budgets.services.programming_versions import create_version
from budgets.services.scenarios import Proposal, create_scenario, set_changes
from budgets.tables.ceilings import limits_of, years_of
from common.models import DataOrigin
from common.money import from_cents
from projects.models import Project
from web.demo.accounts import CONTROLLER, OFFICER
from web.demo.ledger import LAST_YEAR, UNITS

ORIGIN = DataOrigin.FICTITIOUS
# What projects ask for: the act, its procedure, its share of a year of the project.
_ACTS = (
    ("Tierce maintenance applicative", "Accord-cadre, bon de commande", 0.30),
    ("Hébergement et exploitation", "Convention", 0.16),
    ("Assistance à maîtrise d'ouvrage", "Accord-cadre, bon de commande", 0.14),
    ("Licences et abonnements", "UGAP", 0.10),
    ("Tests et qualité", "Marché subséquent", 0.08),
    ("Accessibilité et conception des services", "Bon de commande", 0.06),
    ("Sécurité et homologation", "Marché subséquent", 0.06),
    ("Accompagnement au changement", "Procédure adaptée", 0.05),
    ("Études et cadrage", "Procédure adaptée", 0.05),
)
_SHARES_OF_CP = (0.55, 0.30, 0.15)
_PROGRAMME = "0214"
_REASONS = ("Révision du périmètre", "Marché renégocié", "Report d'une tranche")


def add_programming(seed: int) -> None:
    """Add the versions of the exercise under way and of the next one, by the services."""
    officer = User.objects.get(username=OFFICER)
    programme = NomenclatureNode.objects.get(code=_PROGRAMME, data_origin=ORIGIN)
    record_key(
        actor=officer,
        node=programme,
        fiscal_year=LAST_YEAR,
        source="PAP (exemple)",
        key_0=55,
        key_1=30,
        key_2=15,
        key_3=0,
    )
    for year in (LAST_YEAR, LAST_YEAR + 1):
        draw = random.Random(f"{seed}-programming-{year}")  # noqa: S311 (an example)
        requests = create_version(
            actor=officer, fiscal_year=year, kind=VersionKind.REQUESTS,
            basis=VersionBasis.SCHEDULES, label="Demandes des projets (exemple)",
            data_on=dt.date(year - 1, 2, 15), data_origin=ORIGIN,
        )  # fmt: skip
        state = draw.getstate()
        fitting = _share_that_fits(requests, list(_asked(year, draw, 1.0)))
        draw.setstate(state)
        lines = list(_asked(year, draw, fitting))
        add_lines(actor=officer, version_id=requests.pk, lines=lines)
        conference = create_version(
            actor=officer, fiscal_year=year, kind=VersionKind.CONFERENCE,
            basis=VersionBasis.VERSION, former=requests, label="Conférence (exemple)",
            data_on=dt.date(year - 1, 4, 30), data_origin=ORIGIN,
        )  # fmt: skip
        edits = list(_proposed(conference, draw))
        edit_cells(actor=officer, version_id=conference.pk, edits=edits)
        _add_scenarios(conference)


def _add_scenarios(version: ProgrammingVersion) -> None:
    """Add what the controller tries: a lower pace, and without the smallest acts."""
    controller = User.objects.get(username=CONTROLLER)
    rows = ProgrammingAmount.objects.filter(
        line__programming_version=version, rank=0, line__act_label__gt=""
    )
    held = [row for row in rows.order_by("-proposed_ae", "line_id") if row.proposed_ae]
    slower = [
        Proposal(line=row.line_id, rank=0, measure=measure, after=_tenth_less(amount))
        for row in held[:6]
        for measure, amount in (("ae", row.proposed_ae), ("cp", row.proposed_cp))
        if amount
    ]
    for name, more in (
        ("Rythme ralenti (exemple)", {"cells": slower}),
        ("Sans les petits actes (exemple)", {"leave_out": [row.line_id for row in held[-4:]]}),
    ):
        scenario = create_scenario(actor=controller, version_id=version.pk, name=name)
        set_changes(actor=controller, scenario_id=scenario.pk, expected_version=1, **more)  # type: ignore[arg-type]


def _tenth_less(amount: Decimal) -> Decimal:
    return Decimal(round(amount * 9 / 10))


def _share_that_fits(version: ProgrammingVersion, lines: list[NewLine]) -> float:
    """Return the share of what is asked that stands under the blocking ceilings, at most all."""
    share = 1.0
    held = ProgrammingAmount.objects.filter(line__programming_version=version)
    ceilings = [one for one in limits_of(ORIGIN, years_of(version)) if one.blocks]
    for one in ceilings:
        rank = one.year - version.fiscal_year
        of_year = held.filter(rank=rank).aggregate(ae=Sum("requested_ae"), cp=Sum("requested_cp"))
        for place, (measure, cents) in enumerate((("ae", one.ae), ("cp", one.cp))):
            asked = sum((line.amounts[rank][place] or Decimal(0) for line in lines), Decimal(0))
            left = from_cents(cents) * Decimal("0.97") - (of_year[measure] or Decimal(0))
            if asked:
                share = min(share, max(float(left / asked), 0.0))
    return share


def _asked(year: int, draw: random.Random, part: float) -> Iterator[NewLine]:
    """Yield a part of what each project asks for, an act a line, on the UO of its programme."""
    nodes = {node.code: node for node in NomenclatureNode.objects.filter(data_origin=ORIGIN)}
    projects = Project.objects.filter(data_origin=ORIGIN).open().select_related("node")
    for project in projects.order_by("code"):
        unit, _name, activity = UNITS[project.node.code]
        scale = draw.randint(4, 24) * 100_000
        imputation = Imputation(node=nodes[unit], activity=nodes[activity], project=project)
        for act, procedure, share in _ACTS:
            euros = round(scale * share * draw.uniform(0.8, 1.2) * part / 100) * 100
            yield NewLine(
                imputation=imputation,
                fields=_described(act, procedure, year, draw),
                amounts=_years(euros, draw),
            )


def _described(act: str, procedure: str, year: int, draw: random.Random) -> dict[str, Any]:
    """Return what a line is, and the act that supports it."""
    nature = ProgrammingNature.NEW if draw.random() < 0.25 else ProgrammingNature.PLANNED
    return {
        "lineage": uuid.UUID(int=draw.getrandbits(128), version=4),
        "label": act,
        "nature": nature,
        "act_label": f"{act} (exemple)",
        "act_procedure": procedure,
        "act_month": dt.date(year, draw.randint(1, 12), 1),
    }


def _years(euros: int, draw: random.Random) -> dict[int, tuple[Decimal, Decimal]]:
    """Return AE of the exercise and of the next one, paid over three years: Σ CP = Σ AE."""
    ae = [Decimal(euros), Decimal(round(euros * draw.uniform(0.7, 1.1) / 100) * 100)]
    cp = [Decimal(0)] * 4
    for rank, committed in enumerate(ae):
        paid = [Decimal(round(float(committed) * share)) for share in _SHARES_OF_CP[:2]]
        for after, amount in enumerate((*paid, committed - sum(paid))):
            cp[rank + after] += amount
    return {rank: ((ae + [Decimal(0)] * 2)[rank], cp[rank]) for rank in range(4)}


def _proposed(version: ProgrammingVersion, draw: random.Random) -> Iterator[CellEdit]:
    """Yield what the conference lowers: AE and CP of the first year of some lines, together."""
    rows = ProgrammingAmount.objects.filter(
        line__programming_version=version, rank=0, line__act_label__gt=""
    )
    for row in rows.order_by("line_id"):
        if draw.random() < 0.35 and row.proposed_ae and row.proposed_cp:
            cut = Decimal(round(float(row.proposed_cp) * draw.uniform(0.05, 0.2) / 100) * 100)
            reason = draw.choice(_REASONS)
            for measure, held in (("ae", row.proposed_ae), ("cp", row.proposed_cp)):
                yield CellEdit(
                    line=row.line_id, rank=0, measure=measure, before=held, after=held - cut,
                    reason=reason,
                )  # fmt: skip
