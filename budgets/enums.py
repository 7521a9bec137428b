"""Closed lists of the budgets room (domain §1.2, §1.5)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class NomenclatureKind(models.TextChoices):
    """Axes of a budget line, by destination and by management structure."""

    MISSION = "mission", _("mission")
    LOLF_PROGRAMME = "lolf_programme", _("LOLF programme")
    ACTION = "action", _("action")
    SUB_ACTION = "sub_action", _("sub-action")
    BOP = "bop", _("BOP")
    UO = "uo", _("UO")
    TITLE = "title", _("title (nature)")
    CATEGORY = "category", _("category (nature)")
    ACTIVITY = "activity", _("activity")
    TRANCHE = "tranche", _("functional tranche")
    COST_CENTRE = "cost_centre", _("cost centre")


class CreditType(models.TextChoices):
    """Personnel credits (title 2), a ceiling of their own, and all the others (LOLF art. 7-II)."""

    T2 = "t2", _("T2")
    HT2 = "ht2", _("HT2")


class MovementKind(models.TextChoices):
    """Kinds of credit movement; the sign is carried by the amounts (domain §1.5)."""

    FINANCE_BILL = "finance_bill", _("finance bill (PLF)")
    VOTED_SERVICES = "voted_services", _("voted services (services votés)")
    INITIAL_FINANCE_ACT = "initial_finance_act", _("initial finance act (LFI)")
    INITIAL_DISTRIBUTION = "initial_distribution", _("initial distribution (DRICE)")
    PRECAUTIONARY_RESERVE = "precautionary_reserve", _("precautionary reserve")
    FREEZE = "freeze", _("freeze")
    EXTRA_FREEZE = "extra_freeze", _("extra freeze")
    RELEASE = "release", _("release of frozen credits")
    CARRY_OVER = "carry_over", _("carry-over")
    VIREMENT = "virement", _("virement")
    TRANSFER = "transfer", _("transfer")
    ADVANCE_DECREE = "advance_decree", _("advance decree")
    AMENDING_FINANCE_ACT = "amending_finance_act", _("amending finance act (LFR, LFG)")
    CANCELLATION = "cancellation", _("cancellation")
    EARMARKED_FUND = "earmarked_fund", _("earmarked fund (FdC, AdP)")
    ASYMMETRIC_FUNGIBILITY = "asymmetric_fungibility", _("asymmetric fungibility")
    ALLOCATION = "allocation", _("allocation to an operation")


class LandingMethod(models.TextChoices):
    """Ways to expect where an exercise lands (domain BX-04, ux §2.7)."""

    LINEAR = "linear", _("same pace")
    SCHEDULES = "schedules", _("schedules of payments")
    MANAGER = "manager", _("manager's say")


class ReservationState(models.TextChoices):
    """Life of credits set aside by a decision."""

    PENDING = "pending", _("pending")
    CONSUMED = "consumed", _("consumed by a commitment")
    RELEASED = "released", _("released")


class OpinionSense(models.TextChoices):
    """What the budget controller says of a BOP (GBCP art. 94)."""

    FAVOURABLE = "favourable", _("favourable")
    RESERVED = "reserved", _("favourable with reservations")
    UNFAVOURABLE = "unfavourable", _("unfavourable")


class RuleCode(models.TextChoices):
    """The rules on credits and commitments (domain §1.8); programs and people share the code."""

    AE_CEILING = "R-01", _("AE committed within the AE opened and not frozen")
    CP_CEILING = "R-02", _("CP paid within the CP opened and not frozen")
    ALLOCATION = "R-03", _("AE committed on a tranche within the AE allotted to it")
    EXECUTION = "R-04", _("service done within the commitment, payments within the service done")
    SCHEDULE = "R-05", _("schedule of a commitment equal to what it commits")
    PERSONNEL = "R-06", _("personnel credits: AE equal to CP, and nothing moved into T2")
    BOP_OPINION = "R-07", _("share of the distribution consumed before the opinion on the BOP")
    SUSTAINABILITY = "R-08", _("CP enough for compulsory and unavoidable spending")
    PROGRAMMING = "R-09", _("programming equal to the distribution of credits")
    TRAJECTORY = "R-10", _("CP due in coming years within the trajectory")
    VIREMENTS = "R-11", _("virements within their share of the finance act")
    CARRY_OVER = "R-12", _("CP carried over within their share of the initial credits")
    ANTICIPATION = "R-13", _("commitment dated within its exercise, or allowed anticipation")
    DORMANT = "R-16", _("commitment left without service done or payment")
    VISA = "R-17", _("visa of the budget controller on acts from a threshold on")
    FULL_COST = "R-19", _("full cost of a project equal to its lines")
    DELAYS = "R-20", _("payment request and payment within their delays")
    CREDIT_LINE = "R-21", _("commitment on credit lines that add up to it")
    UNDER_RELEASE = "R-22", _("planning that needs frozen credits")


class PaymentKind(models.TextChoices):
    """What a payment is to its commitment."""

    PAYMENT = "payment", _("payment on service done")
    ADVANCE = "advance", _("advance")
    RECOVERY = "recovery", _("recovery of an advance")


class WaitingTable(models.TextChoices):
    """The tables of facts whose lines may wait for their imputation."""

    MOVEMENTS = "movements", _("credit movements")
    COMMITMENTS = "commitments", _("commitments")
    SERVICE_DONE = "service_done", _("services done")
    PAYMENT_REQUESTS = "payment_requests", _("payment requests")
    PAYMENTS = "payments", _("payments")


class WaitingReason(models.TextChoices):
    """Why a line of an extract waits."""

    UNKNOWN_NODE = "unknown_node", _("unknown node of the nomenclature")
    UNKNOWN_AXIS = "unknown_axis", _("unknown axis of imputation")
    UNKNOWN_PROJECT = "unknown_project", _("unknown project")
    UNKNOWN_COMMITMENT = "unknown_commitment", _("unknown commitment")
    NO_PROJECT = "no_project", _("recorded without a project")


class WaitingState(models.TextChoices):
    """Life of a line of an extract whose imputation was not known."""

    WAITING = "waiting", _("to attach")
    ATTACHED = "attached", _("attached")
    SET_ASIDE = "set_aside", _("set aside")


class LineVerb(models.TextChoices):
    """What is decided of a line of an extract whose imputation was not known."""

    ATTACHED = "attached", pgettext_lazy("line of an extract", "attached")
    DETACHED = "detached", pgettext_lazy("line of an extract", "detached")
    SET_ASIDE = "set_aside", pgettext_lazy("line of an extract", "set aside")
    TAKEN_BACK = "taken_back", pgettext_lazy("line of an extract", "taken back")


class Operator(models.TextChoices):
    """How a condition of a matching rule compares a text of the line with its own."""

    IS = "is", _("is")
    STARTS_WITH = "starts_with", _("starts with")
    CONTAINS = "contains", _("contains")


class VersionKind(models.TextChoices):
    """Rounds of the programming of an exercise, in their usual order (domain §1.9)."""

    REQUESTS = "requests", _("requests")
    CONFERENCE = "conference", _("conference")
    ARBITRATION = "arbitration", _("arbitration")
    INITIAL = "initial", _("initial")
    CRG1 = "crg1", _("CRG1")
    CRG2 = "crg2", _("CRG2")
    YEAR_END = "year_end", _("end of year")


class VersionState(models.TextChoices):
    """Life of a version of the programming (domain §1.9)."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    ARBITRATED = "arbitrated", _("arbitrated")
    VALIDATED = "validated", _("validated")
    NOTIFIED = "notified", _("notified")
    ARCHIVED = "archived", _("archived")


