"""Families of `manage.py calculate`: what each line must hold, and the formulas that answer it.

The contract is tests/cases/CALCULATE.md. The formulas are those that the jobs use: none is written
here. Nothing needs a database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from common import calendar, identifiers
from indicators.formulas import budget, drift, evm, investment, schedule
from indicators.formulas.outcome import Outcome
from indicators.line_answers import Answer, Family, Inputs, answer_lines, padded, spread
from indicators.line_inputs import (
    Errors,
    choice,
    day,
    integer,
    list_of,
    number,
    number_or_null,
    read_object,
    text,
    whole_units,
)

# ---------------------------------------------------------------- earned value and schedule

EVM_INPUTS = ("bac", "pv", "ev", "ac")
EVM_KEYS = (
    "cv sv cv_pct sv_pct cpi spi pct_complete pct_planned pct_spent eac_cpi "
    "eac_remaining_at_budget eac_cpi_spi etc_cpi vac_cpi tcpi_bac tcpi_eac"
).split()
ES_KEYS = "es pd sv_t spi_t ieac_t ieac_t_remaining_as_planned".split()


def _read_evm(line: dict[str, Any], errors: Errors) -> Inputs:
    return read_object(line["inputs"], "inputs", errors, dict.fromkeys(EVM_INPUTS, number))


def _answer_evm(lines: Sequence[Inputs]) -> list[Answer]:
    exact = [whole_units([line[key] for key in EVM_INPUTS]) for line in lines]
    columns = np.array([numbers for numbers, _ in exact]).T
    outcomes = evm.earned_value(*columns)
    return spread(outcomes, EVM_KEYS, [unit for _, unit in exact], evm.AMOUNTS)


def _read_schedule(line: dict[str, Any], errors: Errors) -> Inputs:
    readers = {
        "pv_cumulative": list_of(number),
        "ev_cumulative": number,
        "actual_time": number,
        "unit": text,
    }
    return read_object(line["inputs"], "inputs", errors, readers)


def _answer_schedule(lines: Sequence[Inputs]) -> list[Answer]:
    exact = [whole_units([*line["pv_cumulative"], line["ev_cumulative"]])[0] for line in lines]
    plan, lengths = padded([numbers[:-1] for numbers in exact])
    outcomes = schedule.earned_schedule(
        plan,
        lengths,
        np.array([numbers[-1] for numbers in exact]),
        np.array([float(line["actual_time"]) for line in lines]),
    )
    return spread(outcomes, ES_KEYS, [1.0] * len(lines), integers=frozenset({"pd"}))


# ---------------------------------------------------------------- investment

INVESTMENT_READERS: Mapping[str, Mapping[str, Any]] = {
    "npv_t0": {"rate": number, "cashflows": list_of(number)},
    "npv_t1": {"rate": number, "cashflows": list_of(number)},
    "irr": {"cashflows": list_of(number)},
    "payback": {"cashflows": list_of(number)},
    "mirr": {"cashflows": list_of(number), "finance_rate": number, "reinvest_rate": number},
    "xnpv": {"rate": number, "cashflows": list_of(number), "dates": list_of(day)},
    "xirr": {"cashflows": list_of(number), "dates": list_of(day)},
    "discounted_payback": {"rate": number, "cashflows": list_of(number)},
}


def _read_investment(line: dict[str, Any], errors: Errors) -> Inputs:
    if "function" not in line:
        errors.add("function", "missing key")
        return {}
    function = choice(*INVESTMENT_READERS)(line["function"], "function", errors)
    if function is None:
        return {}
    read = read_object(line["inputs"], "inputs", errors, INVESTMENT_READERS[function])
    flows, dates = read.get("cashflows"), read.get("dates")
    if flows is not None and dates is not None and len(flows) != len(dates):
        errors.add("inputs.dates", "as many dates as cashflows are required")
    return {"function": function, **read}


def _answer_investment(lines: Sequence[Inputs]) -> list[Answer]:
    """One call of the formula per function named in the lines, whatever their order."""
    answers: list[Answer] = [Answer()] * len(lines)
    for function in INVESTMENT_READERS:
        places = [at for at, line in enumerate(lines) if line["function"] == function]
        if not places:
            continue
        mine = [lines[at] for at in places]
        outcome = _investment(function, mine)
        found = spread({function: outcome}, [function], [1.0] * len(mine))
        for at, line, answer in zip(places, mine, found, strict=True):
            if "dates" in line and min(line["dates"]) < line["dates"][0]:
                answer.warnings.append("a date comes before the first one, the date of the value")
            answers[at] = answer
    return answers


def _investment(function: str, lines: Sequence[Inputs]) -> Outcome:
    if function == "payback":
        # Cents in the place of euros: whether a cumulative flow is exactly 0 matters.
        flows, lengths = padded([whole_units(line["cashflows"])[0] for line in lines])
        return investment.payback(flows, lengths)
    flows, lengths = padded([[float(flow) for flow in line["cashflows"]] for line in lines])
    if function == "irr":
        return investment.irr(flows, lengths)
    if function == "mirr":
        rates = (_column(lines, "finance_rate"), _column(lines, "reinvest_rate"))
        return investment.mirr(flows, lengths, *rates)
    if function in ("xnpv", "xirr"):
        days, _ = padded([[(d - line["dates"][0]).days for d in line["dates"]] for line in lines])
        if function == "xirr":
            return investment.xirr(flows, days, lengths)
        return investment.xnpv(_column(lines, "rate"), flows, days, lengths)
    rate = _column(lines, "rate")
    if function == "discounted_payback":
        return investment.payback(flows, lengths, rate)
    return investment.npv(rate, flows, lengths, first_period=int(function == "npv_t1"))


def _column(lines: Sequence[Inputs], key: str) -> np.ndarray:
    return np.array([float(line[key]) for line in lines])


# ---------------------------------------------------------------- budget and drift

BUDGET_INPUTS = (
    "ae_engagees ae_annulees cp_consommes cp_annules cp_ouvertures_complementaires"
).split()
BUDGET_KEYS = "ae_disponibles taux_engagement taux_ae cp_disponibles taux_cp".split()


def _read_budget(line: dict[str, Any], errors: Errors) -> Inputs:
    return read_object(
        line["inputs"],
        "inputs",
        errors,
        dict.fromkeys(BUDGET_INPUTS[:2], number),
        dict.fromkeys(BUDGET_INPUTS[2:], number_or_null),
    )


def _answer_budget(lines: Sequence[Inputs]) -> list[Answer]:
    exact = [whole_units([line[key] for key in BUDGET_INPUTS]) for line in lines]
    columns = np.array([numbers for numbers, _ in exact]).T
    outcomes = budget.settlement_rates(*columns)
    return spread(outcomes, BUDGET_KEYS, [u for _, u in exact], budget.SETTLEMENT_AMOUNTS)


def _read_drift(line: dict[str, Any], errors: Errors) -> Inputs:
    readers = {"initial": number_or_null, "current": number_or_null}
    return read_object(line["inputs"], "inputs", errors, readers)


def _answer_drift(lines: Sequence[Inputs]) -> list[Answer]:
    exact = [whole_units([line["initial"], line["current"]])[0] for line in lines]
    initial, current = np.array(exact).T
    outcomes = {"drift": drift.gap_rate(initial, current)}
    return spread(outcomes, ["drift"], [1.0] * len(lines))


def _read_portfolio(line: dict[str, Any], errors: Errors) -> Inputs:
    readers = {"pairs": list_of(list_of(number_or_null, 2, 2), least=0)}
    return read_object(line["inputs"], "inputs", errors, readers)


def _answer_portfolio(lines: Sequence[Inputs]) -> list[Answer]:
    return [_one_portfolio(line["pairs"]) for line in lines]


def _one_portfolio(pairs: Sequence[Sequence[Any]]) -> Answer:
    exact = whole_units([amount for pair in pairs for amount in pair])[0]
    found = drift.portfolio_drift(np.array(exact[0::2]), np.array(exact[1::2]))
    outcomes = {
        "aggregate": found.aggregate,
        "simple_mean": found.simple_mean,
        "median": found.median,
    }
    answer = spread(outcomes, list(outcomes), [1.0])[0]
    left_out = np.flatnonzero(found.left_out).tolist()
    answer.values.update(used=found.used, left_out=len(left_out))
    for at in left_out:
        initial = pairs[at][0]
        cause = "current is null"
        if initial is None or initial == 0:
            cause = "initial is null" if initial is None else "initial is 0"
        answer.warnings.append(f"pairs[{at}] is left out: {cause}")
    return answer


# ---------------------------------------------------------------- identifiers and calendar


def _read_identifier(line: dict[str, Any], errors: Errors) -> Inputs:
    readers = {"kind": choice("siret", "siren"), "value": text}
    return read_object(line["inputs"], "inputs", errors, readers)


def _answer_identifiers(lines: Sequence[Inputs]) -> list[Answer]:
    checks = {"siret": identifiers.is_valid_siret, "siren": identifiers.is_valid_siren}
    return [
        Answer(
            {
                "valid": checks[line["kind"]](line["value"]),
                "compact": identifiers.compact_identifier(line["value"]),
            }
        )
        for line in lines
    ]


def _read_calendar(line: dict[str, Any], errors: Errors) -> Inputs:
    given = line["inputs"]
    if not isinstance(given, dict):
        return read_object(given, "inputs", errors, {})
    if "year" in given:
        regions = {"region": choice(*calendar.Region)}
        read = read_object(given, "inputs", errors, {"year": integer}, regions)
        year = read.get("year")
        if year is not None and not calendar.FIRST_YEAR <= year <= calendar.LAST_YEAR:
            span = f"{calendar.FIRST_YEAR} and {calendar.LAST_YEAR}"
            errors.add("inputs.year", f"a year between {span} is required")
        return read
    if "end" in given:
        return read_object(given, "inputs", errors, {"start": day, "end": day})
    read = read_object(given, "inputs", errors, {"start": day, "add_working_days": integer})
    if not errors.found:
        try:
            read["result"] = calendar.add_working_days(read["start"], read["add_working_days"])
        except ValueError as refused:
            errors.add("inputs.add_working_days", str(refused))
    return read


def _answer_calendar(lines: Sequence[Inputs]) -> list[Answer]:
    return [Answer(_calendar_values(line)) for line in lines]


def _calendar_values(line: Inputs) -> dict[str, Any]:
    if "result" in line:
        return {"result": line["result"].isoformat()}
    if "end" in line:
        return {"days": calendar.days_between(line["start"], line["end"])}
    region = calendar.Region(line["region"] or calendar.Region.METROPOLE)
    months = calendar.working_days_by_month(line["year"], region)
    return {
        "holidays": [d.isoformat() for d in calendar.legal_holidays(line["year"], region)],
        "working_days": sum(months),
        "working_days_by_month": months,
    }


# ---------------------------------------------------------------- registry

FAMILIES: Mapping[str, Family] = {
    "evm": Family(_read_evm, _answer_evm),
    "earned_schedule": Family(_read_schedule, _answer_schedule),
    "investment": Family(
        _read_investment, _answer_investment, frozenset({"id", "inputs", "function"})
    ),
    "budget_execution": Family(_read_budget, _answer_budget),
    "drift": Family(_read_drift, _answer_drift),
    "portfolio_drift": Family(_read_portfolio, _answer_portfolio),
    "identifiers": Family(_read_identifier, _answer_identifiers),
    "calendar": Family(_read_calendar, _answer_calendar),
}


def calculate_lines(family: str, lines: Iterable[bytes]) -> Iterator[tuple[str, bool]]:
    """Answer JSON Lines: (output line without its end, whether it is in error), in order.

    family: a key of `FAMILIES`, KeyError otherwise.
    """
    return answer_lines(FAMILIES[family], lines)
