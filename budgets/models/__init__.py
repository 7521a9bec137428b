"""Models of the budgets room, by aggregate."""

from __future__ import annotations

from budgets.models.appraisals import BopOpinion, Trajectory
from budgets.models.attaching import LineDecision, MatchingRule, WaitingLine
from budgets.models.budget_ceilings import BudgetCeiling
from budgets.models.crg_notes import CrgNote
from budgets.models.exercises import Exercise, ExerciseDate
from budgets.models.forecasts import ScheduledPayment
from budgets.models.landings import LandingChoice
from budgets.models.ledgers import (
    Commitment,
    CreditMovement,
    Payment,
    PaymentRequest,
    ServiceDone,
)
from budgets.models.nomenclature import NomenclatureNode
from budgets.models.programming import ProgrammingLine, ProgrammingVersion
from budgets.models.programming_cells import ProgrammingAmount, ProgrammingEdit
from budgets.models.programming_keys import ProgrammingKey
from budgets.models.reservations import Reservation
from budgets.models.rounds import ProgrammingFile, ProgrammingStep
from budgets.models.rows import ALLOCATED, CONSUMING, FROZEN, OPENED
from budgets.models.ruling import BudgetRule, RuleOverride
from budgets.models.scenarios import Scenario, ScenarioChange

__all__ = [
    "ALLOCATED",
    "CONSUMING",
    "FROZEN",
    "OPENED",
    "BopOpinion",
    "BudgetCeiling",
    "BudgetRule",
    "Commitment",
    "CreditMovement",
    "CrgNote",
    "Exercise",
    "ExerciseDate",
    "LandingChoice",
    "LineDecision",
    "MatchingRule",
    "NomenclatureNode",
    "Payment",
    "PaymentRequest",
    "ProgrammingAmount",
    "ProgrammingEdit",
    "ProgrammingFile",
    "ProgrammingKey",
    "ProgrammingLine",
    "ProgrammingStep",
    "ProgrammingVersion",
    "Reservation",
    "RuleOverride",
    "Scenario",
    "ScenarioChange",
    "ScheduledPayment",
    "ServiceDone",
    "Trajectory",
    "WaitingLine",
]
