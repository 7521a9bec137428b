"""Closed lists of the projects room."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class NodeKind(models.TextChoices):
    """Levels of the portfolio tree above the project."""

    PORTFOLIO = "portfolio", _("portfolio")
    PROGRAMME = "programme", _("programme")


class Phase(models.TextChoices):
    """Phases of the DINUM panorama (domain §3.2)."""

    FRAMING = "framing", _("framing")
    BUILD = "build", _("design and build")
    PILOT = "pilot", _("pilot")
    ROLLOUT = "rollout", _("rollout")
    RUN = "run", _("run")
    COMPLETED = "completed", _("completed")
    NOT_DISCLOSED = "not_disclosed", _("not disclosed")


class SupervisingAuthority(models.TextChoices):
    """Who the project is for inside the two ministries (decree 2014-133, art. 11)."""

    SG = "SG", "SG"
    DGESCO = "DGESCO", "DGESCO"
    JOINT = "JOINT", _("joint")
    MESR = "MESR", "MESR"


class Weather(models.TextChoices):
    """The State's weather codes (architecture §5)."""

    SOLEIL = "SOLEIL", _("Objectives secured")
    COUVERT = "COUVERT", _("Objectives reachable")
    NUAGE = "NUAGE", _("Support needed")
    ORAGE = "ORAGE", _("Objectives compromised")
    NON_RENSEIGNEE = "NON_RENSEIGNEE", _("Not supplied")
    NON_NECESSAIRE = "NON_NECESSAIRE", _("Not needed")


class LinkKind(models.TextChoices):
    """What a task asks of the one that follows it (docs/plan.md)."""

    FINISH_START = "FS", _("finish to start")
    START_START = "SS", _("start to start")
    FINISH_FINISH = "FF", _("finish to finish")
    START_FINISH = "SF", _("start to finish")


class TaskKind(models.TextChoices):
    """Lines of a plan."""

    SUMMARY = "summary", _("summary task")
    WORK_PACKAGE = "work_package", _("work package")
    MILESTONE = "milestone", _("milestone")