class ScenarioState(models.TextChoices):
    """Life of a scenario: accepted once the version holds all that it still proposed."""

    DRAFT = "draft", _("draft")
    ACCEPTED = "accepted", _("accepted")
    ABANDONED = "abandoned", _("abandoned")


class StepVerb(models.TextChoices):
    """Steps of a project's file and of a version; nobody takes `void`: an edit writes it."""

    SUBMIT = "submit", _("submit")
    RETURN = "return", _("return")
    REVIEW = "review", _("review")
    ARBITRATE = "arbitrate", _("arbitrate")
    ATTEST = "attest", _("attest the sustainability")
    VALIDATE = "validate", _("validate")
    NOTIFY = "notify", _("notify")
    ARCHIVE = "archive", _("archive")
    VOID = "void", _("approvals voided by an edit")


class VersionBasis(models.TextChoices):
    """What a version is started from (ux §2.6)."""

    EMPTY = "empty", _("nothing")
    VERSION = "version", _("a former version")
    EXECUTION = "execution", _("the execution of the exercise before")
    SCHEDULES = "schedules", _("the schedules of the commitments")
    REQUESTS = "requests", _("the requests of the projects")


class ProgrammingNature(models.TextChoices):
    """How far a programmed line is already owed (GBCP art. 95; domain §1.7)."""

    COMPULSORY = "compulsory", _("compulsory")
    UNAVOIDABLE = "unavoidable", _("unavoidable")
    COMMITTED = "committed", _("committed")
    PLANNED = "planned", _("planned")
    NEW = "new", _("new")


