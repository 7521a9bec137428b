"""Tables of the projects room: tree, projects, baselines, plans, progress, estimates."""

from __future__ import annotations

import random
from decimal import Decimal

from common.fiscal import add_months, month_end
from web.demo.curves import Run, elapsed_months, monthly_plan, s_curve, thousands
from web.demo.specs import PROGRAMMES, PROJECTS, ProjectSpec
from web.demo.tables import Tables

MANAGER = "cheffe.projet"
_FUNDING = "Soutien de la politique de l'éducation nationale (P214)"
_DESCRIPTION = "Projet fictif : aucun nom, montant ou date n'est réel."
_COMMENTS = {
    "SOLEIL": "Le projet avance comme prévu.",
    "COUVERT": "Un léger retard est en cours de résorption.",
    "NUAGE": "Le retard appelle un arbitrage du comité.",
    "ORAGE": "Les objectifs sont compromis sans nouvelle trajectoire.",
}


def add_projects(tables: Tables, draw: random.Random) -> dict[str, Run]:
    """Add the projects and what was promised and reported; return how each has gone, by code."""
    origin = "fictitious"
    tables.add(
        "portfolios", code="DNE", name="Portefeuille d'exemple DNE", kind="portfolio",
        data_origin=origin,
    )  # fmt: skip
    for code, name in PROGRAMMES:
        tables.add(
            "portfolios", code=code, name=name, kind="programme", parent="DNE", data_origin=origin
        )
    runs: dict[str, Run] = {}
    for spec in PROJECTS:
        cost = thousands(spec.cost * draw.uniform(0.96, 1.04)) if spec.cost else 0
        runs[spec.code] = _run(spec, draw)
        _add_project(tables, spec)
        _add_baselines(tables, spec, cost)
        _add_progress(tables, spec, runs[spec.code])
        _add_estimates(tables, spec, cost)
    return runs


def _run(spec: ProjectSpec, draw: random.Random) -> Run:
    """Draw the share done at each month end: the plan at the pace of the project, with jitter."""
    months = spec.months + (9 if spec.rebaselined_after else 0)
    shares: list[float] = []
    for index in range(elapsed_months(spec.start)):
        reached = s_curve((index + 1) * spec.pace / months) * draw.uniform(0.97, 1.01)
        done = spec.phase == "completed" and (index + 1) * spec.pace >= months
        shares.append(1.0 if done else min(max(reached, shares[-1] if shares else 0.0), 0.995))
        if done:
            break
    return Run(spec.start, tuple(shares))


def _add_project(tables: Tables, spec: ProjectSpec) -> None:
    tables.add(
        "projects",
        code=spec.code,
        title=f"Projet d'exemple {spec.title}",
        portfolio=spec.programme,
        ministry="EDU",
        supervising_authority=spec.authority,
        phase=spec.phase,
        functional_zone=spec.zone,
        funding=_FUNDING,
        is_interministerial=spec.is_interministerial,
        manager=MANAGER if spec.has_manager else "",
        started_on=spec.start,
        description=_DESCRIPTION,
        aliases="|".join(spec.aliases),
    )


def _add_baselines(tables: Tables, spec: ProjectSpec, cost: int) -> None:
    """Add baseline 0, and baseline 1 where a new trajectory was approved."""
    if not cost:
        return
    versions = [(0, "Référence initiale", add_months(spec.start, -2), cost, spec.months, "")]
    if spec.rebaselined_after:
        approved = add_months(spec.start, spec.rebaselined_after)
        reason = "Nouvelle trajectoire approuvée en comité"
        total = thousands(cost * 1.18)
        versions.append((1, "Trajectoire révisée", approved, total, spec.months + 9, reason))
    for number, name, approved, total, months, reason in versions:
        tables.add(
            "baselines",
            project=spec.code,
            number=number,
            name=name,
            approved_on=approved,
            decision_reference=f"Comité d'exemple {approved:%Y-%m}",
            full_cost=Decimal(total) if spec.planned else "",
            start_on=spec.start,
            end_on=month_end(add_months(spec.start, months - 1)),
            reason=reason,
        )
        for index, amount in enumerate(monthly_plan(total, months) if spec.planned else ()):
            month = add_months(spec.start, index)
            tables.add(
                "planned_values", project=spec.code, baseline=number, month=f"{month:%Y-%m}",
                amount=amount,
            )  # fmt: skip


def _weather(done: float, planned: float) -> str:
    gap = planned - done
    bounds = ((0.03, "SOLEIL"), (0.07, "COUVERT"), (0.15, "NUAGE"))
    return next((code for bound, code in bounds if gap < bound), "ORAGE")


def _add_progress(tables: Tables, spec: ProjectSpec, run: Run) -> None:
    if not spec.reported:
        return
    for index, share in enumerate(run.shares):
        day = run.month(index)
        weather = _weather(share, s_curve((index + 1) / spec.months))
        tables.add(
            "progress",
            source_reference=f"EX-AV-{spec.code}-{day:%Y%m}",
            project=spec.code,
            reported_on=day,
            percent_complete=Decimal(round(share * 1000)) / 10,
            weather=weather,
            comment=_COMMENTS[weather],
        )


def _add_estimates(tables: Tables, spec: ProjectSpec, cost: int) -> None:
    """Add the estimate of the start, then the revisions already known at the last month."""
    end = month_end(add_months(spec.start, spec.months - 1))
    steps = [(-2, 0.0, 0, "Estimation initiale")]
    steps += [(item.after, item.cost, item.months, item.reason) for item in spec.revisions]
    for number, (after, share, months, reason) in enumerate(steps):
        edition = add_months(spec.start, after).replace(day=15)
        tables.add(
            "estimates",
            source_reference=f"EX-EST-{spec.code}-{number}",
            project=spec.code,
            edition_on=edition,
            full_cost=Decimal(thousands(cost * (1 + share))) if cost and spec.planned else "",
            end_on=month_end(add_months(end, months)) if spec.cost else "",
            reason=reason,
        )
