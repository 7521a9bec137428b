"""Project rows of the pages: current figures, weather and end date beside each project."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
)
from django.db.models import When as Whenever
from django.db.models.functions import Coalesce

from accounts.enums import Action
from common.folding import folded_q
from projects.enums import Weather
from projects.models import Baseline, Estimate, PortfolioNode, ProgressReport, Project

WEATHER_RANK = {code: rank for rank, code in enumerate(Weather.values)}
ACTIONS = (Action.UPDATE, Action.ESTIMATE, Action.REPORT, Action.VALIDATE, Action.CLOSE)


def project_rows(user: Any) -> Any:
    """Return the visible projects with `weather`, `end_on` and the figures of the last snapshot.

    Costs in euros TTC, gap rates as ratios, `slip_months` the difference of the two durations in
    months. One query whatever the number of projects.
    """
    reports = ProgressReport.objects.filter(project=OuterRef("pk"))
    newest = reports.order_by("-reported_on", "-recorded_at", "-source_reference").values(
        "weather"
    )[:1]
    estimates = Estimate.objects.filter(project=OuterRef("pk"))
    told = estimates.order_by("-edition_on", "-recorded_at", "-source_reference").values("end_on")[
        :1
    ]
    approved = Baseline.objects.filter(project=OuterRef("pk")).order_by("-number")
    rows = Project.objects.visible_to(user).annotate(
        latest=FilteredRelation("snapshots", condition=Q(snapshots__is_latest=True)),
        weather=Coalesce(Subquery(newest), Value(Weather.NON_RENSEIGNEE.value)),
        end_on=Coalesce(Subquery(told), Subquery(approved.values("end_on")[:1])),
    )
    return rows.annotate(
        current_cost=F("latest__current_cost"),
        cost_gap=F("latest__cost_gap_rate"),
        schedule_gap=F("latest__schedule_gap_rate"),
        slip_months=F("latest__current_duration") - F("latest__initial_duration"),
        computed_version=F("latest__figures_version"),
        weather_rank=Case(
            *(Whenever(weather=code, then=Value(rank)) for code, rank in WEATHER_RANK.items()),
            output_field=IntegerField(),
        ),
    ).select_related("node", "ministry", "manager")


_TEXT_FILTERS = {
    "phase": "phase",
    "weather": "weather",
    "origin": "data_origin",
    "state": "state",
    "ministry": "ministry_id",
    "manager": "manager_id",
}


def filtered_projects(rows: Any, filters: dict[str, Any]) -> Any:
    """Keep the rows that the filters of the list ask for."""
    for name, field in _TEXT_FILTERS.items():
        if name in filters:
            rows = rows.filter(**{field: filters[name]})
    if "q" in filters:
        words = filters["q"]
        aliased = Project.objects.filter(folded_q(words, "aliases__title")).values("pk")
        rows = rows.filter(folded_q(words, "title", "code") | Q(pk__in=aliased))
    if "node" in filters:
        rows = rows.filter(node_id__in=PortfolioNode.objects.subtree_ids([filters["node"]]))
    if "cost_min" in filters:
        rows = rows.filter(latest__current_cost__gte=filters["cost_min"])
    if "gap_min" in filters:
        rows = rows.filter(latest__cost_gap_rate__gte=float(filters["gap_min"]) / 100)
    return rows


def verbs_on(user: Any, project: Project) -> set[str]:
    """Return what `user` may do to a project (one short query a verb)."""
    return {
        str(action)
        for action in ACTIONS
        if Project.objects.allowing(user, action).filter(pk=project.pk).exists()
    }


def neighbours(user: Any, project: Project) -> dict[str, Project | None]:
    """Return the visible projects of the same origin before and after this one, by code."""
    same = Project.objects.visible_to(user).filter(data_origin=project.data_origin)
    return {
        "previous": same.filter(code__lt=project.code).order_by("-code").first(),
        "following": same.filter(code__gt=project.code).order_by("code").first(),
    }


@dataclass(frozen=True)
class OriginTotal:
    """What is filtered, in one data origin: how many projects, the sum of their current costs."""

    origin: str
    count: int
    values: tuple[Decimal | None]


def totals_by_origin(rows: Any) -> list[OriginTotal]:
    """Return the totals of each origin, costs in euros TTC, None when no cost is known; one query.

    Origins are never added together.
    """
    counted = rows.order_by().values("data_origin").order_by("data_origin")
    return [
        OriginTotal(line["data_origin"], line["projects"], (line["cost"],))
        for line in counted.annotate(projects=Count("pk"), cost=Sum("latest__current_cost"))
    ]