class ActStatus(models.TextChoices):
    """How far a planned act is (table T6)."""

    PLANNED = "planned", pgettext_lazy("act", "planned")
    LATE = "late", pgettext_lazy("act", "late")
    SIGNED = "signed", pgettext_lazy("act", "signed")


class Stage(models.TextChoices):
    """The three amounts of a cell; a version writes the one of its kind (domain §1.9)."""

    REQUESTED = "requested", _("requested")
    PROPOSED = "proposed", _("proposed")
    GRANTED = "granted", _("granted")


class Measure(models.TextChoices):
    """The two ledgers of a programmed amount, never added together (LOLF art. 8)."""

    AE = "ae", _("AE")
    CP = "cp", _("CP")


# Where credits are voted, distributed and used: never on an axis that only refines them.
CREDIT_KINDS = frozenset(
    {NomenclatureKind.LOLF_PROGRAMME, NomenclatureKind.BOP, NomenclatureKind.UO}
)


class OpeningRegime(models.TextChoices):
    """Under what an exercise opens: voted services until the finance act is in force."""

    VOTED_SERVICES = "services_votes", _("voted services")
    FINANCE_ACT = "lfi", _("finance act (LFI)")


class ExerciseState(models.TextChoices):
    """Whether an exercise is still worked on."""

    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


class ExerciseDateKind(models.TextChoices):
    """The days of an exercise, in their order (domain §1.5)."""

    REQUESTS = "requests", _("requests of the projects")
    CONFERENCE = "conference", _("programming conference")
    ARBITRATION = "arbitration", _("arbitration")
    PROGRAMMING_SENT = "programming_sent", _("programming sent to the CBCM")
    CRG1 = "crg1", _("CRG 1")
    CRG2 = "crg2", _("CRG 2")
    YEAR_END = "year_end", _("end of year")


class CeilingMode(models.TextChoices):
    """What a ceiling does to a programming that goes beyond it."""

    WARN = "warn", _("warn")
    BLOCK = "block", _("block")


class CeilingState(models.TextChoices):
    """Life of a ceiling: proposed, then attested or refused; another one takes its place."""

    PROPOSED = "proposed", _("proposed")
    ATTESTED = "attested", _("attested")
    REFUSED = "refused", _("refused")
    SUPERSEDED = "superseded", _("superseded")


