"""What people own in the projects room beside projects (`accounts.services.owned`)."""

from __future__ import annotations

from typing import Any

from accounts.services.owned import RecordKind
from common.trees import has_children, refuse_cycle
from projects.models import PortfolioNode, Project
from projects.services.figures import mark_figures_changed
from projects.services.projects import EDITABLE

PORTFOLIO_NODES = RecordKind(
    name="portfolio",
    model=PortfolioNode,
    editable=frozenset({"name", "kind", "parent"}),
    check=refuse_cycle,
    in_use=has_children,
)


def _figures_change(project: Project, actor: Any) -> None:
    """A project that is published, archived or taken back counts otherwise."""
    mark_figures_changed([project.pk], actor=actor)


# Created, edited and closed by `projects.services.projects`; published, archived and deleted here.
PROJECTS = RecordKind(name="project", model=Project, editable=EDITABLE, saved=_figures_change)
