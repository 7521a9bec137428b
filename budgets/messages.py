"""Sentences of what the checks find, by key: figures are written in euros, words as they are.

The key is kept with the alert or the override; the sentence is that of the reader's language.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.money import from_cents
from common.templatetags.amounts import day, number

MESSAGES: dict[str, str | Promise] = {
    "credits_exceeded": _(
        "%(ledger)s available on %(code)s in %(fiscal_year)s: %(available)s €; asked: %(asked)s €."
    ),
    "ceiling_passed": _(
        "%(ledger)s used on %(code)s in %(fiscal_year)s: %(used)s €;"
        " opened and not frozen: %(limit)s €."
    ),
    "allocation_passed": _(
        "AE committed on the tranche %(code)s: %(used)s €; allotted: %(allotted)s €."
    ),
    "done_passed": _(
        "Service done on %(code)s: %(done)s €; committed, withdrawals deduced: %(committed)s €."
    ),
    "paid_passed": _(
        "Paid on %(code)s: %(paid)s €; service done: %(done)s €;"
        " advances not recovered: %(advances)s €."
    ),
    "schedule_differs": _(
        "Scheduled on %(code)s: %(scheduled)s €; committed, withdrawals deduced: %(committed)s €."
    ),
    "personnel_unequal": _(
        "T2 credits opened on %(code)s in %(fiscal_year)s: AE %(ae)s €, CP %(cp)s €."
    ),
    "into_personnel": _("The act of %(code)s moves %(moved)s € into T2 from other titles."),
    "before_opinion": _(
        "%(ledger)s used on %(code)s before the opinion on the BOP: %(used)s €;"
        " %(share)s%% of the distribution: %(limit)s €."
    ),
    "not_sustainable": _(
        "CP opened and not frozen on %(code)s in %(fiscal_year)s: %(limit)s €;"
        " compulsory spending: %(compulsory)s €; unavoidable spending: %(unavoidable)s €."
    ),
    "programming_differs": _(
        "%(ledger)s programmed on %(code)s in %(fiscal_year)s: %(programmed)s €;"
        " distributed: %(distributed)s €."
    ),
    "trajectory_passed": _(
        "CP of %(year)s on %(code)s: %(due)s € due on commitments, %(planned)s € planned;"
        " trajectory: %(limit)s €."
    ),
    "virements_passed": _(
        "%(ledger)s moved by virement on %(code)s in %(fiscal_year)s: %(used)s €;"
        " %(share)s%% of the finance act: %(limit)s €."
    ),
    "carry_over_passed": _(
        "CP carried over on %(code)s to %(fiscal_year)s: %(used)s €;"
        " %(share)s%% of the initial HT2 credits: %(limit)s €."
    ),
    "out_of_exercise": _(
        "%(code)s is dated %(day)s, outside the exercise %(year)s and its anticipation."
    ),
    "anticipation_of_title": _(
        "%(code)s is anticipated on personnel or investment credits of %(fiscal_year)s."
    ),
    "service_too_early": _("The service of %(code)s is due on %(day)s, before 1 January %(year)s."),
    "anticipation_passed": _(
        "Commitments anticipated with %(code)s on %(fiscal_year)s: %(used)s €;"
        " %(share)s%% of the credits of the title in the year of the signature: %(limit)s €."
    ),
    "dormant": _("Nothing was done or paid on %(code)s since %(day)s; left to pay: %(left)s €."),
    "full_cost_differs": _(
        "Full cost of %(code)s: %(full_cost)s €; sum of its lines: %(lines)s €."
    ),
    "no_request": _(
        "Service done on %(code)s for more than %(days)s days without a payment request:"
        " %(amount)s €."
    ),
    "invoice_unpaid": _(
        "Invoices received on %(code)s for more than %(days)s days and not paid: %(amount)s €."
    ),
    "no_credit_line": _(
        "Committed on %(code)s in %(fiscal_year)s, where no credit is opened: %(committed)s €."
    ),
    "parts_differ": _("The parts of %(code)s add up to %(parts)s €; the act is %(committed)s €."),
    "cp_beyond_ae": _(
        "« %(code)s »: up to %(year)s, cumulative CP pass cumulative AE and what is left to pay at"
        " the opening by %(amount)s €."
    ),
    "unscheduled": _(
        "« %(code)s »: AE are %(ae)s €, the CP that pay them %(cp)s € over the horizon."
    ),
    "programmed_personnel": _("« %(code)s »: T2 of %(year)s, AE and CP differ by %(amount)s €."),
    "programmed_beyond": _(
        "%(ledger)s programmed on %(code)s in %(year)s: %(beyond)s € beyond the ceiling of"
        " %(limit)s €."
    ),
    "no_support": _(
        "« %(code)s » has no support: neither contract, nor commitment, nor planned act."
    ),
    "nothing_said": _("« %(code)s » has no amount yet."),
    "project_ended": _("« %(code)s » is programmed for a project that is closed."),
    "under_release": _(
        "CP planned on %(code)s in %(fiscal_year)s: %(planned)s €; opened and not frozen:"
        " %(limit)s €; frozen: %(frozen)s €. The rest awaits their release."
    ),
}


def sentence(message: str, context: Mapping[str, Any]) -> str:
    """Return the sentence of a finding in the language in force.

    `context` holds `code`, `fiscal_year`, `figures` (cents) and `words`; a word written as a day
    is shown as one. An unknown key is shown as it is.
    """
    known = MESSAGES.get(message)
    if known is None:
        return message
    figures = {key: number(from_cents(cents), 2) for key, cents in context["figures"].items()}
    words = {
        key: day(dt.date.fromisoformat(str(value))) if key == "day" else value
        for key, value in context["words"].items()
    }
    head = {"code": context["code"], "fiscal_year": context["fiscal_year"]}
    return str(known) % {**head, **words, **figures}
