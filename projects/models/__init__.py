"""Models of the projects room, by aggregate."""

from __future__ import annotations

from projects.models.baselines import Baseline, Estimate, PlannedValue
from projects.models.ministries import Ministry, MinistryName
from projects.models.panorama import PanoramaEdition, PanoramaEntry
from projects.models.plan import BaselineTask, Dependency, MilestoneForecast, Task
from projects.models.progress import ProgressReport
from projects.models.project import Project, ProjectAlias
from projects.models.tree import PortfolioNode

__all__ = [
    "Baseline",
    "BaselineTask",
    "Dependency",
    "Estimate",
    "MilestoneForecast",
    "Ministry",
    "MinistryName",
    "PanoramaEdition",
    "PanoramaEntry",
    "PlannedValue",
    "PortfolioNode",
    "ProgressReport",
    "Project",
    "ProjectAlias",
    "Task",
]
