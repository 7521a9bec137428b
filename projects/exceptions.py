"""Refusals of the projects room.

DomainError
├── ProjectClosed        a closed project is read only
├── EndBeforeStart       an end date before the project's start
├── PlanCycle            links between tasks that turn round
├── BaselineNeedsDecision  a second baseline without a decision
└── NothingToChange      a re-estimate that changes neither cost nor end date
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.exceptions import DomainError


class ProjectClosed(DomainError):
    """The project is closed."""

    code = "project_closed"
    message = _("Project %(code)s is closed: it can no longer be changed.")


class EndBeforeStart(DomainError):
    """The end date precedes the start date."""

    code = "end_before_start"
    message = _("The end date %(end_on)s is before the start date %(started_on)s.")


class NothingToChange(DomainError):
    """The re-estimate repeats the current figures."""

    code = "nothing_to_change"
    message = _("The new estimate repeats the current cost and end date of %(code)s.")


class PlanCycle(DomainError):
    """Links that turn round."""

    code = "plan_cycle"
    message = _("These tasks would wait for one another: %(cycle)s.")


class BaselineNeedsDecision(DomainError):
    """A second baseline without the number of a decision."""

    code = "baseline_needs_decision"
    message = _("Project %(code)s has a baseline: another one needs the number of a decision.")