# The nodes that may have a ceiling: those that a budget line names, and what is above them.
CEILING_KINDS = (
    NomenclatureKind.LOLF_PROGRAMME,
    NomenclatureKind.ACTION,
    NomenclatureKind.BOP,
    NomenclatureKind.UO,
    NomenclatureKind.ACTIVITY,
)
# Movements that freeze or release credits. A freeze is written with a positive amount, a release
# with a negative one: the sum is what is frozen.
FREEZING_KINDS = frozenset(
    {
        MovementKind.PRECAUTIONARY_RESERVE,
        MovementKind.FREEZE,
        MovementKind.EXTRA_FREEZE,
        MovementKind.RELEASE,
    }
)
# Movements that neither open nor freeze: a bill is not a law yet, and an allocation sets aside for
# an operation AE that are open already (domain §1.6).
NEUTRAL_KINDS = frozenset({MovementKind.FINANCE_BILL, MovementKind.ALLOCATION})
# Movements that open or withdraw credits: their sum is what is open (domain §1.5).
OPENING_KINDS = frozenset(MovementKind) - FREEZING_KINDS - NEUTRAL_KINDS
# Acts that move credits between nodes: the legs of one act sum to zero (LOLF art. 7-II and 12,
# GBCP art. 67).
BALANCED_KINDS = frozenset(
    {
        MovementKind.INITIAL_DISTRIBUTION,
        MovementKind.VIREMENT,
        MovementKind.TRANSFER,
        MovementKind.ASYMMETRIC_FUNGIBILITY,
    }
)
# The moves of a version: forward by steps, back to draft with a reason before it is validated, back
# to submitted by an edit that voids the arbitration.
VERSION_MOVES: dict[VersionState, frozenset[VersionState]] = {
    VersionState.DRAFT: frozenset({VersionState.SUBMITTED}),
    VersionState.SUBMITTED: frozenset({VersionState.DRAFT, VersionState.ARBITRATED}),
    VersionState.ARBITRATED: frozenset(
        {VersionState.DRAFT, VersionState.SUBMITTED, VersionState.VALIDATED}
    ),
    VersionState.VALIDATED: frozenset({VersionState.NOTIFIED}),
    VersionState.NOTIFIED: frozenset({VersionState.ARCHIVED}),
    VersionState.ARCHIVED: frozenset(),
}
# From which state to which each step goes, for a project's file and for the whole version
# (docs/programming.md, Steps).
_COMMON_STEPS: dict[StepVerb, dict[VersionState, VersionState]] = {
    StepVerb.SUBMIT: {VersionState.DRAFT: VersionState.SUBMITTED},
    StepVerb.RETURN: {
        VersionState.SUBMITTED: VersionState.DRAFT,
        VersionState.ARBITRATED: VersionState.DRAFT,
    },
    StepVerb.ARBITRATE: {VersionState.SUBMITTED: VersionState.ARBITRATED},
    StepVerb.VALIDATE: {VersionState.ARBITRATED: VersionState.VALIDATED},
    StepVerb.VOID: {VersionState.ARBITRATED: VersionState.SUBMITTED},
}
FILE_STEPS: dict[StepVerb, dict[VersionState, VersionState]] = {
    **_COMMON_STEPS,
    StepVerb.REVIEW: {VersionState.SUBMITTED: VersionState.SUBMITTED},
}
VERSION_STEPS: dict[StepVerb, dict[VersionState, VersionState]] = {
    **_COMMON_STEPS,
    StepVerb.ATTEST: {VersionState.ARBITRATED: VersionState.ARBITRATED},
    StepVerb.NOTIFY: {VersionState.VALIDATED: VersionState.NOTIFIED},
    StepVerb.ARCHIVE: {VersionState.NOTIFIED: VersionState.ARCHIVED},
}
# The steps that say yes: nobody takes one on what they submitted.
APPROVALS = frozenset({StepVerb.ARBITRATE, StepVerb.ATTEST, StepVerb.VALIDATE})
# From the validation on nothing of a version changes any more: a change is a new version.
FROZEN_STATES = frozenset({VersionState.VALIDATED, VersionState.NOTIFIED, VersionState.ARCHIVED})
# The exercise, the two next ones, then all that follow (domain §1.6).
RANKS = (0, 1, 2, 3)
