"""An empty installation: the five first steps, each with its state, for whoever may take it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from accounts.models import User
from accounts.permissions import can
from budgets.models import NomenclatureNode
from indicators.models import IndicatorSnapshot
from projects.models import PortfolioNode, Project


@dataclass(frozen=True)
class FirstStep:
    """One step: what it is, whether it is done, and its page when the person may take it."""

    key: str
    title: str | Promise
    detail: str | Promise
    is_done: bool
    url: str
    button: str | Promise


def first_steps(user: Any) -> list[FirstStep]:
    """Return the five steps, in order; five short queries."""
    return [
        FirstStep(
            "portfolio",
            _("Create a portfolio"),
            _("the tree in which the projects stand, and the roles apply"),
            PortfolioNode.objects.exists(),
            _page(user, Action.CREATE, Resource.PORTFOLIO, "web:portfolio_create"),
            _("Create a portfolio"),
        ),
        FirstStep(
            "people",
            _("Invite people"),
            _("an account for each, then a role inside a scope, approved by a second person"),
            User.objects.filter(is_machine=False, is_active=True).exclude(pk=user.pk).exists(),
            _page(user, Action.CREATE, Resource.USER, "web:people"),
            _("Open the people"),
        ),
        FirstStep(
            "import",
            _("Import a folder"),
            _("projects, contracts and ledgers, from files checked before anything is written"),
            Project.objects.exists(),
            _page(user, Action.IMPORT, Resource.LEDGER, "web:import-deposit")
            or _page(user, Action.CREATE, Resource.PROJECT, "web:project_create"),
            _("Bring in the first project"),
        ),
        FirstStep(
            "nomenclature",
            _("Set up the nomenclature"),
            _("missions, programmes, BOP and UO that carry the credits"),
            NomenclatureNode.objects.exists(),
            _page(user, Action.READ, Resource.NOMENCLATURE, "web:nomenclature"),
            _("Open the nomenclature"),
        ),
        FirstStep(
            "compute",
            _("Compute the indicators"),
            _("figures, drifts and alerts; afterwards they follow each change by themselves"),
            IndicatorSnapshot.objects.exists(),
            _page(user, Action.RECOMPUTE, Resource.INDICATOR_VALUE, "web:recompute"),
            _("Compute"),
        ),
    ]


def _page(user: Any, action: str, resource: str, name: str) -> str:
    """Return the address of a page for whoever may act there; nothing where it is not served."""
    if not can(user, action, resource):
        return ""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
